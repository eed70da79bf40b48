/** Addresses as they are shown, kept and sent: without fragment, tracking and access code. Asks no network. */

import { sha256 } from "../shared/rules/sha256.js";

/**
 * @typedef {import("./rulebooks.js").Rulebooks} Rulebooks
 * @typedef {import("../shared/rules/locations.js").LocationKey} LocationKey
 * @typedef {{url: string, code: string | null}} Plain an address, and the secret that was in it
 */

const LONGEST = 2048;
const SENDABLE = /^(?:https?:\/\/|magnet:\?)[^\p{Cc} ]+$/iu;
export const ADDRESSES = /(?:https?:\/\/|magnet:\?)[^\s<>"']*[^\s<>"'.,;:!?)\]]/gi; // within words
const CODES = ["pwd", "password", "code"]; // parameters in which hosts take an access code

/**
 * An address without fragment, tracking and secrets; null for what is none of the web.
 * @param {string} text
 * @param {Rulebooks} rules
 * @returns {Plain | null}
 */
export function plainAddress(text, rules) {
  if (/^magnet:\?/i.test(text)) return magnet(text, rules);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const where = rules.location(text);
  if (where?.access && where.url && !where.key.startsWith("url:")) return sendable(where.url, where.access);
  url.username = url.password = url.hash = "";
  const code = withoutExtras(url, rules);
  return sendable(url.href, code);
}

/** Take secrets and tracking out of the query; gives the first secret. @param {URL} url @param {Rulebooks} rules */
function withoutExtras(url, { secrets, noise }) {
  const parameters = [...url.searchParams];
  for (const [name] of parameters) if (secrets.test(name) || noise.test(name)) url.searchParams.delete(name);
  return parameters.find(([name]) => secrets.test(name))?.[1] ?? null;
}

/** @param {string} text @param {Rulebooks} rules @returns {Plain | null} */
function magnet(text, rules) {
  const where = rules.location(text);
  const [, hash] = /^btih:([0-9a-f]{40})$/.exec(where?.key ?? "") ?? [];
  return hash ? { url: `magnet:?xt=urn:btih:${hash}`, code: null } : null;
}

/** @param {string} url @param {string | null} code @returns {Plain | null} */
function sendable(url, code) {
  return url.length <= LONGEST && SENDABLE.test(url) ? { url, code } : null;
}

/**
 * The key of a place as it is kept and compared; a digest where the key itself opens the data. Empty for what is none.
 * @param {string} url
 * @param {Rulebooks} rules
 */
export function placeKey(url, rules) {
  const where = rules.location(url);
  if (!where?.key) return URL.canParse(url) ? `url:${new URL(url).host}${new URL(url).pathname}` : "";
  return where.hidden ? `sha256:${sha256(where.key)}` : where.key;
}

/**
 * An address with its access code in it, as its host reads it; null where there is no such form.
 * @param {string} url
 * @param {string} code
 * @param {Rulebooks} rules
 */
export function withCode(url, code, rules) {
  const key = rules.location(url)?.key;
  const tries = CODES.map((name) => {
    const one = new URL(url);
    one.searchParams.set(name, code);
    return one.href;
  });
  const fits = [...tries, `${url}#${code}`].find((one) => {
    const where = rules.location(one);
    return where?.access === code && where.key === key;
  });
  return fits ? (sendable(fits, code)?.url ?? null) : null;
}

/**
 * The access code that words say for an address; null where they say none.
 * @param {string} url
 * @param {string} words
 * @param {Rulebooks} rules
 */
export function codeIn(url, words, rules) {
  const where = rules.location(`${url} ${words.replace(ADDRESSES, "")}`);
  return where && where.key === rules.location(url)?.key ? where.access : null;
}

/** Words without what opens data: addresses in them are plain, a code is hidden. @param {string} words @param {string | null} code @param {Rulebooks} rules */
export function plainWords(words, code, rules) {
  const plain = words.replace(ADDRESSES, (address) => plainAddress(address, rules)?.url ?? "…");
  return code ? plain.replaceAll(code, "…") : plain;
}

/** A text as it may be kept and sent: one line, without control characters, not too long. @param {string} text @param {number} most */
export function oneLine(text, most) {
  return text.replace(/[\p{Cc} ]+/gu, " ").trim().slice(0, most).replace(/\p{Cs}/gu, "");
}
