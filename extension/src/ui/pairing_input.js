/**
 * What people type to pair → what it means: a code however it is written, an address with or without its scheme.
 */

const CODE_LENGTH = 8;
const AT_CODE = new Set(["code-wrong", "gone", "refused"]);
const AT_SERVER = new Set(["offline", "server", "address"]);
const LOCAL = new Set(["localhost", "127.0.0.1"]);

/** The characters of a code: blanks, dashes, small and full-width letters do not matter. @param {string} text */
export function tidyCode(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, CODE_LENGTH * 2);
}

/** @param {string} code */
export function isWholeCode(code) {
  return code.length === CODE_LENGTH;
}

/**
 * The origin of a server and the pattern to ask the browser for. Null where it is none: only https, or this computer.
 * @param {string} text
 * @returns {{origin: string, pattern: string} | null}
 */
export function addressOf(text) {
  const bare = text.trim();
  const full = /^[a-z]+:\/\//i.test(bare) ? bare : `${isLocal(bare) ? "http" : "https"}://${bare}`;
  if (!bare || !URL.canParse(full)) return null;
  const { protocol, hostname, origin, username } = new URL(full);
  const isFit = protocol === "https:" || (protocol === "http:" && LOCAL.has(hostname));
  if (!isFit || username || !(hostname.includes(".") || LOCAL.has(hostname))) return null;
  return { origin, pattern: `${protocol}//${hostname}/*` };
}

/** @param {string} text */
function isLocal(text) {
  return LOCAL.has(text.split(/[:/]/, 1)[0]);
}

/** The field of the form that a problem belongs to. @param {string} code */
export function fieldOf(code) {
  if (AT_CODE.has(code)) return "code";
  return AT_SERVER.has(code) ? "server" : "all";
}
