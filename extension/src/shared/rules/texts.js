/** Texts counted in characters (code points), and blanks as every language but this one understands them. */

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

/**
 * Without the blanks and control characters browsers ignore at both ends.
 * @param {string} text
 */
export function trimmed(text) {
  return without(text, (code) => code <= 0x20);
}

/**
 * Without some letters at both ends.
 * @param {string} text
 * @param {(code: number) => boolean} isAround which letters go
 */
export function without(text, isAround) {
  let [from, to] = [0, text.length];
  while (from < to && isAround(text.charCodeAt(from))) from++;
  while (from < to && isAround(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * Without some letters at both ends.
 * @param {string} text
 * @param {string} letters
 */
export function stripped(text, letters) {
  return strippedAtEnd(strippedAtStart(text, letters), letters);
}

/** @param {string} text @param {string} letters */
export function strippedAtStart(text, letters) {
  let from = 0;
  while (from < text.length && letters.includes(text[from])) from++;
  return text.slice(from);
}

/** @param {string} text @param {string} letters */
export function strippedAtEnd(text, letters) {
  let to = text.length;
  while (to > 0 && letters.includes(text[to - 1])) to--;
  return text.slice(0, to);
}

/**
 * Whether a text has more characters (code points, as every language but this one counts them).
 * @param {string} text
 * @param {number} most
 */
export function isLonger(text, most) {
  return text.length > most && (text.length > 2 * most || end(text, 0, most) < text.length);
}

/**
 * Where that many characters end.
 * @param {string} text
 * @param {number} start
 * @param {number} characters
 */
export function end(text, start, characters) {
  let at = start;
  for (; characters > 0 && at < text.length; characters--) at += isPair(text, at) ? 2 : 1;
  return Math.min(at, text.length);
}

/**
 * Where that many characters before a place start.
 * @param {string} text
 * @param {number} place
 * @param {number} characters
 */
export function start(text, place, characters) {
  let at = place;
  for (; characters > 0 && at > 0; characters--) at -= at > 1 && isPair(text, at - 2) ? 2 : 1;
  return at;
}

/** @param {string} text @param {number} at */
function isPair(text, at) {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

/**
 * What stands before and after the first equals sign.
 * @param {string} pair
 */
export function parted(pair) {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}
