/**
 * The rows of what was found: a copy or a work each, why, and the button that shows its place on the page.
 */

import { button, h, isWebAddress } from "./dom.js";
import { fileName, shorten, workName } from "./names.js";
import { MARK } from "./words.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {import("./states.js").Copy} Copy
 * @typedef {import("./states.js").Work} Work
 * @typedef {import("./found.js").Doing} Doing
 */

const LONGEST_TEXT = 70; // characters of the page's own words

/**
 * The first rows, and the rest behind a fold.
 * @param {Words} words
 * @param {HTMLElement[]} rows
 * @param {number} most
 * @param {string} name
 */
export function folded(words, rows, most, name) {
  const list = h("ul", { class: "rows" }, rows.slice(0, most));
  const rest = rows.slice(most);
  if (!rest.length) return list;
  return h(
    "div",
    {},
    list,
    h(
      "details",
      { class: "more", "data-key": `more-${name}` },
      h("summary", {}, words.plural("more_rows", rest.length)),
      h("ul", { class: "rows" }, rest),
    ),
  );
}

/** @param {Words} words @param {Copy} copy @param {string} page @param {number} at @param {Doing} doing */
export function copyRow(words, copy, page, at, doing) {
  const [before, after] = words.copy(copy, page).split(MARK);
  const name = copy.name || copy.dataset;
  return h(
    "li",
    {},
    h("p", {}, before, h("strong", {}, name), after ?? ""),
    h("p", { class: "quiet" }, words.t("because", words.reason(copy.reason))),
    show(words, copy.place, name, `copy-${at}`, doing),
  );
}

/** @param {Words} words @param {Work} work @param {number} at @param {Doing} doing */
export function workRow(words, work, at, doing) {
  const name = work.key ? workName(work.key) : fileName(work.url ?? "");
  return h(
    "li",
    {},
    h("p", { dir: "auto" }, h("strong", {}, name || words.t("a_picture"))),
    h(
      "p",
      { class: "quiet" },
      words.why(work.how),
      isTelling(work) && h("span", { dir: "auto" }, ` “${shorten(work.text ?? "", LONGEST_TEXT)}”`),
    ),
    show(words, work.place, name || words.t("a_picture"), `work-${at}`, doing),
  );
}

/** Whether what stands there says more than the name: an address does not. @param {Work} work */
function isTelling({ text = "", url = "" }) {
  return text !== "" && text !== url && !isWebAddress(text);
}

/** @param {Words} words @param {string} place @param {string} name @param {string} key @param {Doing} doing */
function show(words, place, name, key, doing) {
  if (!place || place.endsWith(":")) return null; // the page itself, no place on it
  const label = words.t("show_label", name);
  return button(words.t("show"), () => doing.mark(place), {
    class: "secondary small",
    "aria-label": label,
    "data-key": key,
  });
}
