/** Any link, or a text with one → the location it means, its secret split off. Rules: `sharing_hosts.json`. */

import { LONGEST, end, isLonger, start, stripped, strippedAtStart, trimmed } from "./address.js";
import { Rulebook } from "./rulebook.js";
import { bare } from "./texts.js";

/**
 * @typedef {import("./rulebook.js").Rules} Rules
 * @typedef {import("./rulebook.js").Found} Found
 * @typedef {import("./patterns.js").Pattern} Pattern
 * @typedef {object} LocationKey what identifies a place where works were seen
 * @property {string} key
 * @property {string} kind
 * @property {string} url public address: without the secret, the person who shared, or how somebody came there
 * @property {string} path the place inside: a file of a repository, a file name of a share
 * @property {string | null} access the secret that opens it; never shown, never in a log
 * @property {import("./forms.js").How} how
 * @property {boolean} hidden the key itself opens the data, as a torrent's does: nor is it shown
 */

const LONGEST_TEXT = 16_384; // characters of a post or page that are looked at
const MOST_LINKS = 50;
const MOST_PUNCTUATION = 8;
const NEARBY = 120; // characters after a link (and before it) in which its access code is looked for
const LINK_LETTERS = /[!#-;=?-[\]_a-z~]+/g; // printable ASCII without quotes, brackets `<>{}`, `|`, `^`, `\`
const SCHEME = /[Hh][Tt][Tt][Pp][Ss]?:\/\/|[Mm][Aa][Gg][Nn][Ee][Tt]:\?|(?:hf|s3[an]?|gs|oss|cosn?|obs|bos):\/\//;
const BLANK = /[ \t\r\n]/;
const AROUND = "([*_'.,;:!?)]";
/** @type {Record<string, string>} */
const PAIRS = { ")": "(", "]": "[" };

/**
 * The reader of locations, from the parsed `sharing_hosts.json`.
 * @param {Rules} sharingHosts
 */
export function makeLocations(sharingHosts) {
  const rules = new Rulebook(sharingHosts);
  return {
    /**
     * The location of a link, or of the best link in a text. Never throws, never asks the network.
     *
     * A known host wins over an unknown one, else the first link. `access` is what the link or the words around it
     * tell.
     * @param {string} text
     */
    location: (text) => locationOf(text, rules),
    /**
     * The location of a page somebody looked at: as `location` says, else the page itself.
     *
     * Not every page of a known host hands something out or has a rule (an article, a competition), but people may see
     * and report a copy there. Its query is left out: what a host's rules do not describe may be a secret.
     * @param {string} text
     */
    pageLocation: (text) => locationOf(text, rules) ?? pageOf(text, rules),
  };
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function locationOf(text, rules) {
  const plain = trimmed(text);
  const isOne = !isLonger(plain, LONGEST) && !BLANK.test(plain);
  const found = isOne ? rules.find(plain) : null;
  if (found) return keyOf(found, "");
  return bestOf(plain.slice(0, end(plain, 0, LONGEST_TEXT)), rules) ?? (isOne ? null : phrase(plain, rules));
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function pageOf(text, rules) {
  const found = rules.findPage(trimmed(text).split(/[?#]/, 1)[0]);
  return found && keyOf(found, "");
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function bestOf(text, rules) {
  let first = null;
  let left = MOST_LINKS;
  for (const { link, from } of links(text)) {
    if (left-- === 0) break;
    const found = rules.find(link);
    if (found === null || found.how === "guessed") continue;
    if (found.family) return keyOf(found, codeNear(found, text, from, from + link.length));
    first ??= found;
  }
  return first && keyOf(first, "");
}

/** What several words mean together: `gdown 1Example…`. @param {string} text @param {Rulebook} rules */
function phrase(text, rules) {
  const found = rules.find(text);
  return found?.family ? keyOf(found, "") : null;
}

/** Each link in a text and where it starts. @param {string} text */
function* links(text) {
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
  return whole;
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

/** @param {Found} found @param {string} text @param {number} from @param {number} to */
function codeNear(found, text, from, to) {
  const after = text.slice(to, end(text, to, NEARBY)).split(SCHEME, 1)[0];
  const before = text.slice(start(text, from, NEARBY), from);
  const patterns = found.family?.codes ?? [];
  const anywhere = patterns.filter(({ isAnchored }) => !isAnchored); // the others: right behind the link
  return codeIn(after, patterns) || (SCHEME.test(before) ? "" : codeIn(before, anywhere));
}

/** @param {string} words @param {Pattern[]} patterns */
function codeIn(words, patterns) {
  for (const pattern of patterns) {
    const [code] = Object.values(pattern.seek(words) ?? {});
    if (code !== undefined) return code;
  }
  return "";
}

/** @param {Found} found @param {string} code @returns {LocationKey} */
function keyOf({ form, values, how }, code) {
  return {
    key: form.key?.filled(values) ?? "",
    kind: form.kind,
    url: form.url?.filledUrl(values) ?? "",
    path: stripped(form.inside?.filled(values) ?? "", ": "),
    access: bare(form.access?.filled(values) ?? "") || code || null,
    how,
    hidden: form.hidden,
  };
}
