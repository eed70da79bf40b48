/**
 * One frame's account of its page: slices arrive by a port, are bounded, matched and kept; the frame learns nothing.
 *
 * A page can make its content script say anything, so everything is checked and cut. Whether a frame may speak at all
 * is decided in router.js before; how things are matched, in detect.js.
 */

import { plainAddress } from "./addresses.js";
import { findCopies, readPage } from "./copies.js";
import { findWorks } from "./detect.js";
import { copyKey, distinct, saveFrame } from "./findings.js";
import { isOpen } from "./ports.js";
import { rulebooks } from "./rulebooks.js";
import { candidatesOf, isRecord, isSameOrigin, isText, pageOf, picturesOf } from "./slices.js";

/**
 * @typedef {import("../shared/browser.js").Port} Port
 * @typedef {import("./detect.js").Candidate} Candidate
 * @typedef {import("./findings.js").Part} Part
 */

export const MOST_CANDIDATES = 200_000; // of a page; then it is said that there was more
const MOST_WAITING = 4; // slices that were not asked for
const MOST_MESSAGES = 2_000; // of a port
const LONGEST_PAGE = 2_000_000; // characters of its words
const MOST_FOUND = 1_000; // works, copies
const MOST_LINKS = 5_000; // whose words and places are remembered
const MOST_PICTURES = 300;

/**
 * Take in what the frame behind a port says, one message after the other, as long as it keeps to the bounds.
 * @param {Port} port
 * @param {Promise<boolean>} gate whether it may speak at all; nothing is read before that is known
 * @param {() => void} over called when nothing more is taken in
 */
export function collect(port, gate, over) {
  const collection = new Collection(port);
  let waiting = 0;
  let messages = 0;
  let isOver = false;
  const end = () => {
    if (!isOver) port.disconnect();
    isOver = true;
    over();
  };
  let last = gate.then(
    (isWelcome) => (isWelcome ? undefined : end()),
    () => end(),
  );
  const answer = (/** @type {boolean} */ more) => {
    if (!isOver) port.postMessage({ more });
    if (!more) end();
  };
  port.onDisconnect.addListener(() => {
    isOver = true;
    over();
  });
  port.onMessage.addListener((message) => {
    if (isOver) return;
    if (++waiting > MOST_WAITING || ++messages > MOST_MESSAGES) return end();
    last = last.then(async () => {
      if (!isOver) answer(await collection.take(message).catch(() => false));
      waiting--;
    });
  });
}

class Collection {
  /** @param {Port} port */
  constructor(port) {
    const { sender } = port;
    this._isThere = () => isOpen(port); // closed, its page is gone, or nothing is to be known of it any more
    this._tabId = sender?.tab?.id ?? -1;
    this._frame = sender?.frameId ?? 0;
    this._url = sender?.url ?? "";
    this._pageUrl = (this._frame !== 0 && sender?.tab?.url) || this._url;
    /** @type {Map<string, {place: string | number, shown: string, near: string}>} */
    this._links = new Map();
    /** @type {Part} */
    this._part = {
      page: "",
      title: "",
      works: [],
      copies: [],
      codes: {},
      pictures: [],
      candidates: 0,
      capped: false,
      isDone: false,
    };
  }

  /** Whether the frame should go on. @param {unknown} message @returns {Promise<boolean>} */
  async take(message) {
    const { slice, done } = /** @type {any} */ (message) ?? {};
    this._part.page ||= await this._plainPage(this._pageUrl);
    if (isRecord(slice)) return this._takeSlice(slice);
    if (isRecord(done)) await this._finish(done);
    return false;
  }

  /** @param {Record<string, unknown>} slice */
  async _takeSlice(slice) {
    const candidates = this._candidates(slice);
    this._part.candidates += candidates.length;
    const works = await findWorks(candidates, this._frame);
    this._addCopies(await findCopies(candidates, this._url, this._frame));
    this._part.works = distinct([...this._part.works, ...works], ({ key }) => key);
    this._part.capped ||= this._part.works.length > MOST_FOUND;
    this._part.works.length = Math.min(this._part.works.length, MOST_FOUND);
    this._remember(candidates);
    if (this._part.candidates < MOST_CANDIDATES) await this._save();
    else await this._finish({}); // enough: what is there is read, the rest is not asked for
    return !this._part.isDone;
  }

  /** The candidates of a slice, as far as there is room. @param {Record<string, unknown>} slice @returns {Candidate[]} */
  _candidates(slice) {
    const { candidates, isCut } = candidatesOf(slice);
    const { pictures } = this._part;
    const more = picturesOf(slice, this._frame).slice(0, MOST_PICTURES - pictures.length);
    pictures.push(...more);
    const room = MOST_CANDIDATES - this._part.candidates;
    this._part.capped ||= isCut || candidates.length >= room;
    return candidates.slice(0, room);
  }

  /** @param {Candidate[]} candidates */
  _remember(candidates) {
    for (const { kind, text, place, shown, near } of candidates) {
      if (kind !== "link" || this._links.size >= MOST_LINKS) continue;
      if (!this._links.has(text)) this._links.set(text, { place, shown, near });
    }
  }

  /** @param {{copies: Part["copies"], codes: Part["codes"]}} found */
  _addCopies({ copies, codes }) {
    this._part.copies = distinct([...this._part.copies, ...copies], copyKey).slice(0, MOST_FOUND);
    Object.assign(this._part.codes, codes);
  }

  /** @param {Record<string, unknown>} done */
  async _finish({ page, title, text, mediaType }) {
    if (this._frame === 0 && isText(page) && isSameOrigin(page, this._url)) this._part.page = await this._plainPage(page);
    if (typeof title === "string") this._part.title = title.slice(0, 300);
    const given = typeof text === "string" && text.trim() ? text.slice(0, LONGEST_PAGE) : "";
    const words = given || pageOf(this._links);
    const isHtml = given && isText(mediaType) ? mediaType.includes("html") : /^\s*</.test(words);
    const about = {
      page: this._part.page,
      mediaType: isHtml ? "text/html" : "text/plain",
      frame: this._frame,
      shown: (/** @type {string} */ url) => ({ place: "", text: "", ...this._shownAt(url) }),
    };
    this._addCopies(await readPage(words, about).catch(() => ({ copies: [], codes: {} }))); // works are shown all the same
    this._part.isDone = true;
    await this._save();
  }

  /** @param {string} url */
  _shownAt(url) {
    const link = this._links.get(url);
    return link && { place: link.place, text: link.shown };
  }

  async _save() {
    if (this._part.page) await saveFrame(this._tabId, this._frame, this._part, this._isThere);
  }

  /** @param {string} url */
  async _plainPage(url) {
    return plainAddress(url, await rulebooks())?.url ?? "";
  }
}
