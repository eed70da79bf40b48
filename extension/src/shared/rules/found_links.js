/** Links in running text: where each starts and ends, without the punctuation of the sentence around it. Knows no host. */

import { strippedAtStart } from "./texts.js";

const MOST_PUNCTUATION = 8;
const LINK_LETTERS = /[!#-;=?-[\]_a-z~]+/g; // printable ASCII without quotes, brackets `<>{}`, `|`, `^`, `\`
export const SCHEME = /[Hh][Tt][Tt][Pp][Ss]?:\/\/|[Mm][Aa][Gg][Nn][Ee][Tt]:\?|(?:hf|s3[an]?|gs|oss|cosn?|obs|bos):\/\//;
const LAST =
  /(?:[.,;。，；、\u200b-\u200d\u2060\ufeff]|%[Ee]2%80%8[B-Db-d]|%[Ee]2%81%[Aa]0|%[Ee][Ff]%[Bb][Bb]%[Bb][Ff])$/u;
const LONGEST_LAST = 9; // characters: an invisible blank, escaped
const AROUND = "([*_'.,;:!?)]";
/** @type {Record<string, string>} */
const PAIRS = { ")": "(", "]": "[" };

/** Each link in a text and where it starts. @param {string} text */
export function* links(text) {
  for (const run of text.matchAll(LINK_LETTERS)) {
    const scheme = SCHEME.exec(run[0]);
    const start = scheme ? scheme.index : run[0].length - strippedAtStart(run[0], AROUND).length;
    const link = unwrapped(run[0].slice(start));
    if (scheme || (link.includes("/") && link.includes("."))) yield { link, from: run.index + start };
  }
}

/**
 * Without the punctuation of the sentence or the Markdown around it; brackets that belong to it stay.
 * @param {string} link
 */
function unwrapped(link) {
  let whole = link.slice(0, endOfBrackets(link));
  for (let left = MOST_PUNCTUATION; left > 0; left--) {
    const last = whole.slice(-1);
    if (last === "" || last in PAIRS || !AROUND.includes(last)) break;
    whole = whole.slice(0, -1);
  }
  return clean(whole);
}

/**
 * Without the full stop, comma or bracket behind it, or a blank nobody sees; letters of a key may be `_` or `-`.
 * @param {string} link
 */
export function clean(link) {
  let whole = link;
  for (;;) {
    const last = whole.slice(-1);
    const ends = LAST.exec(whole.slice(-LONGEST_LAST));
    if (last in PAIRS && count(whole, last) > count(whole, PAIRS[last])) whole = whole.slice(0, -1);
    else if (ends) whole = whole.slice(0, -ends[0].length);
    else return whole;
  }
}

/** How often a letter stands in a text. @param {string} text @param {string} letter */
function count(text, letter) {
  let found = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) found++;
  return found;
}

/** Where a bracket closes that was not opened in the link. @param {string} link */
function endOfBrackets(link) {
  /** @type {Record<string, number>} */
  const open = { "(": 0, "[": 0 };
  for (let at = 0; at < link.length; at++) {
    if (link[at] in open) open[link[at]]++;
    else if (link[at] in PAIRS && --open[PAIRS[link[at]]] < 0) return at;
  }
  return link.length;
}
