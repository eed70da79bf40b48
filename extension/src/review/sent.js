/**
 * What the review page shows once a report is in the outbox: where it stands, and the ways on.
 */

import { announce, button, drawing, fill, h, soon } from "../ui/dom.js";
import { onChanged, openPage, send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {"waiting" | "sending" | "sent" | "refused" | "removed"} State
 */

/** Shows how a report stands until it is sent, refused or taken back. */
export class SentPart {
  /** @param {Words} words @param {HTMLElement} main @param {string} id of the report in the outbox */
  constructor(words, main, id) {
    this._words = words;
    this._main = main;
    this._id = id;
    /** @type {State | ""} */
    this._said = "";
  }

  /** The focus goes to the heading: the form is gone. */
  async open() {
    onChanged(soon(() => this._paint()));
    await this._paint();
    this._main.querySelector("h1")?.focus();
  }

  async _paint() {
    const { items = [] } = await send("outbox.list");
    const item = items.find((/** @type {{id: string}} */ { id }) => id === this._id);
    const state = /** @type {State} */ (item?.state ?? "removed");
    fill(this._main, this._section(state, item));
    if (this._said && this._said !== state) announce(this._words.t(`after_${state}_title`));
    this._said = state;
  }

  /** @param {State} state @param {any} item */
  _section(state, item) {
    const { t, clock, problem } = this._words;
    return h(
      "section",
      { class: "empty", "data-state": state },
      drawing(state === "sent" ? "done" : "brand", 44),
      h("h1", { tabindex: -1, "data-key": "sent-title" }, t(`after_${state}_title`)),
      h("p", {}, state === "waiting" ? t("after_waiting_body", clock(item.sendAt)) : t(`after_${state}_body`)),
      item?.problem && h("p", { class: "problem" }, problem(item.problem)),
      item?.receipt && h("p", {}, t("receipt"), " ", h("span", { class: "mono" }, item.receipt)),
      this._actions(state),
    );
  }

  /** @param {State} state */
  _actions(state) {
    const { t } = this._words;
    const takeBack = async () => {
      await send("outbox.remove", { id: this._id });
      await this._paint();
    };
    return h(
      "div",
      { class: "actions" },
      state === "waiting" && button(t("take_back"), takeBack, { class: "secondary", "data-key": "take-back" }),
      button(t("open_outbox"), () => openPage("panel/panel.html#outbox"), { "data-key": "outbox" }),
    );
  }
}
