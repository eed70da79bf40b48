/**
 * The only door to the browser: what the extension uses of `chrome.*` and `browser.*`, under plain names. What it listens
 * to is in browser_events.js.
 *
 * No rules, no state, no words: whoever wants to know what the extension can do to a browser reads this file.
 */

/**
 * @typedef {object} Sender who sent a message, by the browser's word
 * @property {string} [id] of the extension
 * @property {string} [url] of the page or frame
 * @property {number} [frameId]
 * @property {{id?: number, url?: string, incognito?: boolean}} [tab]
 * @typedef {object} Port a line to a content script
 * @property {string} name
 * @property {Sender} [sender]
 * @property {(message: unknown) => void} postMessage
 * @property {() => void} disconnect
 * @property {{addListener: (fn: (message: unknown) => void) => void}} onMessage
 * @property {{addListener: (fn: () => void) => void}} onDisconnect
 * @typedef {{id: string, js: string[], matches: string[]}} Script a content script and where it runs
 * @typedef {{id: number, url: string}} Tab
 */

const global = /** @type {any} */ (globalThis);
/** For browser_events.js only. */
export const api = global.browser ?? global.chrome;

export const ownId = () => /** @type {string} */ (api.runtime.id);
/** @param {string} path */
export const ownUrl = (path) => /** @type {string} */ (api.runtime.getURL(path));

/** Whether storage of one session of the browser is kept apart from the disk. */
const session = () => api.storage.session ?? api.storage.local;

/** @param {"local" | "session"} area */
export function area(area) {
  const place = area === "session" ? session() : api.storage.local;
  return {
    /** @param {string | string[] | null} keys @returns {Promise<Record<string, unknown>>} */
    get: (keys) => place.get(keys),
    /** @param {Record<string, unknown>} values @returns {Promise<void>} */
    set: (values) => place.set(values),
    /** @param {string[]} keys @returns {Promise<void>} */
    remove: (keys) => place.remove(keys),
    /** @returns {Promise<void>} */
    clear: () => place.clear(),
  };
}

/** Tell of every change in storage, for pages that show it. @param {(keys: string[]) => void} fn */
export function onChanged(fn) {
  api.storage.onChanged.addListener((/** @type {object} */ changes) => fn(Object.keys(changes)));
}

/** Tell when another tab comes in front, or the page in one changes. @param {() => void} fn */
export function onTab(fn) {
  api.tabs.onActivated.addListener(() => fn());
  api.tabs.onUpdated.addListener((/** @type {number} */ _tabId, /** @type {any} */ change) => {
    if (change.url || change.status === "complete") fn();
  });
}

/** A message to the background. @param {unknown} message @returns {Promise<any>} */
export const toBackground = (message) => api.runtime.sendMessage(message);

/**
 * A message to the content script of a frame. Undefined when none listens there.
 * @param {number} tabId @param {number} frameId @param {unknown} message @returns {Promise<any>}
 */
export async function toFrame(tabId, frameId, message) {
  try {
    return await api.tabs.sendMessage(tabId, message, { frameId });
  } catch {
    return undefined; // gone, or never there
  }
}

export const alarm = {
  /** Rings at a moment, and every minute from then on. @param {string} name @param {number} when @returns {Promise<void>} */
  set: (name, when) => api.alarms.create(name, { when, periodInMinutes: 1 }),
  /** @returns {Promise<void>} */
  clearAll: () => api.alarms.clearAll(),
};

/**
 * A number at the icon; of one tab, or of all that have none of their own.
 * @param {string} text @param {string} color @param {number} [tabId]
 */
export async function badge(text, color, tabId) {
  const where = tabId === undefined ? {} : { tabId };
  try {
    await api.action.setBadgeBackgroundColor({ color, ...where });
    await api.action.setBadgeText({ text, ...where });
  } catch {
    // the tab is gone
  }
}

/** What the icon says when pointed at. @param {string} title @param {number} tabId */
export async function badgeTitle(title, tabId) {
  try {
    await api.action.setTitle({ title, tabId });
  } catch {
    // the tab is gone
  }
}

/** A notification of the system. One with the same id is replaced. @param {string} id @param {string} title @param {string} message */
export async function notify(id, title, message) {
  await api.notifications.create(id, { type: "basic", iconUrl: ownUrl("icons/128.png"), title, message });
}

/** Take all notifications away. */
export async function clearNotifications() {
  const shown = (await api.notifications.getAll()) ?? {};
  await Promise.all(Object.keys(shown).map((id) => api.notifications.clear(id)));
}

export const permissions = {
  /** @param {string[]} origins @returns {Promise<boolean>} */
  has: (origins) => api.permissions.contains({ origins }),
  /** @param {string[]} origins @returns {Promise<boolean>} */
  drop: (origins) => api.permissions.remove({ origins }),
  /** @returns {Promise<string[]>} */
  all: async () => (await api.permissions.getAll()).origins ?? [],
};

/** Ask for places; only from a click, at once. @param {string[]} origins @returns {Promise<boolean>} */
export const askFor = (origins) => api.permissions.request({ origins });

const TO_SEND = ["browsingActivity", "websiteContent"];

/** Where the browser wants to be asked before data is sent (Firefox), ask it; only from a click, at once. @returns {Promise<boolean>} */
export async function askToSend() {
  const asks = typeof api.runtime.getBrowserInfo === "function";
  return asks ? api.permissions.request({ data_collection: TO_SEND }) : true;
}

/**
 * Not when a page is idle: to know that, Firefox itself calls the page's `requestIdleCallback`, and the page could count.
 */
export const scripts = {
  /** @returns {Promise<Script[]>} */
  all: () => api.scripting.getRegisteredContentScripts(),
  /** @param {Script[]} wanted @returns {Promise<void>} */
  add: (wanted) =>
    api.scripting.registerContentScripts(
      wanted.map((one) => ({ ...one, allFrames: true, runAt: "document_end", persistAcrossSessions: true })),
    ),
  /** @param {string[]} ids @returns {Promise<void>} */
  remove: (ids) => api.scripting.unregisterContentScripts({ ids }),
  /** Run files once, in the open page of a tab. @param {number} tabId @param {string[]} files @returns {Promise<unknown>} */
  run: (tabId, files) => api.scripting.executeScript({ target: { tabId }, files, injectImmediately: true }),
};

/** @param {{id: string, title: string, contexts: string[]}[]} entries */
export async function setMenu(entries) {
  await api.contextMenus.removeAll();
  for (const one of entries) api.contextMenus.create({ ...one, documentUrlPatterns: ["http://*/*", "https://*/*"] });
}

/** Tabs whose address fits, among those the extension may look at. @param {string[]} patterns @returns {Promise<Tab[]>} */
export const tabsAt = (patterns) => api.tabs.query({ url: patterns });

/** A tab; without address where the extension may not look. @param {number} tabId @returns {Promise<Tab | null>} */
export async function tab(tabId) {
  try {
    const { id, url = "" } = await api.tabs.get(tabId);
    return { id, url };
  } catch {
    return null;
  }
}

/** The tab in front. @returns {Promise<(Tab & {windowId: number}) | null>} */
export async function currentTab() {
  const [found] = await api.tabs.query({ active: true, currentWindow: true });
  return found ? { id: found.id, url: found.url ?? "", windowId: found.windowId } : null;
}

/** Show a page of the extension, in the tab that shows it already if there is one. @param {string} path */
export async function openPage(path) {
  const url = ownUrl(path);
  const open = (await api.tabs.query({ url: `${url.split(/[?#]/, 1)[0]}*` })).find((/** @type {any} */ one) => one.url === url);
  await (open ? api.tabs.update(open.id, { active: true }) : api.tabs.create({ url }));
}

/** Open an address of the web in a new tab. @param {string} url */
export const openTab = (url) => api.tabs.create({ url });

/** Open the panel beside the page; only from a click, at once. @param {number} windowId @returns {Promise<void>} */
export const openPanel = (windowId) => (api.sidePanel ? api.sidePanel.open({ windowId }) : api.sidebarAction.open());

/** The language of the browser, as in `de-CH`. */
export const language = () => /** @type {string} */ (api.i18n.getUILanguage());
/** The version of the extension. */
export const version = () => /** @type {string} */ (api.runtime.getManifest().version);
