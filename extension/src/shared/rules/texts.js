/** Texts counted in characters (code points), and blanks as every language but this one understands them. */

import { end, start } from "./address.js";

// What counts as blank in Unicode; `\s` has one more and some less.
export const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const IS_BLANK = new RegExp(BLANK, "u");

/** The first so many characters. @param {string} text @param {number} most */
export function first(text, most) {
  return text.length <= most ? text : text.slice(0, end(text, 0, most));
}

/** The last so many characters. @param {string} text @param {number} most */
export function last(text, most) {
  return text.length <= most ? text : text.slice(start(text, text.length, most));
}

/** How many characters. @param {string} text */
export function size(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** Without blanks at both ends. @param {string} text */
export function bare(text) {
  let from = 0;
  while (from < text.length && IS_BLANK.test(text[from])) from++;
  return bareAtEnd(text.slice(from));
}

/** Without blanks at the end. @param {string} text */
export function bareAtEnd(text) {
  let to = text.length;
  while (to > 0 && IS_BLANK.test(text[to - 1])) to--;
  return text.slice(0, to);
}

/** A text with its percent escapes read as UTF-8; what is broken becomes a replacement sign. @param {string} text */
export function unescapedAll(text) {
  return text.includes("%") ? text.replace(/[\0-\x7f]+/g, (run) => (run.includes("%") ? bytesOf(run) : run)) : text;
}

/** @param {string} ascii */
function bytesOf(ascii) {
  const letters = ascii.replace(/%([0-9A-Fa-f]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
