/**
 * The popup: what was found on the page in front, in short. Everything longer is in the panel.
 */

import { byId, fill, h, soon } from "../ui/dom.js";
import { frameFoot, frameHead } from "../ui/frame.js";
import { Look } from "../ui/look.js";
import { onChanged, openPage, openPanel } from "../ui/seam.js";
import { start } from "../ui/start.js";

const MOST = 4; // rows before the rest folds

const words = await start("popup_title");
const main = byId("main");

frameHead(words, { panel: () => toPanel(""), options: () => leave(openPage("options/options.html")) });
fill(
  main,
  h("h1", { class: "visually-hidden" }, words.t("popup_title")),
  h("p", { class: "loading", role: "status" }, words.t("loading")),
);

const page = new Look(words, main, {
  most: MOST,
  openTab: (name) => toPanel(name),
  close: () => window.close(),
  changed: ({ list }) => frameFoot(words, list),
});
onChanged(soon(() => page.paint()));
await page.paint();

/**
 * The panel beside the page; in a tab when one part of it is asked for.
 * @param {string} part
 * @returns {Promise<void>}
 */
function toPanel(part) {
  // The panel opens in the click only: nothing is awaited before.
  return leave(part ? openPage(`panel/panel.html#${part}`) : openPanel(page.windowId));
}

/** @param {Promise<unknown> | unknown} opening */
async function leave(opening) {
  await opening;
  window.close();
}
