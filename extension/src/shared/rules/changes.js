/** The named changes a rule may apply to what it captured. Each is small, total and the same in every language. */

import { decoded, isPlain } from "./address.js";
import { md5 } from "./md5.js";
import { stripped } from "./texts.js";

/** @typedef {(text: string) => string | null} Change null: the text was not what the rule took it for */

const BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"; // Flickr's order: digits, small, capital
const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const MOST_DIGITS = 64;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const NOT_IN_TITLES = /[#<>[\]|{}/]/;
const CAPITALISED = /^[a-z\u00df-\u019a\u019c-\u024f\u0370-\u058f\u1e00-\u1fff]/u;

/** @type {Readonly<Record<string, Change>>} */
export const CHANGES = {
  base32,
  base36: number(BASE36),
  base58: number(BASE58),
  blank: (text) => text.replaceAll("+", " "),
  decode: decoded,
  hex: hexadecimal,
  lower: (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  path: (text) => stripped(text, " /").split("/").filter(Boolean).join("/") || null,
  plus: (text) => text.replaceAll(" ", "+"),
  title,
  upper: (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
};

/**
 * Whether the MD5 of a text, in hexadecimal, starts with each of these: how Wikimedia chooses folders.
 * @param {string} text
 * @param {string[]} beginnings
 */
export function md5StartsWith(text, beginnings) {
  const digest = md5(text);
  return beginnings.every((beginning) => digest.startsWith(beginning));
}

/** @type {Change} */
function hexadecimal(text) {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(text)) return null;
  try {
    const plain = decodeURIComponent(text.replace(/../g, "%$&"));
    return isPlain(plain) ? plain : null;
  } catch {
    return null;
  }
}

/**
 * MediaWiki's spelling of a page name [mediawiki.org/wiki/Manual:Page_title].
 * @type {Change}
 */
function title(text) {
  const plain = decoded(text);
  if (plain === null || NOT_IN_TITLES.test(plain)) return null;
  const name = plain.normalize("NFC").replace(/[ _]+/g, "_").replace(/^_|_$/g, "");
  const capital = CAPITALISED.test(name) ? name[0].toUpperCase() : "";
  return (capital.length === 1 ? capital + name.slice(1) : name) || null;
}

/**
 * The 40 hexadecimal digits of a torrent's hash, from the 32 letters some magnet links have instead.
 * @type {Change}
 */
function base32(text) {
  if (!/^[A-Za-z2-7]{32}$/.test(text)) return null;
  const value = [...text.toUpperCase()].reduce((sum, letter) => sum * 32n + BigInt(BASE32.indexOf(letter)), 0n);
  return value.toString(16).padStart(40, "0");
}

/**
 * @param {string} alphabet
 * @returns {Change}
 */
function number(alphabet) {
  const base = BigInt(alphabet.length);
  return (text) => {
    if (text.length > MOST_DIGITS) return null;
    let value = 0n;
    for (const letter of text) {
      const digit = alphabet.indexOf(letter);
      if (digit < 0) return null;
      value = value * base + BigInt(digit);
    }
    return String(value);
  };
}
