/** The other half of the door in browser.js: what the background listens to. Decides nothing. */

import { api } from "./browser.js";

/**
 * @typedef {import("./browser.js").Sender} Sender
 * @typedef {import("./browser.js").Port} Port
 * @typedef {{menuItemId: string | number, srcUrl?: string, linkUrl?: string, pageUrl?: string, linkText?: string}} MenuClick
 */

/** All are added at once when the worker starts: browsers want it so. */
export const on = {
  /** @param {(message: unknown, sender: Sender, answer: (value: unknown) => void) => boolean} fn true: answers later */
  message: (fn) => api.runtime.onMessage.addListener(fn),
  /** @param {(port: Port) => void} fn */
  connect: (fn) => api.runtime.onConnect.addListener(fn),
  /** @param {() => void} fn */
  alarm: (fn) => api.alarms.onAlarm.addListener(() => fn()),
  /** @param {(reason: string) => void} fn */
  installed: (fn) => api.runtime.onInstalled.addListener((/** @type {any} */ { reason }) => fn(reason)),
  /** @param {() => void} fn */
  startup: (fn) => api.runtime.onStartup.addListener(() => fn()),
  /** @param {(origins: string[]) => void} fn */
  permitted: (fn) => api.permissions.onAdded.addListener((/** @type {any} */ { origins }) => fn(origins ?? [])),
  /** @param {() => void} fn */
  forbidden: (fn) => api.permissions.onRemoved.addListener(() => fn()),
  /** @param {(tabId: number) => void} fn */
  tabClosed: (fn) => api.tabs.onRemoved.addListener((/** @type {number} */ tabId) => fn(tabId)),
  /** A page comes, or changes its address. It is known only where the extension may look. @param {(tabId: number, url: string) => void} fn */
  tabLoading(fn) {
    api.tabs.onUpdated.addListener((/** @type {number} */ tabId, /** @type {any} */ change, /** @type {any} */ tab) => {
      if (change.status === "loading" || change.url) fn(tabId, tab?.url ?? "");
    });
  },
  /** @param {(click: MenuClick, tabId: number) => void} fn */
  menu(fn) {
    api.contextMenus.onClicked.addListener((/** @type {MenuClick} */ click, /** @type {any} */ tab) => fn(click, tab?.id ?? -1));
  },
  /** @param {(id: string) => void} fn */
  notification: (fn) => api.notifications.onClicked.addListener(fn),
};
