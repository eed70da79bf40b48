/**
 * What the extension keeps on this computer: how much of what, the whole to read or to save, and the way to delete it.
 */

import { confirmed } from "../ui/confirm.js";
import { announce, button, fill, h } from "../ui/dom.js";
import { send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {{id: string, count: number, bytes: number}} Part
 */

const FILE = "commonswatch-extension.json";
const HEADS = ["stored_what", "stored_count", "stored_bytes"];
const A_MINUTE = 60_000; // milliseconds until the file must have been saved

/** Shows what is stored in an element. */
export class StoredPart {
  /** @param {Words} words @param {HTMLElement} element */
  constructor(words, element) {
    this._words = words;
    this._element = element;
    this._said = "";
    this._problem = "";
  }

  async paint() {
    const { t, problem } = this._words;
    const { parts = [], error } = await send("data.view");
    const wrong = this._problem || (error ? problem(error) : "");
    fill(
      this._element,
      this._said && h("p", { class: "notice notice-good", id: "stored-said" }, this._said),
      wrong && h("p", { class: "notice notice-bad" }, wrong),
      h(
        "div",
        { class: "card" },
        this._table(parts),
        this._everything(),
        h(
          "div",
          { class: "actions" },
          button(t("export"), () => this._save(), { class: "secondary", id: "export", "data-key": "export" }),
          button(t("delete_all"), () => this._delete(parts), {
            class: "bad",
            id: "delete-all",
            "data-key": "delete-all",
          }),
        ),
      ),
    );
  }

  /** @param {Part[]} parts */
  _table(parts) {
    const { t, number, size } = this._words;
    const row = (/** @type {Part} */ { id, count, bytes }) =>
      h("tr", {}, h("th", { scope: "row" }, t(`stored_${id}`)), h("td", {}, number(count)), h("td", {}, size(bytes)));
    return h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, t("options_stored")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          HEADS.map((key) => h("th", { scope: "col" }, t(key))),
        ),
      ),
      h("tbody", {}, parts.map(row)),
    );
  }

  /** All of it as a text, asked for when it is unfolded. */
  _everything() {
    const { t, problem } = this._words;
    const text = h("pre", { tabindex: 0, role: "region", "aria-label": t("view_all"), dir: "ltr", id: "all-data" });
    const details = h(
      "details",
      { "data-key": "view" },
      h("summary", { "data-key": "view-open", id: "view-all" }, t("view_all")),
      h("p", { class: "quiet" }, t("view_all_help")),
      text,
    );
    details.addEventListener("toggle", async () => {
      const answer = await send("data.export");
      text.textContent = answer.error ? problem(answer.error) : answer.text;
    });
    return details;
  }

  async _save() {
    const answer = await send("data.export");
    if (answer.error) return this._finish(answer, "");
    const url = URL.createObjectURL(new Blob([answer.text], { type: "application/json" }));
    h("a", { href: url, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(url), A_MINUTE);
    return this._finish(answer, "exported");
  }

  /** @param {Part[]} parts */
  async _delete(parts) {
    const { t } = this._words;
    const going = parts.filter(({ count }) => count > 0).map(({ id }) => h("li", {}, t(`stored_${id}`)));
    const body = [h("p", {}, t("delete_body")), h("ul", {}, going), h("p", {}, t("delete_server"))];
    if (!(await confirmed(this._words, { title: t("delete_title"), yes: t("delete_yes"), body }))) return;
    const answer = await send("data.delete");
    if (!answer.error) document.dispatchEvent(new Event("deleted"));
    await this._finish(answer, "deleted");
  }

  /** @param {any} answer @param {string} done */
  async _finish({ error }, done) {
    this._problem = error ? this._words.problem(error) : "";
    this._said = error || !done ? "" : this._words.t(done);
    announce(this._problem || this._said);
    await this.paint();
  }
}
