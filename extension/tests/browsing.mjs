/** A page as its content script tells of it, in a browser where its host is switched on. No tests here. */

import { FakeBrowser } from "./fake_browser.mjs";

export const PAGE = "https://github.com/example/faces/blob/main/README.md?utm_source=x#data";
export const PHOTO = "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg";
export const ALSO = "https://www.flickr.com/photos/someone/53381630965/";

/** A browser with GitHub switched on and two works in its list. */
export async function browserAtGitHub() {
  const browser = new FakeBrowser();
  browser.listed = new Set(["flickr:photo:53381630964", "flickr:photo:53381630965"]);
  await browser.say({ type: "hosts.list" });
  await browser.grant(["https://github.com/*", "https://raw.githubusercontent.com/*"]);
  return browser;
}

/** A frame of tab 7 opens its port. */
export function frame(browser, more = {}) {
  const tab = { id: 7, url: PAGE, incognito: false };
  browser.tabs.set(7, { id: 7, url: more.tab?.url ?? PAGE });
  return browser.connect({ url: PAGE, tab, ...more });
}

/** It says all it has to say. */
export async function browse(browser, slices, done = { page: PAGE, title: "faces" }, more = {}) {
  const port = await frame(browser, more);
  const answers = [];
  for (const slice of slices) answers.push(await port.send({ slice }));
  answers.push(await port.send({ done }));
  await browser.settle();
  return { port, answers, ...(await browser.say({ type: "findings.get", tabId: 7 })) };
}
