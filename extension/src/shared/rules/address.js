/** Any text → the parts of a web address in one canonical spelling. Knows no host, never throws, asks nobody. */

import { asciiHost } from "./hostnames.js";
import { isLonger, parted, stripped, strippedAtEnd, without } from "./texts.js";

export const LONGEST = 4096; // characters; longer texts are not addresses but payloads
export const KNOWN_HOSTS = 2048; // how many host names at most are kept ready, here and in each rulebook

const UNSAFE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/u;
const AMPERSANDS = /&(?:(?:amp|#0{0,4}38|#x0{0,4}26);)+/g; // `&amp;amp;` too: pages are escaped twice
const ADDRESS = /^(?:((?:[Hh][Tt][Tt][Pp][Ss]?:)?\/\/)\/*)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/u;
// Most addresses are printable ASCII with nothing escaped, so that all parts are settled already.
const PLAIN_ADDRESS =
  /^https?:\/\/([A-Za-z0-9._:-]{1,260})(\/[!$&-:=@-~]*)(?:\?([!$&-:=?-~]*))?(?:#([!#-:=?-~]*))?$/;
const AUTHORITY = /^([^@:[\]\\% \t]+?)\.?(?::([0-9]{0,5}))?$/u;
const HOST = /^(?:[a-z0-9_-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const IP_ADDRESS = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/;
const LONGEST_HOST = 253;
// Escapes of one character in UTF-8, else of one byte, else a percent sign that is none.
const ESCAPES =
  /%[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3}|%[0-9A-Fa-f]{2}|%/g;
// Around an address, also in running text: quotes, angle brackets, letters without width.
const AROUND = new Set(Array.from("<>\"\u200b\u200c\u200d\u2060\ufeff", (letter) => letter.charCodeAt(0)));
const PATH_KEEPS = "%/?#";
const PARAMETER_KEEPS = "%#&+=";

/**
 * An address cut into parts. Paths and parameters are percent-decoded as far as their meaning allows.
 */
export class Address {
  /**
   * @param {boolean} explicit written with `http:`, `https:` or `//`; without, it may as well be a file name
   * @param {string} host lower-case ASCII
   * @param {string} port `:8080`, or empty for the usual ones
   * @param {string} path starts with a slash
   * @param {string} search the query as written, with its question mark
   * @param {string} fragment
   */
  constructor(explicit, host, port, path, search, fragment) {
    this.explicit = explicit;
    this.host = host;
    this.port = port;
    this.path = path;
    this.search = search;
    this.fragment = fragment;
  }

  /** All `name=value`. */
  get parameters() {
    return this.search === "" ? [] : this.search.slice(1).split("&").map(parameter).filter(Boolean);
  }

  /**
   * The value of the first parameter of that name, fully decoded. `#` is the fragment, `?` the whole query.
   * @param {string} name
   * @returns {string | null}
   */
  parameter(name) {
    if (name === "#" || name === "?") {
      const whole = name === "#" ? this.fragment : this.search.slice(1);
      return whole ? decoded(whole) : null;
    }
    for (const pair of this.search.slice(1).split("&")) {
      const [found, value] = parted(pair);
      if (found === name) return decoded(value.replaceAll("+", " "));
    }
    return null;
  }
}

/**
 * Cut an http(s), protocol-relative or scheme-less address into parts. Null for everything else.
 * @param {string} text
 * @returns {Address | null}
 */
export function readAddress(text) {
  if (isLonger(text, LONGEST)) return null;
  const plain = PLAIN_ADDRESS.exec(text);
  if (plain === null) return readAny(withoutEscapedAmpersands(without(text, (code) => code <= 0x20 || AROUND.has(code))));
  const site = knownSite(plain[1]);
  return site && new Address(true, site.host, site.port, plain[2], plain[3] ? `?${plain[3]}` : "", plain[4] ?? "");
}

/** @param {string} plain @returns {Address | null} */
function readAny(plain) {
  const parts = UNSAFE.test(plain) ? null : ADDRESS.exec(plain);
  if (parts === null || !(parts[1] || parts[3])) return null;
  const site = readSite(parts[2]);
  if (site === null) return null;
  const path = strippedAtEnd(settled(parts[3] || "/", PATH_KEEPS), " ");
  return new Address(Boolean(parts[1]), site.host, site.port, path, parts[4] ? `?${parts[4]}` : "", parts[5] ?? "");
}

/**
 * Percent-decode once, as UTF-8. Null where the result is no plain text (control characters, broken UTF-8).
 * @param {string} text
 * @returns {string | null}
 */
export function decoded(text) {
  const broken = "\0";
  const plain = text.includes("%") ? text.replace(ESCAPES, (run) => (run === "%" ? run : (utf8(run) ?? broken))) : text;
  return isPlain(plain) ? plain : null;
}

/**
 * Whether a text holds neither control characters nor half characters (lone surrogates).
 * @param {string} text
 */
export function isPlain(text) {
  return !UNSAFE.test(text);
}

/** @typedef {{host: string, port: string}} Site */

const knownSite = remembered(readSite, KNOWN_HOSTS);

/**
 * The same function, with its last answers kept ready.
 * @template T
 * @param {(text: string) => T} read
 * @param {number} most answers
 * @returns {(text: string) => T}
 */
export function remembered(read, most) {
  /** @type {Map<string, T>} */
  const known = new Map();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = read(text);
    if (known.size >= most) known.clear();
    known.set(text, answer);
    return answer;
  };
}

/**
 * Host and port. Names and passwords before an `@` are refused with all else that makes one host look like another.
 * @param {string} authority
 * @returns {Site | null}
 */
function readSite(authority) {
  const found = AUTHORITY.exec(authority);
  const host = found && asciiHost(found[1]);
  if (!found || !host || host.length > LONGEST_HOST || !(HOST.test(host) || IP_ADDRESS.test(host))) return null;
  const port = (found[2] ?? "").replace(/^0+/, "");
  return { host, port: port === "" || port === "80" || port === "443" ? "" : `:${port}` };
}

/** @param {string} pair */
function parameter(pair) {
  if (!pair.includes("%") && !pair.startsWith("amp;")) return stripped(pair, " ");
  return stripped(settled(`&${pair}`, PARAMETER_KEEPS).slice(1), " ");
}

/**
 * Percent-decode all that does not change the meaning, so that settling twice is settling once.
 * @param {string} text
 * @param {string} keep
 */
function settled(text, keep) {
  if (!text.includes("%")) return withoutEscapedAmpersands(text);
  const settle = (/** @type {string} */ run) => {
    const plain = run === "%" ? run : utf8(run);
    if (plain === null) return run.toUpperCase();
    return keep.includes(plain) || UNSAFE.test(plain) ? encodeURIComponent(plain) : plain;
  };
  return withoutEscapedAmpersands(text.replace(ESCAPES, settle));
}

/** @param {string} text */
function withoutEscapedAmpersands(text) {
  return text.includes("&") ? text.replace(AMPERSANDS, "&") : text;
}

/** @param {string} escapes @returns {string | null} */
function utf8(escapes) {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return null;
  }
}
