/**
 * What stands around every page: the header with the name, and the foot with the age of the list.
 */

import { button, byId, drawing, fill, h } from "./dom.js";

/** @typedef {import("./start.js").Words} Words */

/**
 * The header. A way for each button that leads elsewhere.
 * @param {Words} words
 * @param {Partial<Record<"panel" | "options", () => unknown>>} ways
 */
export function frameHead(words, ways) {
  const links = /** @type {("panel" | "options")[]} */ (Object.keys(ways)).map((name) =>
    iconButton(words.t(`open_${name}`), name, ways[name]),
  );
  fill(
    byId("top"),
    h(
      "div",
      { class: byId("main").classList.contains("wide") ? "wide" : "" },
      h("span", { class: "brand" }, drawing("brand", 26), h("span", {}, words.t("extension_name"))),
      links,
    ),
  );
}

/** @param {string} label @param {"panel" | "options"} name @param {(() => unknown) | undefined} start */
function iconButton(label, name, start) {
  const element = button("", start ?? (() => {}), {
    class: "icon",
    "aria-label": label,
    title: label,
    "data-key": name,
  });
  element.append(drawing(name, 20));
  return element;
}

/** The foot: how old the list is, and that nothing was sent. @param {Words} words @param {any} list */
export function frameFoot(words, list) {
  fill(byId("foot"), h("p", {}, listAge(words, list)), h("p", {}, words.t("foot_nothing_sent")));
}

/** @param {Words} words @param {any} list */
export function listAge(words, list) {
  if (!list || list.error || list.state === "none" || !list.made_at) return words.t("list_age_none");
  return words.t("list_age", words.ago(list.made_at));
}
