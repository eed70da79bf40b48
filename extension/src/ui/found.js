/**
 * What was found on a page, as elements: for the popup and the panel.
 */

import { button, drawing, h, isWebAddress } from "./dom.js";
import { fileName, hostOf, shorten, workName } from "./names.js";
import { allWorks, canReport, stateOf } from "./states.js";
import { MARK } from "./words.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {import("./states.js").Answer} Answer
 * @typedef {import("./states.js").Copy} Copy
 * @typedef {import("./states.js").Work} Work
 * @typedef {Record<string, (...given: any[]) => unknown>} Doing
 */

const LONGEST_TEXT = 70; // characters of the page's own words

/**
 * @param {Words} words
 * @param {import("./states.js").Now} now
 * @param {number} most rows of a list before the rest folds
 * @param {Doing} doing
 */
export function found(words, { found: answer, list, isBeside = false }, most, doing) {
  const hasList = list?.state !== "none";
  const state = stateOf(answer, isBeside);
  if (state === "reading") return [h("h1", { class: "visually-hidden" }, words.t("popup_title")), h("p", { class: "loading", role: "status" }, words.t("state_reading"))];
  if (state === "found") return findings(words, /** @type {any} */ (answer), most, doing);
  return [h("section", { class: "empty", "data-state": state }, drawing("brand", 44),
    h("h1", {}, words.t(`page_${key(state)}_title`)),
    h("p", {}, bodyOf(words, state, answer, hasList)),
    way(words, state, answer, doing))];
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

/** The button that leads on from a state without findings. @param {Words} words @param {string} state @param {Answer} answer @param {Doing} doing */
function way(words, state, answer, doing) {
  const host = answer.host?.name ?? "";
  if (state === "off") return actions(button(words.t("switch_on", host), doing.switchOn, { "data-key": "switch-on" }));
  if (state === "other") return actions(button(words.t("ask_site", hostOf(answer.tab?.url ?? "")), doing.askSite, { "data-key": "ask-site" }));
  if (state === "error") return actions(button(words.t("action_again"), doing.again, { "data-key": "again" }));
  return null;
}

/** @param {...HTMLElement} children */
function actions(...children) {
  return h("div", { class: "actions" }, children);
}

/** @param {Words} words @param {Answer & {findings: import("./states.js").Findings}} answer @param {number} most @param {Doing} doing */
function findings(words, { findings: { page, works, copies, pictures } }, most, doing) {
  const shown = allWorks(works, pictures ?? []);
  return [
    h("h1", { class: "visually-hidden" }, words.t("found_title")),
    copies.length > 0 && h("section", { class: "card", "aria-label": words.plural("copies_count", copies.length) },
      folded(words, copies.map((copy, at) => copyRow(words, copy, page, at, doing)), most, "copies")),
    shown.length > 0 && h("section", { class: "card", "aria-labelledby": "works-count" },
      count(words, shown.length),
      folded(words, shown.map((work, at) => workRow(words, work, at, doing)), most, "works")),
    h("p", { class: "quiet" }, words.t("found_condition")),
  ];
}

/** "14 registered works", the number large. @param {Words} words @param {number} number */
function count(words, number) {
  const [before, ...after] = words.plural("works_count", number).split(words.number(number));
  return h("h2", { class: "found-count", id: "works-count" }, before, h("b", {}, words.number(number)), after.join(""));
}

/** The first rows, and the rest behind a fold. @param {Words} words @param {HTMLElement[]} rows @param {number} most @param {string} name */
function folded(words, rows, most, name) {
  const list = h("ul", { class: "rows" }, rows.slice(0, most));
  const rest = rows.slice(most);
  if (!rest.length) return list;
  return h("div", {}, list, h("details", { class: "more", "data-key": `more-${name}` },
    h("summary", {}, words.plural("more_rows", rest.length)), h("ul", { class: "rows" }, rest)));
}

/** @param {Words} words @param {Copy} copy @param {string} page @param {number} at @param {Doing} doing */
function copyRow(words, copy, page, at, doing) {
  const [before, after] = words.copy(copy, page).split(MARK);
  const name = copy.name || copy.dataset;
  return h("li", {},
    h("p", {}, before, h("strong", {}, name), after ?? ""),
    h("p", { class: "quiet" }, words.t("because", words.reason(copy.reason))),
    show(words, copy.place, name, `copy-${at}`, doing));
}

/** @param {Words} words @param {Work} work @param {number} at @param {Doing} doing */
function workRow(words, work, at, doing) {
  const name = work.key ? workName(work.key) : fileName(work.url ?? "");
  return h("li", {},
    h("p", { dir: "auto" }, h("strong", {}, name || words.t("a_picture"))),
    h("p", { class: "quiet" }, words.why(work.how), isTelling(work) && h("span", { dir: "auto" }, ` “${shorten(work.text ?? "", LONGEST_TEXT)}”`)),
    show(words, work.place, name || words.t("a_picture"), `work-${at}`, doing));
}

/** Whether what stands there says more than the name: an address does not. @param {Work} work */
function isTelling({ text = "", url = "" }) {
  return text !== "" && text !== url && !isWebAddress(text);
}

/** @param {Words} words @param {string} place @param {string} name @param {string} key @param {Doing} doing */
function show(words, place, name, key, doing) {
  if (!place || place.endsWith(":")) return null; // the page itself, no place on it
  const label = words.t("show_label", name);
  return button(words.t("show"), () => doing.mark(place), { class: "secondary small", "aria-label": label, "data-key": key });
}

/** "Compare pictures" and "Review and send", where there is something to look at. @param {Words} words @param {Answer} answer @param {Doing} doing */
export function ways(words, answer, doing) {
  if (!canReport(answer) || stateOf(answer) === "reading") return null;
  const isFound = stateOf(answer) === "found";
  return h("div", { class: isFound ? "actions ways" : "actions centered" },
    button(words.t("review_and_send"), doing.review, { class: isFound ? "" : "secondary", id: "review", "data-key": "review" }),
    button(words.t("compare_pictures"), doing.compare, { class: "secondary", id: "compare", "data-key": "compare" }));
}
