/**
 * What a page shows → the registered works among it, each with its place. Copies of datasets are in copies.js.
 *
 * Everything is decided here, in the browser: the list is local, nothing is sent anywhere, nothing is told to the page.
 * Works in short stretches, so that the worker stays free for others. How slices arrive is not known here.
 */

import { oneLine, plainAddress } from "./addresses.js";
import { keptPlace } from "./kept_places.js";
import { rulebooks } from "./rulebooks.js";
import * as watchList from "./watch_list.js";

/**
 * @typedef {import("./rulebooks.js").Rulebooks} Rulebooks
 * @typedef {import("../shared/shapes.js").FoundWork} FoundWork
 * @typedef {"link" | "image" | "name" | "row"} Kind
 * @typedef {object} Candidate something on a page that may be a work
 * @property {Kind} kind
 * @property {string} text address, file name or row
 * @property {string} shown words there
 * @property {string} near words around it
 * @property {string | number} place
 */

const STRETCH = 12; // milliseconds of work without a break
const BATCH = 2_000; // keys looked up together
const MOST_FIELDS = 32; // of a row
const SHORTEST_FIELD = 5;
export const LONGEST_SHOWN = 200;

/** Lets others work now and then. */
export class Pace {
  constructor() {
    this._since = performance.now();
  }

  get isOver() {
    return performance.now() - this._since > STRETCH;
  }

  /** A break, if it is time for one. */
  async rest() {
    if (!this.isOver) return;
    await others();
    this._since = performance.now();
  }
}

/** @type {(() => void)[]} */
const resting = [];
// One for all breaks: Firefox clears away a channel that nobody holds, also while its message is on the way.
const { port1: ear, port2: mouth } = new MessageChannel();
ear.onmessage = () => resting.shift()?.();
Object(ear).unref?.(); // in Node, it keeps nothing running

/** Until whatever waits had its turn. Not by a timer: browsers slow down those of pages nobody sees. @returns {Promise<void>} */
function others() {
  return new Promise((resolve) => {
    resting.push(resolve);
    mouth.postMessage(null);
  });
}

/** Read what comparing needs while a page is on its way: a worker that was stopped has nothing at hand. */
export function getReady() {
  void Promise.allSettled([rulebooks(), watchList.lookUp([])]);
}

/**
 * The registered works among candidates, each once.
 * @param {Candidate[]} candidates
 * @param {number} frame
 * @returns {Promise<FoundWork[]>}
 */
export async function findWorks(candidates, frame) {
  const rules = await rulebooks();
  const pace = new Pace();
  /** @type {Map<string, FoundWork>} */
  const found = new Map();
  /** @type {{key: string, how: string, candidate: Candidate, text: string}[]} */
  let waiting = [];
  for (const candidate of candidates) {
    for (const text of textsOf(candidate)) {
      for (const { key, how } of rules.workKeys(text)) waiting.push({ key, how, candidate, text });
    }
    if (waiting.length >= BATCH) waiting = await lookUp(waiting, frame, found, rules);
    if (pace.isOver) await pace.rest();
  }
  await lookUp(waiting, frame, found, rules);
  return [...found.values()];
}

/** The texts of a candidate that may mean a work: those of a row are its fields. @param {Candidate} candidate */
function textsOf({ kind, text }) {
  if (kind !== "row") return [text];
  const fields = text.split(/[\s,;|"'<>]+/, MOST_FIELDS);
  return fields.filter((field) => field.length >= SHORTEST_FIELD && /[0-9/.]/.test(field));
}

/**
 * @param {{key: string, how: string, candidate: Candidate, text: string}[]} waiting
 * @param {number} frame
 * @param {Map<string, FoundWork>} found
 * @param {Rulebooks} rules
 */
async function lookUp(waiting, frame, found, rules) {
  if (!waiting.length) return [];
  const answers = await watchList.lookUp(waiting.map(({ key }) => key));
  const taken = new Set([...found.values()].map(({ place, text }) => `${place} ${text}`));
  waiting.forEach((one, at) => {
    if (!answers[at] || found.has(one.key)) return;
    const work = workOf(one, frame, rules);
    const there = `${work.place} ${work.text}`; // two keys of one address are one work
    if (!taken.has(there)) found.set(one.key, work);
    taken.add(there);
  });
  return [];
}

/** @param {{key: string, how: string, candidate: Candidate, text: string}} one @param {number} frame @param {Rulebooks} rules @returns {FoundWork} */
function workOf({ key, how, candidate, text }, frame, rules) {
  const url = plainAddress(text, rules)?.url ?? "";
  return {
    key,
    how: candidate.kind === "name" || how === "guessed" ? "name" : "key",
    place: keptPlace(frame, candidate.place),
    text: oneLine(candidate.kind === "row" ? text : candidate.shown || text, LONGEST_SHOWN),
    url,
  };
}
