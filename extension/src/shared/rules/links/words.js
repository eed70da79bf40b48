/**
 * Any words → the names and role words in them, and where. Knows neither pages nor links. The same in every language.
 *
 * Words are compared without case, blanks and punctuation: `MS-Celeb-1M`, `ms_celeb_1m` and `MSCeleb1M` are one name.
 * What stands inside another word is no name: words are compared whole, one to eight of them at a time, longest first.
 */

import { first } from "../texts.js";

/**
 * @typedef {object} Mark what a name or role word means, and where it stands
 * @property {string} word
 * @property {string} role
 * @property {number} strength 2 strong, 1 weak, 0 slight: counts only close to the link
 * @property {string | null} names id of a dataset; empty for a known set that is not in the catalogue
 * @property {number} place number of its first word
 * @typedef {{marks: Mark[], strange: string[]}} Reading the marks from left to right, and words no mark and no
 *   filler covers
 * @typedef {Record<string, Record<string, string[]>>} Roles role → `strong`, `weak`, `slight` → words
 */

export const LONGEST = 3000; // characters of a context that are read
const MOST_WORDS = 8; // of one name
const WORD = /[A-Za-z0-9]+|[\u3400-\u9fff]/gu; // a Chinese letter is a word
/** @type {Record<string, number>} */
const STRENGTHS = { strong: 2, weak: 1, slight: 0 };
const SHORT = /^(?:.{1,2}|[0-9]{1,4})$/u; // longer numbers are counts; these are of parts, countries and versions
const PART = /^([a-z]{3,})[0-9]{1,4}$/; // `part1`
const NUMBER = /[0-9]+/g;

/**
 * The words of a text as written. Half characters and everything that is no letter or digit fall out.
 * @param {string} text
 * @returns {string[]}
 */
export function words(text) {
  return first(text, LONGEST).normalize("NFKC").match(WORD) ?? [];
}

/** A name as names are compared. @param {string} text */
export function squeezed(text) {
  return words(text).join("").toLowerCase();
}

/** All names and role words, by how they are compared. A `0` in a role word stands for any number. */
export class Vocabulary {
  /**
   * @param {string[]} fillers
   * @param {string[]} fillerParts names of hosts: every word with one of them in it is a filler
   * @param {string[]} careful short names that count only in this spelling
   */
  constructor(fillers, fillerParts, careful) {
    /** @type {Map<string, Mark>} */
    this._marks = new Map();
    this._fillers = new Set(fillers.map(squeezed));
    this._fillerParts = fillerParts;
    this._careful = new Map(careful.map((name) => [squeezed(name), name]));
    /** All that names and role words begin with. @type {Set<string>} */
    this._begun = new Set();
    /** @type {Map<string, Reading>} */
    this._known = new Map();
  }

  /** Add words that say nothing. @param {string[]} group */
  addFillers(group) {
    for (const word of group) this._fillers.add(word.toLowerCase());
  }

  /** @param {Roles} roles */
  addRoles(roles) {
    for (const [role, groups] of Object.entries(roles)) {
      for (const [strength, group] of Object.entries(groups)) {
        for (const word of group) this._add(squeezed(word), mark(word, { role, strength: STRENGTHS[strength] }));
      }
    }
  }

  /** Add words that hide the role words in them: `train the model` hands out no model. @param {string[]} group */
  addVoid(group) {
    for (const word of group) this._add(squeezed(word), mark(word, {}));
  }

  /**
   * Add a name.
   * @param {string} name
   * @param {string} dataset
   * @param {Partial<Mark>} [more]
   */
  addName(name, dataset, more = {}) {
    const key = squeezed(name);
    if (key.length > 2) this._add(key, mark(name, { names: dataset, ...more }));
  }

  /** The first meaning of a word stays. @param {string} key @param {Mark} meaning */
  _add(key, meaning) {
    if (!this._marks.has(key)) this._marks.set(key, meaning);
    for (let end = 1; end <= key.length; end++) this._begun.add(key.slice(0, end));
  }

  /**
   * The marks of a text. Remembered while one page is read.
   * @param {string} text
   * @returns {Reading}
   */
  read(text) {
    const known = this._known.get(text) ?? this._reading(words(text));
    this._known.set(text, known);
    return known;
  }

  /** Forget the texts of the last page. */
  forget() {
    this._known.clear();
  }

  /** @param {string[]} found @returns {Reading} */
  _reading(found) {
    /** @type {Reading} */
    const reading = { marks: [], strange: [] };
    for (let at = 0, length = 1; at < found.length; at += length) {
      const longest = this._longest(found, at);
      length = longest?.length ?? 1;
      if (longest) reading.marks.push({ ...longest.mark, place: at });
      else if (!this._isFiller(found[at].toLowerCase())) reading.strange.push(found[at]);
    }
    return reading;
  }

  /** @param {string} word */
  _isFiller(word) {
    const part = PART.exec(word)?.[1] ?? word;
    const isKnown = this._fillers.has(word) || this._fillers.has(part);
    return SHORT.test(word) || isKnown || this._fillerParts.some((one) => word.includes(one));
  }

  /** @param {string[]} found @param {number} at */
  _longest(found, at) {
    let best = null;
    let written = "";
    for (let length = 1; length <= Math.min(MOST_WORDS, found.length - at); length++) {
      written += found[at + length - 1];
      const key = written.toLowerCase();
      const alike = key.replace(NUMBER, "0");
      if (!this._begun.has(key) && !this._begun.has(alike)) break; // nothing known begins like this
      const known = this._marks.get(key) ?? this._marks.get(alike);
      if (known && (this._careful.get(key) ?? written) === written) best = { mark: known, length };
    }
    return best;
  }
}

/** @param {string} word @param {Partial<Mark>} more @returns {Mark} */
function mark(word, more) {
  return { word, role: "", strength: 0, names: null, place: 0, ...more };
}
