/**
 * What a page shows → links to copies of datasets, each with its role, its place and what says so.
 *
 * Read from the words around links, from torrents that are known, from names of files; all in the browser, nothing is
 * sent. Access codes are put apart at once. Registered works are found in detect.js.
 */

import { codeIn, oneLine, placeKey, plainAddress, plainWords } from "./addresses.js";
import { LONGEST_SHOWN, Pace } from "./detect.js";
import { keptPlace } from "./kept_places.js";
import { rulebooks } from "./rulebooks.js";

/**
 * @typedef {import("./rulebooks.js").Rulebooks} Rulebooks
 * @typedef {import("./detect.js").Candidate} Candidate
 * @typedef {import("../shared/shapes.js").FoundCopy} FoundCopy
 * @typedef {{url: string, dataset: string | null, role: string, reason: string, access: string | null, text?: string}} ReadLink
 */

const PLACES = new Set(["repository", "file"]); // kinds where files lie, too
const PIECE = 12_000; // characters of a page that are read together
const TORRENT = /btih|torrent/i;
const LINK = /(?:https?:\/\/|magnet:\?)[^\s"'<>()[\]]+/gi;
const COMMAND = /\b(?:wget|curl|aria2c|gdown|rclone|azcopy|aws|gsutil)\b/;

/**
 * The links of a page that lead to a dataset's data, features or lists, as the words around them say.
 * @param {string} text the page: Markdown, plain text or light HTML
 * @param {{page: string, mediaType: string, frame: number, shown: (url: string) => {place: string | number, text: string}}} about
 * @returns {Promise<{copies: FoundCopy[], codes: Record<string, string>}>}
 */
export async function readPage(text, { page, mediaType, frame, shown }) {
  const rules = await rulebooks();
  const pace = new Pace();
  const found = new Copies(rules, frame);
  const all = rules.mayName(page);
  for (const piece of pieces(text)) {
    if (pace.isOver) await pace.rest();
    if ((!all && !rules.mayName(piece)) || !mayHandOut(piece, rules)) continue;
    for (const link of rules.readLinks(piece, page, mediaType)) {
      const { place, text } = shown(link.url);
      found.add({ ...link, text }, place);
    }
  }
  return found;
}

/**
 * Whether a text has a link, or a command, that may lead to files: quick, and rather yes than no. Most links lead to pages
 * and pictures, and need not be read.
 * @param {string} text
 * @param {Rulebooks} rules
 */
function mayHandOut(text, { words, location, kinds, codeHosts, signs }) {
  if (COMMAND.test(text) || signs.some((/** @type {string} */ sign) => text.includes(sign))) return true;
  const links = text.match(LINK) ?? [];
  return links.some((link) => {
    const url = link.replaceAll("&amp;", "&");
    if (!/^http/i.test(url) || words.isFile(url.split(/[?#]/, 1)[0]) || url.includes("?")) return location(url) !== null;
    const where = location(url);
    const isCode = where !== null && codeHosts.has(where.key.split(":", 1)[0]) && where.kind !== "release";
    return where !== null && kinds.has(where.kind) && !isCode;
  });
}

/**
 * A page in pieces that end before a heading where there is one; each but the first with the heading it stands under.
 * @param {string} text
 * @returns {Generator<string, void>}
 */
export function* pieces(text) {
  if (text.length <= PIECE) return yield text;
  const lines = text.replace(/<(?:h[1-6]|p|li|tr|table|ul|ol|div|pre)[ >]/gi, "\n$&").split("\n");
  let piece = "";
  let heading = "";
  for (const line of lines) {
    const isHeading = /^\s*(?:#{1,6} |<h[1-6][ >])/i.test(line);
    if (piece.length + line.length > PIECE * 2 || (isHeading && piece.length > PIECE)) {
      yield piece;
      piece = isHeading ? "" : `${heading}\n`;
    }
    if (isHeading) heading = line.slice(0, 500);
    piece += `${line.slice(0, PIECE * 4)}\n`;
  }
  yield piece;
}

/**
 * Copies that need no words: torrents whose digest is known, and files of a dataset that lie at this very place.
 * @param {Candidate[]} candidates
 * @param {string} page
 * @param {number} frame
 */
export async function findCopies(candidates, page, frame) {
  const rules = await rulebooks();
  const pace = new Pace();
  const found = new Copies(rules, frame);
  const folder = folderAt(page, rules);
  found.addTorrent(page, "", "torrent here");
  for (const { kind, text, shown, place } of candidates) {
    if (pace.isOver) await pace.rest();
    if (kind === "link" && TORRENT.test(text)) found.addTorrent(text, place, shown);
    if (folder && kind === "name" && rules.mayBeFile(text)) found.addFile(text, place, folder);
  }
  return found;
}

/** The address of a page at which files lie; empty for others. @param {string} page @param {Rulebooks} rules */
function folderAt(page, { location, kinds }) {
  const here = location(page);
  const isPlace = here !== null && (here.hidden || kinds.has(here.kind) || PLACES.has(here.kind));
  return isPlace ? here.url || page : "";
}

/** Copies as they are put together, each once, their access codes apart. */
class Copies {
  /** @param {Rulebooks} rules @param {number} frame */
  constructor(rules, frame) {
    this._rules = rules;
    this._frame = frame;
    /** @type {FoundCopy[]} */
    this.copies = [];
    /** @type {Record<string, string>} */
    this.codes = {};
  }

  /** @param {ReadLink} link @param {string | number} place */
  add({ url, dataset, role, reason, access, text = "" }, place) {
    const known = dataset && this._rules.catalogue.dataset(dataset);
    const plain = known && plainAddress(url, this._rules);
    if (!known || !plain || !isRole(role)) return;
    const where = placed(url, this._rules);
    const code = access ?? plain.code ?? codeIn(plain.url, text, this._rules);
    if (code) this.codes[`${where.location}|${known.id}`] = code;
    const shown = { text: oneLine(plainWords(text, code, this._rules), LONGEST_SHOWN), place: keptPlace(this._frame, place) };
    const secret = { hasCode: code !== null, unlisted: where.isUnlisted || code !== null };
    const { location, from } = where;
    this.copies.push({ url: plain.url, location, from, role, reason, ...aboutDataset(known), ...shown, ...secret });
  }

  /** @param {string} url @param {string | number} place @param {string} text */
  addTorrent(url, place, text) {
    const [, hash] = /^btih:([0-9a-f]{40})$/.exec(this._rules.location(url)?.key ?? "") ?? [];
    const dataset = hash && this._rules.catalogue.byTorrent(hash)?.id;
    if (dataset) this.add({ url, dataset, role: "data", reason: "this torrent is known to hold it", access: null, text }, place);
  }

  /** @param {string} name @param {string | number} place @param {string} page */
  addFile(name, place, page) {
    const { catalogue, words } = this._rules;
    const role = words.isArchive(name) ? "data" : words.roleOfEnding(name);
    for (const { id } of catalogue.byFile(name)) {
      this.add({ url: page, dataset: id, role, reason: "a file here has the name of one of its files", access: null, text: name }, place);
    }
  }
}

/** What the pages say of a dataset. @param {import("../shared/rules/catalogue.js").Dataset} dataset */
function aboutDataset({ id, name, status: { state, date } }) {
  return { dataset: id, name, state, date: date ?? "" };
}

/** @param {string} url @param {Rulebooks} rules */
function placed(url, rules) {
  const where = rules.location(url);
  const isUnlisted = where !== null && (where.kind === "share" || where.hidden);
  return { location: placeKey(url, rules), from: (where?.key ?? "url").split(":", 1)[0], isUnlisted };
}

/** @param {string} role @returns {role is "data" | "features" | "list"} */
function isRole(role) {
  return role === "data" || role === "features" || role === "list";
}
