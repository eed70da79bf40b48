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
    const key = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.key ?? "";
    dialog.addEventListener("close", () => {
      dialog.remove();
      focusAgain(key);
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** What had the focus may have been put together anew meanwhile: then the browser cannot give it back. @param {string} key */
function focusAgain(key) {
  if (!key || document.activeElement !== document.body) return;
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
}
