/**
 * What pages need from the browser and the background, in one place. A page imports nothing else of shared/.
 */

import * as browser from "../shared/browser.js";

export { bodyOf } from "../shared/api.js";
export { currentTab, onChanged, onTab, openPage, openPanel } from "../shared/browser.js";
export { load, plural, t } from "../shared/i18n.js";
export { send } from "../shared/messages.js";

/**
 * Ask the browser for places, in the click itself. No is also the answer where it cannot be asked.
 * @param {string[]} origins
 */
export async function askFor(origins) {
  return browser.askFor(origins).catch(() => false);
}

/** Ask, where the browser wants that, whether data may be sent; in the click itself. */
export async function askToSend() {
  return browser.askToSend().catch(() => false);
}
