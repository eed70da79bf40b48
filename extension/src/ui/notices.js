/**
 * The lines of states.js as notices, each with the button that helps.
 */

import { button, h } from "./dom.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {import("./states.js").Line} Line
 */

const COUNTED = new Set(["capped", "refused", "waiting", "alerts"]);

/**
 * @param {Words} words
 * @param {Line[]} lines
 * @param {Record<string, () => unknown>} doing what each action does
 */
export function notices(words, lines, doing) {
  if (!lines.length) return null;
  return h(
    "div",
    { class: "notices", role: "group", "aria-label": words.t("notices_label") },
    lines.map((line) => notice(words, line, doing)),
  );
}

/** @param {Words} words @param {Line} line @param {Record<string, () => unknown>} doing */
function notice(words, line, doing) {
  const act = line.action ? doing[line.action] : undefined;
  return h(
    "div",
    { class: `notice notice-${line.tone}`, "data-line": line.code },
    h("p", {}, textOf(words, line)),
    line.why && h("p", { class: "quiet" }, words.refusal(line.why)),
    act &&
      h("p", {}, button(words.t(`action_${line.action}`), act, { class: "link", "data-key": `line-${line.code}` })),
  );
}

/** @param {Words} words @param {Line} line */
export function textOf(words, { code, count = 0, at }) {
  if (COUNTED.has(code)) return words.plural(`line_${code}`, count);
  return words.t(`line_${code}`, at ? words.ago(at) : words.t("line_long_ago"));
}

/**
 * A problem in place of a page.
 * @param {Words} words
 * @param {{code: string, words?: string}} problem
 * @param {() => unknown} again
 */
export function failure(words, problem, again) {
  return h(
    "section",
    { class: "notice notice-bad", role: "alert" },
    h("p", {}, words.problem(problem)),
    h("p", {}, button(words.t("action_again"), again, { class: "link", "data-key": "again" })),
  );
}
