/** The number at the icon: what was found on the page of a tab; elsewhere, alerts nobody read. Only shows, never counts. */

import { badge, badgeTitle } from "../shared/browser.js";
import { load, t } from "../shared/i18n.js";
import { read } from "../shared/storage.js";

const FOUND = "#0f6353";
const ALERTS = "#a3002c";
const MOST = 999;

/** @param {number} tabId @param {number} count */
export async function showFound(tabId, count) {
  await badge(textOf(count), FOUND, tabId);
  await load((await read("settings")).language);
  await badgeTitle(count ? t("background_badge_title", count) : t("extension_name"), tabId);
}

/** @param {number} unread */
export async function showUnread(unread) {
  await badge(textOf(unread), ALERTS);
}

/** @param {number} count */
function textOf(count) {
  if (count > MOST) return `${MOST}+`;
  return count ? String(count) : "";
}
