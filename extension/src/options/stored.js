/**
 * What the extension keeps on this computer: how much of what, the whole to read or to save, and the way to delete it.
 */

import { confirmed } from "../ui/confirm.js";
import { announce, button, fill, h } from "../ui/dom.js";
import { send } from "../ui/seam.js";

/** @typedef {import("../ui/start.js").Words} Words */

const FILE = "commonswatch-extension.json";

/** Show what is stored in an element; returns what shows it anew. @param {Words} words @param {HTMLElement} element */
export function storedPart(words, element) {
  let said = "";
  let problem = "";

  async function paint() {
    const { parts = [], error } = await send("data.view", {});
    const wrong = problem || (error ? words.problem(error) : "");
    fill(element,
      said && h("p", { class: "notice notice-good" }, said), wrong && h("p", { class: "notice notice-bad" }, wrong),
      h("div", { class: "card" },
        h("table", {}, h("caption", { class: "visually-hidden" }, words.t("options_stored")),
          h("thead", {}, h("tr", {}, ["stored_what", "stored_count", "stored_bytes"].map((key) => h("th", { scope: "col" }, words.t(key))))),
          h("tbody", {}, parts.map(row))),
        everything(),
        h("div", { class: "actions" },
          button(words.t("export"), save, { class: "secondary", id: "export", "data-key": "export" }),
          button(words.t("delete_all"), () => remove(parts), { class: "bad", id: "delete-all", "data-key": "delete-all" }))));
  }

  /** @param {{id: string, count: number, bytes: number}} part */
  function row({ id, count, bytes }) {
    return h("tr", {}, h("th", { scope: "row" }, words.t(`stored_${id}`)), h("td", {}, words.number(count)), h("td", {}, words.size(bytes)));
  }

  function everything() {
    const text = h("pre", { tabindex: 0, role: "region", "aria-label": words.t("view_all"), dir: "ltr", id: "all-data" });
    const details = h("details", { "data-key": "view" }, h("summary", { "data-key": "view-open", id: "view-all" }, words.t("view_all")), h("p", { class: "quiet" }, words.t("view_all_help")), text);
    details.addEventListener("toggle", async () => {
      const answer = await send("data.export", {});
      text.textContent = answer.error ? words.problem(answer.error) : answer.text;
    });
    return details;
  }

  async function save() {
    const answer = await send("data.export", {});
    problem = answer.error ? words.problem(answer.error) : "";
    if (problem) return paint();
    const url = URL.createObjectURL(new Blob([answer.text], { type: "application/json" }));
    h("a", { href: url, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return announce(words.t("exported"));
  }

  /** @param {{id: string, count: number}[]} parts */
  async function remove(parts) {
    const going = parts.filter(({ count }) => count > 0).map(({ id }) => h("li", {}, words.t(`stored_${id}`)));
    const isSure = await confirmed(words, {
      title: words.t("delete_title"), yes: words.t("delete_yes"),
      body: [h("p", {}, words.t("delete_body")), h("ul", {}, ...going), h("p", {}, words.t("delete_server"))],
    });
    if (!isSure) return;
    const answer = await send("data.delete", {});
    problem = answer.error ? words.problem(answer.error) : "";
    said = problem ? "" : words.t("deleted");
    announce(problem || said);
    await paint();
  }

  return paint;
}
