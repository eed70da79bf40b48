/** Any link, or a text with one → the location it means, its secret split off. Rules: `sharing_hosts.json`. */

import { LONGEST } from "./address.js";
import { SCHEME, clean, links } from "./found_links.js";
import { Rulebook } from "./rulebook.js";
import { bare, end, isLonger, start, stripped, strippedAtEnd, trimmed } from "./texts.js";

/**
 * @typedef {import("./rulebook.js").Rules} Rules
 * @typedef {import("./rulebook.js").Found} Found
 * @typedef {import("./patterns.js").Pattern} Pattern
 * @typedef {import("./patterns.js").Values} Values
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
const NEARBY = 120; // characters after a link (and before it) in which its access code is looked for
const DEEPEST = 2; // links inside links; what has more is taken for a secret
const BLANK = /[ \t\r\n]/;

/**
 * The reader of locations, from the parsed `sharing_hosts.json`.
 * @param {Rules} sharingHosts
 */
export function makeLocations(sharingHosts) {
  const rules = new Rulebook(sharingHosts);
  return {
    /** Raises where the rules are none; else that would show only when they are used. */
    check: () => rules.check(),
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
     * and report a copy there. Its query is left out, and what may be a token: what a host's rules do not describe
     * may be a secret.
     * @param {string} text
     */
    pageLocation: (text) => locationOf(text, rules) ?? pageOf(text, rules),
  };
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function locationOf(text, rules) {
  const plain = trimmed(text);
  const isOne = !isLonger(plain, LONGEST) && !BLANK.test(plain);
  const found = isOne ? (rules.find(clean(plain)) ?? rules.find(plain)) : null;
  if (found) return keyOf(found, rules, "");
  return bestOf(plain.slice(0, end(plain, 0, LONGEST_TEXT)), rules) ?? (isOne ? null : phrase(plain, rules));
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function pageOf(text, rules) {
  const found = rules.findPage(trimmed(text));
  return found && keyOf(found, rules, "");
}

/** @param {string} text @param {Rulebook} rules @returns {LocationKey | null} */
function bestOf(text, rules) {
  let first = null;
  let left = MOST_LINKS;
  for (const { link, from } of links(text)) {
    if (left-- === 0) break;
    const found = rules.find(link);
    if (found === null || found.how === "guessed") continue;
    if (found.family) return keyOf(found, rules, codeNear(found, text, from, from + link.length));
    first ??= found;
  }
  return first && keyOf(first, rules, "");
}

/** What several words mean together: `gdown 1Example…`. @param {string} text @param {Rulebook} rules */
function phrase(text, rules) {
  const found = rules.find(text);
  return found?.family ? keyOf(found, rules, "") : null;
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

/**
 * @param {Found} found
 * @param {Rulebook} rules
 * @param {string} code
 * @param {number} [depth]
 * @returns {LocationKey}
 */
function keyOf(found, rules, code, depth = 0) {
  const { form, values, how } = found;
  const more = concealed(found, rules, depth);
  const made = {
    key: form.key?.filled(values) ?? "",
    kind: form.kind,
    url: form.url?.filledUrl(values) ?? "",
    path: stripped(form.inside?.filled(values) ?? "", ": "),
    access: bare(form.access?.filled(values) ?? "") || code || more || null,
    how,
    hidden: form.hidden,
  };
  const tidied = clean(made.url);
  const again = tidied === made.url ? null : rules.find(tidied);
  return again ? { ...keyOf(again, rules, "", depth), access: made.access, how } : made;
}

/**
 * Cut from the fields what may open something and no form describes. A form's own secret is not looked at.
 * @param {Found} found
 * @param {Rulebook} rules
 * @param {number} depth
 */
function concealed({ family, form, values }, rules, depth) {
  const openers = rules.openers;
  if (openers === null) return "";
  const opensIt = (/** @type {string} */ text) => opens(text, rules, depth + 1);
  if (family === null) {
    openers.cut(values, opensIt);
    tidy(values);
    return "";
  }
  let rest = "";
  for (const name of Object.keys(values)) {
    if (name === "search" || form.access?.has(name)) continue;
    const end = openers.shownEnd(values[name], opensIt);
    rest ||= values[name].slice(end);
    values[name] = values[name].slice(0, end);
  }
  return rest;
}

/** Without punctuation at the end of what is left of an address, as a link to it would be read. @param {Values} values */
function tidy(values) {
  let whole = `${values.path}${values.query}`;
  let cleaner = strippedAtEnd(clean(whole), "?&");
  while (cleaner !== whole) [cleaner, whole] = [strippedAtEnd(clean(cleaner), "?&"), cleaner];
  [values.path, values.query] = [whole.slice(0, values.path.length), whole.slice(values.path.length)];
}

/**
 * Whether a text has a link in it whose secret a location would have apart.
 * @param {string} text
 * @param {Rulebook} rules
 * @param {number} depth
 */
function opens(text, rules, depth) {
  if (depth > DEEPEST) return true;
  const isOpen = (/** @type {string} */ link) => {
    const found = rules.find(link);
    const key = found && keyOf(found, rules, "", depth);
    return key !== null && (key.access !== null || key.hidden);
  };
  if (isOpen(text)) return true;
  let left = MOST_LINKS;
  for (const { link } of links(text)) {
    if (left-- === 0) break;
    if (isOpen(link)) return true;
  }
  return false;
}
