/**
 * The rows of a report as elements: each with its value, what to know about it, and a button that takes it out or back.
 */

import { button, h } from "../ui/dom.js";
import { entries, headRows, isOut } from "../ui/json_rows.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {import("../ui/json_rows.js").Report} Report
 * @typedef {import("../ui/json_rows.js").Row} Row
 * @typedef {import("../ui/json_rows.js").Entry} Entry
 * @typedef {import("../ui/json_rows.js").Warning} Warning
 * @typedef {object} Review
 * @property {Report} report
 * @property {Warning[]} warnings
 * @property {string[]} removable JSON pointers
 * @property {Set<string>} removed
 * @property {Set<string>} kept links whose access code is sent too
 * @property {(path: string, label: string) => void} toggle
 * @property {(path: string, keep: boolean) => unknown} keepCode
 */

const MOST = 10; // entries before the rest folds
const RAW = new Set(["row_sha256", "row_pdq", "row_key", "row_url", "row_page"]);

/** The part about the page. @param {Words} words @param {Review} review */
export function aboutPage(words, review) {
  return h(
    "section",
    { "aria-labelledby": "about-page" },
    h("h2", { id: "about-page" }, words.t("review_page")),
    h(
      "ul",
      { class: "card json-rows" },
      headRows(review).map((row) => rowOf(words, row, review, "")),
      h("li", { class: "quiet fixed" }, words.t("review_version")),
    ),
  );
}

/**
 * Links or pictures. Nothing where the report has none.
 * @param {Words} words
 * @param {Review} review
 * @param {"links" | "media"} kind
 */
export function listOf(words, review, kind) {
  const all = entries(review, kind);
  if (!all.length) return null;
  const cards = all.map((entry) => card(words, entry, review));
  const rest = cards.slice(MOST);
  return h(
    "section",
    { "aria-labelledby": `list-${kind}` },
    h("h2", { id: `list-${kind}` }, words.plural(`review_${kind}`, all.length)),
    h("ul", { class: "cards" }, cards.slice(0, MOST)),
    rest.length > 0 &&
      h(
        "details",
        { class: "more", "data-key": `more-${kind}` },
        h("summary", {}, words.plural("more_rows", rest.length)),
        h("ul", { class: "cards" }, rest),
      ),
  );
}

/** @param {Words} words @param {Entry} entry @param {Review} review */
function card(words, entry, review) {
  const isGone = isOut(entry.path, review.removed);
  const name = words.t(`entry_${entry.kind}`, words.number(entry.number));
  return h(
    "li",
    { class: "card entry", "data-path": entry.path, "data-out": isGone },
    h("div", { class: "entry-head" }, h("h3", {}, name), toggle(words, entry.path, name, review)),
    isGone
      ? h("p", { class: "quiet" }, words.t("row_out"))
      : [
          warningsOf(words, entry.warnings, entry.path, review),
          h(
            "ul",
            { class: "json-rows" },
            entry.rows.map((row) => rowOf(words, row, review, name)),
          ),
        ],
  );
}

/** @param {Words} words @param {Row} row @param {Review} review @param {string} within the entry it belongs to */
function rowOf(words, row, review, within) {
  const isGone = isOut(row.path, review.removed);
  const label = words.t(row.label);
  const value = valueOf(words, row);
  return h(
    "li",
    { "data-path": row.path, "data-out": isGone },
    h("span", { class: "row-label" }, label),
    isGone
      ? h("s", { class: "row-value" }, value)
      : h("span", { class: RAW.has(row.label) ? "row-value mono" : "row-value", dir: "auto" }, value),
    row.removable && toggle(words, row.path, within ? `${within}: ${label}` : label, review),
    !isGone && warningsOf(words, row.warnings, row.path, review),
  );
}

/** The value as it is sent; beside words of a closed set, what they mean. @param {Words} words @param {Row} row */
function valueOf(words, { label, value }) {
  if (label === "row_role" && words.role(value) !== value) return `${value} (${words.role(value)})`;
  if (label === "row_observed_at") return `${value} (${words.moment(value)})`;
  return value;
}

/** @param {Words} words @param {string} path @param {string} name @param {Review} review */
function toggle(words, path, name, review) {
  const isGone = review.removed.has(path);
  if (!isGone && isOut(path, review.removed)) return null;
  const [word, label] = isGone ? ["undo", "undo_label"] : ["take_out", "take_out_label"];
  return button(words.t(word), () => review.toggle(path, name), {
    class: "link",
    "aria-label": words.t(label, name),
    "data-key": `toggle-${path}`,
  });
}

/** @param {Words} words @param {string[]} codes @param {string} path @param {Review} review */
function warningsOf(words, codes, path, review) {
  return codes.map((code) =>
    h(
      "div",
      { class: "notice notice-wait" },
      h(
        "p",
        {},
        words.t(
          code === "access-code" && review.kept.has(linkOf(path))
            ? "warning_access_code_kept"
            : `warning_${code.replaceAll("-", "_")}`,
        ),
      ),
      code === "access-code" && h("p", {}, keepButton(words, linkOf(path), review)),
    ),
  );
}

/** @param {Words} words @param {string} path @param {Review} review */
function keepButton(words, path, review) {
  const isKept = review.kept.has(path);
  return button(words.t(isKept ? "code_leave_out" : "code_keep"), () => review.keepCode(path, !isKept), {
    class: "link",
    "data-key": `code-${path}`,
  });
}

/** The entry a row belongs to: `/links/0/url` → `/links/0`; a part of the page itself stays. @param {string} path */
export function linkOf(path) {
  return path
    .split("/")
    .slice(0, path.startsWith("/links/") ? 3 : 2)
    .join("/");
}
