/** The entries of the context menu: somebody points at a picture, a link or a page to report it. Nothing is sent yet. */

import { openPage, setMenu } from "../shared/browser.js";
import { load, t } from "../shared/i18n.js";
import { allOfSession, changeSession, read } from "../shared/storage.js";

const ENTRIES = [
  { id: "picture", contexts: ["image"] },
  { id: "link", contexts: ["link"] },
  { id: "page", contexts: ["page"] },
];
const MOST_POINTED = 20;
const LONGEST = 4096;

/** Make the entries, in the language of the settings. */
export async function makeMenu() {
  await load((await read("settings")).language);
  await setMenu(ENTRIES.map(({ id, contexts }) => ({ id, contexts, title: t(`background_menu_${id}`) })));
}

/**
 * Remember what somebody pointed at, and open the page on which they review it.
 * @param {import("../shared/browser_events.js").MenuClick} click
 * @param {number} tabId
 */
export async function pointedAt({ menuItemId, pageUrl, srcUrl, linkUrl, linkText }, tabId) {
  const page = text(pageUrl);
  if (!page) return;
  const picture = menuItemId === "picture" ? text(srcUrl) : "";
  const link = menuItemId === "link" ? text(linkUrl) : "";
  const pointed = { page, media: picture ? [picture] : [], links: link ? [{ url: link, text: text(linkText) }] : [], at: Date.now() };
  const id = crypto.randomUUID();
  await changeSession(`hand/${id}`, () => pointed);
  await forgetOldest();
  await openPage(`review/review.html?tab=${tabId}&hand=${id}`);
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" && value.length <= LONGEST ? value : "";
}

async function forgetOldest() {
  const all = Object.entries(await allOfSession("hand")).sort(([, one], [, other]) => other.at - one.at);
  for (const [id] of all.slice(MOST_POINTED)) await changeSession(`hand/${id}`, () => undefined);
}
