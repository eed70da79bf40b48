/**
 * What the review page shows once a report is in the outbox: where it stands, and the ways on.
 */

import { announce, button, drawing, fill, h, soon } from "../ui/dom.js";
import { onChanged, openPage, send } from "../ui/seam.js";

/** @typedef {import("../ui/start.js").Words} Words */

/**
 * Show how a report stands until it is sent or refused. The focus goes to the heading: the form is gone.
 * @param {Words} words
 * @param {HTMLElement} main
 * @param {string} id
 */
export async function sentPart(words, main, id) {
  let said = "";
  onChanged(soon(paint));
  await paint();
  /** @type {HTMLElement} */ (main.querySelector("h1")).focus();

  async function paint() {
    const { items = [] } = await send("outbox.list", {});
    const item = items.find((/** @type {any} */ one) => one.id === id);
    const state = item?.state ?? "removed";
    fill(main, h("section", { class: "empty", "data-state": state }, drawing(state === "sent" ? "done" : "brand", 44),
      h("h1", { tabindex: -1, "data-key": "sent-title" }, words.t(`after_${state}_title`)),
      h("p", {}, body(state, item)),
      item?.problem && h("p", { class: "problem" }, words.problem(item.problem)),
      item?.receipt && h("p", {}, words.t("receipt"), " ", h("span", { class: "mono" }, item.receipt)),
      h("div", { class: "actions" },
        state === "waiting" && button(words.t("take_back"), takeBack, { class: "secondary", "data-key": "take-back" }),
        button(words.t("open_outbox"), () => openPage("panel/panel.html#outbox"), { "data-key": "outbox" }))));
    if (said && said !== state) announce(words.t(`after_${state}_title`));
    said = state;
  }

  /** @param {string} state @param {any} item */
  function body(state, item) {
    return state === "waiting" ? words.t("after_waiting_body", words.clock(item.sendAt)) : words.t(`after_${state}_body`);
  }

  async function takeBack() {
    await send("outbox.remove", { id });
    await paint();
  }
}
