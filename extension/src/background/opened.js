/** Which page a tab shows now, and what was found on it; what was found on the one before is no longer there. */

import { toFrame } from "../shared/browser.js";
import { changeSession } from "../shared/storage.js";
import { plainAddress } from "./addresses.js";
import { findingsOf, leaveTab } from "./findings.js";
import { rulebooks } from "./rulebooks.js";

/**
 * @typedef {import("../shared/shapes.js").Findings} Findings
 * @typedef {import("../shared/browser.js").Tab} Tab
 */

/**
 * A tab loads a page, or its page changes its address: then its content script is asked to look again, if there is one.
 * @param {number} tabId
 * @param {string} url empty where the extension may not look
 */
export async function opened(tabId, url) {
  await changeSession(`asked/${tabId}`, (origin) => (URL.canParse(url) && new URL(url).origin === origin ? origin : undefined));
  const findings = await findingsOf(tabId);
  if (!findings || findings.left || (await isOf(findings, url))) return;
  await leaveTab(tabId, findings.page);
  await toFrame(tabId, 0, { again: true });
}

/**
 * What was found on the page a tab shows. The browser may say that a tab goes on later than the tab's new address is
 * known: findings of another page are none.
 * @param {Tab} tab
 * @returns {Promise<Findings | null>}
 */
export async function findingsNow({ id, url }) {
  const findings = await findingsOf(id);
  return findings && !findings.left && (!url || (await isOf(findings, url))) ? findings : null;
}

/** @param {Findings} findings @param {string} url */
async function isOf({ page }, url) {
  return url === page || (url !== "" && plainAddress(url, await rulebooks())?.url === page);
}
