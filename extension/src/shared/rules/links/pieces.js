/** What a line is read to, and the small questions about addresses in it. */

import { BLANK, bare, stripped } from "../texts.js";


/**
 * @typedef {{text: string, url: string, line: number}} Piece a stretch of words, or a link: its text and where it leads
 * @typedef {{name: string, closes: boolean}} Tag an HTML tag that is not about links: the page reader knows what it means
 * @typedef {{sign: string, form: string, url: string}} Command one that names a file without an address: a word it has,
 *   its form with one group, and the address it means
 */

const LONGEST_TARGET = 4096;
const LONGEST_NAME = 200;
const DEEPEST = 3; // brackets inside the address of a link
const BLANKS = new RegExp(`${BLANK}+`, "u");
/** @type {[string, string][]} */
const ESCAPES = [
  ["&nbsp;", " "],
  ["&quot;", '"'],
  ["&#39;", "'"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&#124;", "/"],
  ["&amp;", "&"],
];
const ENDS = ".,;:!?'*~)]}";
/** @type {Record<string, string>} */
const PAIRS = { ")": "(", "]": "[", "}": "{" };
const MOST_ENDS = 8;

/** Commands that name a file without an address. */
export class Commands {
  /** @param {Command[]} commands */
  constructor(commands) {
    this._commands = commands;
    this._form = new RegExp(commands.map(({ form }) => form).join("|"), "gu");
  }

  /** Where each command that names a file ends, and the address it means. @param {string} words */
  read(words) {
    if (!this._commands.some(({ sign }) => words.includes(sign))) return [];
    return Array.from(words.matchAll(this._form), (found) => {
      const number = found.findIndex((group, at) => at > 0 && group !== undefined);
      return { end: found.index + found[0].length, url: this._commands[number - 1].url + found[number] };
    });
  }
}

/** @param {Piece | Tag} one @returns {one is Tag} */
export function isTag(one) {
  return "closes" in one;
}

/** @param {string} text @param {string} url @param {number} line @returns {Piece} */
export function piece(text, url = "", line = 0) {
  return { text, url, line };
}

/** A text with the escapes of HTML that matter here read. @param {string} text */
export function unescaped(text) {
  return text.includes("&") ? ESCAPES.reduce((read, [escape, sign]) => read.replaceAll(escape, sign), text) : text;
}

/** An address as written, without the escapes of HTML. @param {string} url */
export function clean(url) {
  return url.replaceAll("&amp;", "&");
}

/**
 * A bare address without the punctuation of the sentence around it; brackets that belong to it stay.
 * @param {string} url
 */
export function trimmed(url) {
  for (let left = MOST_ENDS; left > 0; left--) {
    const last = url.slice(-1);
    if (!last || !ENDS.includes(last) || (last in PAIRS && count(url, PAIRS[last]) >= count(url, last))) break;
    url = url.slice(0, -1);
  }
  return url;
}

/** @param {string} text @param {string} letter */
function count(text, letter) {
  return text.split(letter).length - 1;
}

/**
 * Where a sign stands in a stretch of a text; -1 where it does not.
 * @param {string} text
 * @param {string} sign
 * @param {number} at
 * @param {number} length
 */
export function within(text, sign, at, length) {
  const found = text.slice(at, at + length).indexOf(sign);
  return found < 0 ? -1 : at + found;
}

/**
 * The address in `(address "title")`, and where it ends. Null if there is none.
 * @param {string} text
 * @param {number} at
 * @returns {{target: string | null, end: number}}
 */
export function targetAt(text, at) {
  if (text[at] !== "(") return { target: null, end: at };
  let depth = 0;
  for (let end = at; end < Math.min(text.length, at + LONGEST_TARGET);) {
    const sign = text[end++];
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (depth === 0 || sign === "）") {
      const inside = bare(text.slice(at + 1, end - 1));
      return { target: stripped(inside.split(BLANKS, 1)[0], "<>"), end };
    }
    if (depth > DEEPEST) break;
  }
  return { target: null, end: at };
}

/** The name in `[name]`, and where it ends. @param {string} text @param {number} at */
export function referenceAt(text, at) {
  const end = text[at] === "[" ? within(text, "]", at, LONGEST_NAME) : -1;
  return end > 0 ? { name: text.slice(at + 1, end), end: end + 1 } : { name: "", end: at };
}
