/** A tab loads a page: what was found on the one before is no longer there. */

import { changeSession } from "../shared/storage.js";
import { plainAddress } from "./addresses.js";
import { findingsOf, leaveTab } from "./findings.js";
import { rulebooks } from "./rulebooks.js";

/**
 * Pages that change their address themselves say so, too; nothing is forgotten as long as it is the same.
 * @param {number} tabId
 * @param {string} url empty where the extension may not look
 */
export async function opened(tabId, url) {
  await changeSession(`asked/${tabId}`, (origin) => (URL.canParse(url) && new URL(url).origin === origin ? origin : undefined));
  const findings = await findingsOf(tabId);
  if (!findings || findings.left) return;
  const page = url ? plainAddress(url, await rulebooks())?.url : "";
  if (page !== findings.page) await leaveTab(tabId, findings.page);
}
