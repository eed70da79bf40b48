/**
 * What was found on a page, as elements: for the popup and the panel.
 */

import { button, drawing, h } from "./dom.js";
import { copyRow, folded, workRow } from "./found_rows.js";
import { hostOf } from "./names.js";
import { allWorks, canReport, stateOf } from "./states.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {import("./states.js").Answer} Answer
 * @typedef {Record<string, (...given: any[]) => unknown>} Doing
 */

/**
 * @param {Words} words
 * @param {import("./states.js").Now} now
 * @param {number} most rows of a list before the rest folds
 * @param {Doing} doing
 */
export function found(words, { found: answer, list, isBeside = false }, most, doing) {
  const hasList = list?.state !== "none";
  const state = stateOf(answer, isBeside);
  if (state === "reading")
    return [
      h("h1", { class: "visually-hidden" }, words.t("popup_title")),
      h("p", { class: "loading", role: "status" }, words.t("state_reading")),
    ];
  if (state === "found") return findings(words, /** @type {any} */ (answer), most, doing);
  return [
    h(
      "section",
      { class: "empty", "data-state": state },
      drawing("brand", 44),
      h("h1", {}, words.t(`page_${key(state)}_title`)),
      h("p", {}, bodyOf(words, state, answer, hasList)),
      way(words, state, answer, doing),
    ),
  ];
}

/** @param {string} state */
function key(state) {
  return state.replace("-", "_");
}

/** @param {Words} words @param {string} state @param {Answer} answer @param {boolean} hasList */
function bodyOf(words, state, answer, hasList) {
  if (state === "off") return words.t("page_off_body", answer.host?.name ?? hostOf(answer.tab?.url ?? ""));
  if (state === "nothing") return words.plural(hasList ? "page_nothing_body" : "page_nothing_unlisted", looked(answer));
  if (state === "error") return words.problem(answer.error ?? { code: "unknown" });
  return words.t(`page_${key(state)}_body`, hostOf(answer.tab?.url ?? ""));
}

/** @param {Answer} answer */
function looked(answer) {
  return answer.findings?.counts?.candidates ?? 0;
}

/**
 * The button that leads on from a state without findings.
 * @param {Words} words
 * @param {string} state
 * @param {Answer} answer
 * @param {Doing} doing
 */
function way(words, state, answer, doing) {
  const host = answer.host?.name ?? "";
  if (state === "off") return actions(button(words.t("switch_on", host), doing.switchOn, { "data-key": "switch-on" }));
  if (state === "other")
    return actions(
      button(words.t("ask_site", hostOf(answer.tab?.url ?? "")), doing.askSite, { "data-key": "ask-site" }),
    );
  if (state === "error") return actions(button(words.t("action_again"), doing.again, { "data-key": "again" }));
  return null;
}

/** @param {...HTMLElement} children */
function actions(...children) {
  return h("div", { class: "actions" }, children);
}

/**
 * @param {Words} words
 * @param {Answer & {findings: import("./states.js").Findings}} answer
 * @param {number} most
 * @param {Doing} doing
 */
function findings(words, { findings: { page, works, copies, pictures } }, most, doing) {
  const shown = allWorks(works, pictures ?? []);
  return [
    h("h1", { class: "visually-hidden" }, words.t("found_title")),
    copies.length > 0 &&
      h(
        "section",
        { class: "card", "aria-label": words.plural("copies_count", copies.length) },
        folded(
          words,
          copies.map((copy, at) => copyRow(words, copy, page, at, doing)),
          most,
          "copies",
        ),
      ),
    shown.length > 0 &&
      h(
        "section",
        { class: "card", "aria-labelledby": "works-count" },
        count(words, shown.length),
        folded(
          words,
          shown.map((work, at) => workRow(words, work, at, doing)),
          most,
          "works",
        ),
      ),
    h("p", { class: "quiet" }, words.t("found_condition")),
  ];
}

/** "14 registered works", the number large. @param {Words} words @param {number} number */
function count(words, number) {
  const [before, ...after] = words.plural("works_count", number).split(words.number(number));
  return h("h2", { class: "found-count", id: "works-count" }, before, h("b", {}, words.number(number)), after.join(""));
}

/**
 * "Compare pictures" and "Review and send", where there is something to look at.
 * @param {Words} words
 * @param {Answer} answer
 * @param {Doing} doing
 */
export function ways(words, answer, doing) {
  if (!canReport(answer) || stateOf(answer) === "reading") return null;
  const isFound = stateOf(answer) === "found";
  const review = { class: isFound ? "" : "secondary", id: "review", "data-key": "review" };
  const compare = { class: "secondary", id: "compare", "data-key": "compare", "aria-describedby": "compare-help" };
  return [
    h(
      "div",
      { class: isFound ? "actions ways" : "actions centered" },
      button(words.t("review_and_send"), doing.review, review),
      button(words.t("compare_pictures"), doing.compare, compare),
    ),
    h("p", { class: isFound ? "quiet" : "quiet centered", id: "compare-help" }, words.t("compare_help")),
  ];
}
