/**
 * Hands what a page shows to the background, in slices, by a port; again when the page has changed. Answers it about places.
 *
 * Nothing goes anywhere else, and the page gets nothing: no element, no event, no request. What is found is never told
 * here. How a page is read: reading.js.
 */
"use strict";

{
  const { natives, words, Reading, places, isText } = globalThis.commonswatch;
  const api = /** @type {typeof chrome} */ (/** @type {any} */ (globalThis).browser ?? globalThis.chrome);
  const AT_ONCE = 4; // milliseconds
  const SECOND = 1_000;
  const LONGEST_WAIT = 10; // seconds between two readings of a page that keeps changing
  const LONGEST_TEXT = 500_000; // characters
  const MOST_HELD = 8; // slices kept until it is clear that something is new
  const MOST_FAULTS = 3; // of the port
  const CHANGES = {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["href", "src", "srcset", "title"],
  };

  class Collector {
    constructor() {
      this._isStopped = false;
      this._isStale = false; // the page has changed since it was read
      /** @type {() => void} */
      this._wake = () => undefined;
      this._wait = 1; // seconds
      this._address = "";
      this._told = ""; // what was told last
      this._faults = 0;
      this._port = /** @type {chrome.runtime.Port | null | undefined} */ (undefined); // null: lost while a page is told
      /** @type {(more: boolean | null) => void} */
      this._answered = () => undefined;
      this._changes = new MutationObserver(() => this._change());
      /** @type {[EventTarget, string, (event: Event) => void, boolean][]} */
      this._events = [
        [window, "popstate", () => this._change(), false],
        [window, "pageshow", (event) => /** @type {PageTransitionEvent} */ (event).persisted && this._forget(), false],
        [document, "load", () => this._change(), true], // pictures that come late
      ];
    }

    begin() {
      for (const event of this._events) natives.listen(...event);
      api.runtime.onMessage.addListener(answer);
      this._run();
    }

    stop() {
      this._isStopped = true;
      this._changes.disconnect();
      for (const event of this._events) natives.unlisten(...event);
      this._wake();
      this._hangUp();
      if (api.runtime?.id) api.runtime.onMessage.removeListener(answer);
    }

    _change() {
      this._changes.disconnect(); // one word of it is enough
      this._isStale = true;
      this._wake();
    }

    /** The page has another address, and nothing else may have changed. */
    again() {
      if (location.href !== this._address) this._change();
    }

    /** The page came back: the background no longer knows what was told. */
    _forget() {
      this._told = "";
      this._faults = this._wait = 0;
      this._change();
    }

    /** Read, wait for a change, and read again; less and less often while nothing but changes happens. */
    async _run() {
      while (!this._isStopped) {
        this._isStale = false;
        this._address = location.href;
        this._changes.observe(document, CHANGES);
        await this._read();
        await this._untilChange();
      }
    }

    async _untilChange() {
      const since = performance.now();
      if (!this._isStale && !this._isStopped) await new Promise((resolve) => (this._wake = () => resolve(undefined)));
      if (performance.now() - since > LONGEST_WAIT * SECOND) this._wait = 1;
      for (let left = this._wait; left > 0 && location.href === this._address; left--) await natives.later(SECOND);
      this._wait = location.href === this._address ? Math.min(this._wait * 2 || 1, LONGEST_WAIT) : 1;
    }

    async _read() {
      const reading = new Reading(natives.root(document), isText);
      /** @type {Slice[]} */
      const held = [];
      while (!reading.isOver) {
        await natives.later(0);
        if (this._isStopped) return;
        reading.step(performance.now() + AT_ONCE);
        if (reading.candidates.isFull) held.push(reading.candidates.take());
        if (held.length > (this._told ? MOST_HELD : 0) && !(await this._tell(held.splice(0)))) return;
      }
      const sum = sumOf(reading);
      if (sum === this._told && !this._port) return;
      if (!(await this._tell([...held, reading.candidates.take()]))) return;
      const { text } = reading.light;
      const done = { page: location.href, title: natives.title(document), mediaType: isText ? "text/plain" : "text/html" };
      const end = await this._ask({ done: { ...done, text: text.slice(0, LONGEST_TEXT) } });
      this._hangUp();
      if (end === null) return this._fault();
      this._told = sum;
      this._faults = 0;
    }

    /** Whether more is wanted. @param {Slice[]} slices */
    async _tell(slices) {
      for (const slice of slices) {
        const more = await this._ask({ slice });
        if (more) continue;
        this._hangUp();
        if (more === null) this._fault();
        return false;
      }
      return true;
    }

    /** The background was stopped in the middle: once more from the start, but not for ever. */
    _fault() {
      if (++this._faults <= MOST_FAULTS) this._change();
    }

    /** A message, and whether the background wants more; null when it is gone. @param {unknown} message @returns {Promise<boolean | null>} */
    _ask(message) {
      return new Promise((resolve) => {
        this._answered = resolve;
        if (this._port === null) return resolve(null); // between two messages: so is what was told
        try {
          this._port ??= this._connect();
          this._port.postMessage(message);
        } catch {
          if (!api.runtime?.id) this.stop(); // the extension was updated or removed
          resolve(null);
        }
      });
    }

    _connect() {
      const port = api.runtime.connect({ name: "collect" });
      port.onMessage.addListener((said) => this._answered(said?.more === true));
      port.onDisconnect.addListener(() => {
        void api.runtime.lastError; // looked at, so that the browser writes nothing to the console
        if (this._port === port) this._port = null;
        this._answered(null);
      });
      return port;
    }

    _hangUp() {
      this._port?.disconnect();
      this._port = undefined;
    }
  }

  /** @param {Reading} reading */
  function sumOf({ candidates, light }) {
    return [candidates.count, candidates.sum, light.text.length, words.sum(light.text), location.href, natives.title(document)].join(" ");
  }

  /** @param {any} message @param {chrome.runtime.MessageSender} sender @param {(answer: unknown) => void} reply */
  function answer(message, sender, reply) {
    if (sender.id !== api.runtime.id || sender.tab) return false;
    if (message?.again === true) collector.again();
    if (typeof message?.mark === "string") places.mark(message.mark).then(reply, () => reply({ found: false }));
    else if (Array.isArray(message?.pixels)) places.pixels(message.pixels.map(String)).then(reply, () => reply([]));
    else return false;
    return true;
  }

  /** Whether this is the page itself, or a frame in it of the same origin. */
  function isOwn() {
    try {
      return window.top !== null && window.top.location.origin === location.origin;
    } catch {
      return false;
    }
  }

  const collector = new Collector();
  globalThis.commonswatch.stop = () => collector.stop();
  if (isOwn() && !natives.isPrerendered(document)) collector.begin();
  else if (isOwn()) natives.listen(document, "prerenderingchange", () => collector.begin());
}
