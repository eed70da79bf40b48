/**
 * A small browser in memory for tests of the background: what the extension uses of it, as faithful as it needs to be.
 *
 * Every start of the worker imports all modules anew. A stopped worker's calls have no effect and never answer, and it
 * can be stopped at any call. Time stands still unless a test lets it pass. No tests here.
 */

import { readFile } from "node:fs/promises";
import "./fresh_modules.mjs";
import { FakePort, Worker, areaOf, covers, structuredCloneOf } from "./fake_parts.mjs";

export const ID = "commonswatchcommonswatchcommons1";
export const OWN = `chrome-extension://${ID}/`;
const SRC = new URL("../src/", import.meta.url);
const SHORTEST_ALARM = 30_000;
const never = () => new Promise(() => {});

let workers = 0;

/** @param {string} pattern of hosts, or of a page of ours @param {string} url */
function fits(pattern, url) {
  return pattern.startsWith(OWN) ? url.startsWith(pattern.slice(0, -1)) : !url.startsWith(OWN) && covers(pattern, url);
}

export class FakeBrowser {
  constructor({ now = Date.UTC(2026, 10, 23, 12, 0, 0), language = "en-GB" } = {}) {
    Object.assign(this, { now, language, calls: 0, reading: 0, stopAfter: Infinity, worker: null, effects: [] });
    this.local = {};
    this.session = {};
    this.alarms = new Map();
    this.periods = new Map();
    this.badges = new Map(); // tab id, or "all" → text
    this.titles = new Map();
    this.notifications = new Map();
    this.notified = []; // each call
    this.granted = new Set();
    this.registered = new Map();
    this.injected = [];
    this.menu = [];
    this.tabs = new Map();
    this.opened = [];
    this.activeTab = new Set(); // tabs the person clicked the icon on
    this.requests = []; // to the outside
    this.server = () => Promise.reject(new TypeError("offline"));
    this.frames = () => undefined; // (tabId, frameId, message) → answer
    this.api = this.makeApi();
    this.install();
  }

  /** Take the place of the browser's own things. */
  install() {
    globalThis.fakeBrowser?.stopWorker(); // that of the test before
    globalThis.fakeBrowser = this;
    Date.now = () => this.now;
    Object.defineProperty(globalThis, "chrome", { configurable: true, get: () => this.worker?.api ?? this.api });
    globalThis.fetch = (input, options) => this.fetch(String(input), options);
  }

  async fetch(url, options = {}) {
    const { worker } = this;
    const answered = () => (worker && !worker.alive ? never() : undefined);
    if (url.startsWith(OWN)) {
      this.reading += 1;
      const text = await readFile(new URL(url.slice(OWN.length), SRC), "utf8").finally(() => (this.reading -= 1));
      return (await answered()) ?? new Response(text);
    }
    this.requests.push({ url, method: options.method ?? "GET", headers: options.headers ?? {}, body: options.body, options });
    this.calls += 1;
    this.effects.push(`fetch ${url}`);
    const isLast = this.effects.length === this.stopAfter;
    const answer = await this.server(url, options);
    if (isLast) this.stopWorker();
    return (await answered()) ?? answer;
  }

  makeApi() {
    const browser = this;
    return {
      runtime: {
        id: ID,
        getURL: (path) => OWN + path.replace(/^\//, ""),
        getManifest: () => ({ version: "0.1.0" }),
        sendMessage: (message) => browser.say(message),
      },
      i18n: { getUILanguage: () => browser.language },
      storage: { local: areaOf(this.local, () => this.localQuota ?? Infinity), session: areaOf(this.session, () => this.quota ?? Infinity) },
      alarms: {
        create: async (name, { when, periodInMinutes }) => {
          this.alarms.set(name, Math.max(when, this.now + SHORTEST_ALARM));
          this.periods.set(name, periodInMinutes * 60_000);
        },
        clearAll: async () => this.alarms.clear(),
      },
      action: {
        setBadgeText: async ({ text, tabId = "all" }) => void this.badges.set(tabId, text),
        setBadgeBackgroundColor: async () => undefined,
        setTitle: async ({ title, tabId = "all" }) => void this.titles.set(tabId, title),
      },
      notifications: {
        create: async (id, options) => {
          this.notified.push(id);
          this.notifications.set(id, options);
        },
        getAll: async () => Object.fromEntries([...this.notifications.keys()].map((id) => [id, true])),
        clear: async (id) => this.notifications.delete(id),
      },
      permissions: this.makePermissions(),
      scripting: this.makeScripting(),
      contextMenus: {
        removeAll: async () => void (this.menu = []),
        create: (entry) => void this.menu.push(entry),
      },
      tabs: this.makeTabs(),
    };
  }

  makePermissions() {
    const isGranted = (origin) => [...this.granted].some((one) => one === origin || covers(one, origin));
    return {
      contains: async ({ origins }) => origins.every(isGranted),
      getAll: async () => ({ origins: [...this.granted] }),
      request: async ({ origins }) => (this.grant(origins), true),
      remove: async ({ origins }) => (this.revoke(origins), true),
    };
  }

  /** The person says yes to places. */
  grant(origins) {
    for (const origin of origins) this.granted.add(origin);
    return this.emit("permissions.onAdded", { origins });
  }

  /** The person takes places back. */
  revoke(origins) {
    for (const origin of origins) this.granted.delete(origin);
    return this.emit("permissions.onRemoved", { origins });
  }

  makeScripting() {
    return {
      getRegisteredContentScripts: async () => [...this.registered.values()],
      registerContentScripts: async (scripts) => {
        for (const one of scripts) if (this.registered.has(one.id)) throw new Error(`Duplicate script ID '${one.id}'`);
        for (const one of scripts) this.registered.set(one.id, one);
      },
      unregisterContentScripts: async ({ ids }) => {
        for (const id of ids) if (!this.registered.delete(id)) throw new Error(`Nonexistent script ID '${id}'`);
      },
      executeScript: async ({ target, files }) => {
        if (!this.mayRead(this.tabs.get(target.tabId))) throw new Error("Cannot access contents of the page.");
        this.injected.push({ tabId: target.tabId, files });
      },
    };
  }

  makeTabs() {
    const shown = (tab) => ({ ...tab, url: this.mayRead(tab) ? tab.url : undefined });
    return {
      get: async (id) => {
        if (!this.tabs.has(id)) throw new Error(`No tab with id: ${id}.`);
        return shown(this.tabs.get(id));
      },
      query: async ({ url, active }) => {
        const tabs = [...this.tabs.values()].map(shown).filter((one) => !active || one.active);
        return url ? tabs.filter((one) => one.url && [url].flat().some((pattern) => fits(pattern, one.url))) : tabs;
      },
      create: async ({ url }) => void this.opened.push(url),
      update: async (id, changes) => Object.assign(this.tabs.get(id), changes),
      sendMessage: async (tabId, message, { frameId }) => {
        const answer = await this.frames(tabId, frameId, message);
        if (answer === undefined) throw new Error("Could not establish connection. Receiving end does not exist.");
        return answer;
      },
    };
  }

  mayRead(tab) {
    if (!tab) return false;
    return tab.url.startsWith(OWN) || this.activeTab.has(tab.id) || [...this.granted].some((one) => covers(one, tab.url));
  }

  /** Start the background, if it does not run. */
  async start() {
    if (this.worker) return this.worker;
    this.worker = new Worker(this);
    const { worker } = this;
    await import(`../src/background/index.js?worker=${++workers}`);
    return worker;
  }

  /** Stop it, as browsers do: without a word, at any time. */
  stopWorker() {
    const { worker } = this;
    this.worker = null;
    if (!worker) return;
    worker.alive = false;
    this.stopAfter = Infinity;
    for (const port of worker.ports) port.end();
  }

  /** Something happens: the background is started if need be, and told. */
  async emit(name, ...args) {
    const worker = await this.start();
    for (const fn of worker.listeners.get(name) ?? []) fn(...args);
    await this.settle();
  }

  /** A message of one of our pages, or of whoever the sender is. Undefined: no answer. */
  async say(message, sender = { id: ID, url: `${OWN}popup/popup.html` }) {
    const worker = await this.start();
    return new Promise((resolve) => {
      const willAnswer = (worker.listeners.get("runtime.onMessage") ?? []).map((fn) =>
        fn(structuredClone(message), sender, (value) => worker.alive && resolve(structuredCloneOf(value))),
      );
      if (!willAnswer.includes(true)) resolve(undefined);
      this.whenStopped(worker).then(() => resolve(undefined));
    });
  }

  async whenStopped(worker) {
    while (worker.alive) await new Promise((resolve) => setTimeout(resolve, 1).unref());
  }

  /** A frame opens a port. */
  async connect(sender, name = "collect") {
    const worker = await this.start();
    const port = new FakePort(worker, { id: ID, frameId: 0, ...sender }, name);
    worker.ports.add(port);
    for (const fn of worker.listeners.get("runtime.onConnect") ?? []) fn(port.inner);
    return port;
  }

  /** Let time pass: alarms ring in between. */
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const [next] = [...this.alarms].sort(([, one], [, other]) => one - other);
      if (!next || next[1] > end) break;
      const [name, when] = next;
      this.now = Math.max(this.now, when);
      if (this.periods.get(name)) this.alarms.set(name, when + this.periods.get(name));
      else this.alarms.delete(name);
      await this.emit("alarms.onAlarm", { name, scheduledTime: when });
    }
    this.now = end;
  }

  /** Until nothing is called any more. */
  async settle() {
    for (let quiet = 0, last = this.calls; quiet < 6; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (this.calls !== last || this.reading) quiet = 0;
      last = this.calls;
    }
  }
}
