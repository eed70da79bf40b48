/** Parts of the browser in memory: lives of its worker, storage, ports. fake_browser.mjs puts them together. No tests here. */

const never = () => new Promise(() => {});

/** One life of the background: what it listens to, and whether it still lives. */
export class Worker {
  constructor(browser) {
    this.browser = browser;
    this.alive = true;
    this.listeners = new Map();
    this.ports = new Set();
    this.api = this.facade(browser.api, []);
  }

  /** The browser's interface as this worker sees it: dead when the worker is. */
  facade(value, path) {
    const worker = this;
    return new Proxy(value, {
      get(target, name) {
        const own = target[name];
        if (typeof name === "string" && /^on[A-Z]/.test(name)) return worker.event([...path, name].join("."));
        if (typeof own === "function") return (...args) => worker.call([...path, name].join("."), () => own.apply(target, args));
        return typeof own === "object" && own !== null ? worker.facade(own, [...path, name]) : own;
      },
    });
  }

  event(name) {
    return { addListener: (fn) => this.listeners.set(name, [...(this.listeners.get(name) ?? []), fn]) };
  }

  call(name, work) {
    const { browser } = this;
    if (!this.alive) return never();
    if (SYNCHRONOUS.has(name)) return work();
    browser.calls += 1;
    if (!READING.test(name)) browser.effects.push(name);
    const result = Promise.resolve().then(() => (this.alive ? work() : never()));
    if (!READING.test(name) && browser.effects.length === browser.stopAfter) return result.then(() => (browser.stopWorker(), never()), never);
    return result.then((value) => (this.alive ? structuredCloneOf(value) : never()));
  }
}

const READING = /\.(?:get|getAll|contains|query|getRegisteredContentScripts)$/; // a stop after one of them is like one before it
const SYNCHRONOUS = new Set(["runtime.getURL", "runtime.getManifest", "i18n.getUILanguage", "contextMenus.create"]);
export const structuredCloneOf = (value) => (value === undefined ? undefined : structuredClone(value));

/** A storage area. Chrome sorts the keys of objects, so this does. */
export function areaOf(stored, quota = () => Infinity) {
  const sorted = (value) => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
  };
  return {
    async get(keys) {
      const wanted = keys === null ? Object.keys(stored) : [keys].flat();
      return Object.fromEntries(wanted.filter((key) => key in stored).map((key) => [key, structuredClone(stored[key])]));
    },
    async set(values) {
      if (JSON.stringify({ ...stored, ...values }).length > quota()) throw new Error("Session storage quota bytes exceeded.");
      Object.assign(stored, sorted(structuredClone(values)));
    },
    async remove(keys) {
      for (const key of [keys].flat()) delete stored[key];
    },
    async clear() {
      for (const key of Object.keys(stored)) delete stored[key];
    },
  };
}

/** Whether an origin pattern covers an address. */
export function covers(pattern, url) {
  const [, scheme, host] = /^(https?):\/\/([^/]+)\/\*$/.exec(pattern) ?? [];
  const { protocol, hostname } = new URL(url.replace("*.", "").replace("*", "any"));
  if (protocol !== `${scheme}:`) return false;
  return host === "*" || hostname === host.replace("*.", "") || (host.startsWith("*.") && hostname.endsWith(host.slice(1)));
}

/** Both ends of a port: `inner` is the background's. */
export class FakePort {
  constructor(worker, sender, name) {
    Object.assign(this, { received: [], isOpen: true, wanted: [] });
    const heard = { message: [], end: [] };
    this.heard = heard;
    this.inner = {
      name,
      sender,
      postMessage: (message) => this.arrive(structuredClone(message)),
      disconnect: () => this.close(),
      onMessage: { addListener: (fn) => heard.message.push(fn) },
      onDisconnect: { addListener: (fn) => heard.end.push(fn) },
    };
    this.worker = worker;
  }

  arrive(message) {
    if (!this.isOpen || !this.worker.alive) return;
    this.received.push(message);
    this.wanted.shift()?.(message);
  }

  /** The background ends it. */
  close() {
    this.isOpen = false;
    for (const wanted of this.wanted.splice(0)) wanted(null);
  }

  /** The frame, or the end of the worker, ends it. */
  end() {
    this.close();
    if (this.worker.alive) for (const fn of this.heard.end) fn();
  }

  /** Say something and wait for the answer; null: the port ended. */
  send(message) {
    if (!this.isOpen) return Promise.resolve(null);
    const answer = new Promise((resolve) => this.wanted.push(resolve));
    this.post(message);
    return answer;
  }

  /** Say something. */
  post(message) {
    for (const fn of this.heard.message) fn(structuredClone(message));
  }
}
