/**
 * A question before something that cannot be taken back, as a modal dialog.
 */

import { h } from "./dom.js";

/**
 * Ask; true when the answer is yes. Escape and the first button say no.
 * @param {import("./start.js").Words} words
 * @param {{title: string, body: (Node | string)[], yes: string}} question
 * @returns {Promise<boolean>}
 */
export function confirmed(words, { title, body, yes }) {
  return new Promise((resolve) => {
    const dialog = /** @type {HTMLDialogElement} */ (
      h(
        "dialog",
        { "aria-labelledby": "confirm-title" },
        h("h2", { id: "confirm-title" }, title),
        ...body,
        h(
          "form",
          { method: "dialog", class: "actions" },
          h("button", { value: "no", class: "secondary", autofocus: true }, words.t("cancel")),
          h("button", { value: "yes", class: "bad", id: "confirm-yes" }, yes),
        ),
      )
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
