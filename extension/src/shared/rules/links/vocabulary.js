/** The words of `links.json` and the names of the catalogue, ready to read. Knows no page. */

import { lower } from "../catalogue.js";
import { withoutScheme } from "./context.js";
import { Commands } from "./pieces.js";
import { Vocabulary, squeezed, words } from "./words.js";

/**
 * @typedef {import("../catalogue.js").Catalogue} Catalogue
 * @typedef {import("../catalogue.js").Dataset} Dataset
 * @typedef {import("./blocks.js").Section} Section
 * @typedef {object} LinkRules the parsed `links.json`
 * @property {import("./words.js").Roles} roles
 * @property {string[]} fillers
 * @property {string[]} filler_parts
 * @property {string[]} papers
 * @property {string[]} careful
 * @property {string[]} void
 * @property {Record<string, string>} names
 * @property {string[]} others
 * @property {string[]} kinds
 * @property {string[]} code_hosts
 * @property {string[]} benchmarks
 * @property {string[]} archives
 * @property {{sign: string, before: string, id: string, url: string}[]} commands
 * @property {string} list_files
 * @property {string} gets
 * @property {string[]} homes
 * @property {Record<string, string[]>} endings
 */

const SHORTEST_FILE = 8; // letters of a file name that is a name by itself: `wiki.mat` is not
const MOST_LABELS = 8; // of a host
const LONGEST_CODE = 4; // letters of the access code of a share
const MOST_LINES = 200; // of code
const NUMBER = /[0-9]{1,3}(?:[,.][0-9]{3})+|[0-9]{5,9}/g;
const ENDING = /(?:\.[A-Za-z][A-Za-z0-9]{0,6}){1,2}$/;
const LIST = { role: "list", strength: 2 };

/** What role words, names, endings and hosts mean. */
export class Rules {
  /** @param {LinkRules} entries @param {Catalogue} catalogue */
  constructor(entries, catalogue) {
    this.words = new Vocabulary(entries.fillers, entries.filler_parts, entries.careful);
    this.words.addVoid(entries.void);
    this.words.addRoles(entries.roles);
    for (const [name, dataset] of Object.entries(entries.names)) this.words.addName(name, dataset);
    for (const name of entries.others) this.words.addName(name, "");
    this.kinds = new Set(entries.kinds);
    this.codeHosts = new Set(entries.code_hosts);
    this.benchmarks = new Set(entries.benchmarks);
    this.commands = new Commands(
      entries.commands.map(({ sign, before, id, url }) => ({ sign, form: `${before}(${id})`, url })),
    );
    this._archives = entries.archives;
    this._gets = new RegExp(entries.gets, "u");
    this._listFiles = new RegExp(entries.list_files, "u");
    this._papers = new Set(entries.papers.map(squeezed));
    this._homes = new Set(entries.homes);
    this._endings = new Map(Object.entries(entries.endings).flatMap(([role, ends]) => ends.map((end) => [end, role])));
    /** @type {Map<string, string>} */
    this._counts = new Map();
    /** @type {Set<string>} */
    this._stems = new Set();
    for (const one of catalogue.datasets) this._addNames(one, catalogue);
    for (const one of catalogue.datasets) this._addFiles(one, catalogue);
  }

  /** The names and counts of a dataset. @param {Dataset} one @param {Catalogue} catalogue */
  _addNames(one, catalogue) {
    const { owner, isList } = ownerOf(one, catalogue);
    for (const name of [one.id, ...(one.aliases ?? [])]) this.words.addName(name, owner, isList ? LIST : {});
    for (const count of isList ? [] : [one.images, one.identities]) {
      if (count && count % 1000) this._counts.set(String(count), one.id);
    }
  }

  /**
   * The names of its files: those that anybody could have chosen only say nothing.
   * @param {Dataset} one
   * @param {Catalogue} catalogue
   */
  _addFiles(one, catalogue) {
    const { owner, isList } = ownerOf(one, catalogue);
    for (const name of one.files ?? []) {
      const stem = name.replace(ENDING, "");
      if (one.generic_files?.includes(name) || name.includes("*")) this.words.addFillers(words(stem));
      else if (squeezed(stem).length >= SHORTEST_FILE || words(stem).length > 1) {
        this.words.addName(stem, owner, isList || this._listFiles.test(lower(name)) ? LIST : {});
        this._stems.add(squeezed(stem));
      }
    }
  }

  /** The role of a file by the end of its name; empty where that says nothing. @param {string} name */
  roleOfEnding(name) {
    if (this._papers.has(squeezed(name.replace(ENDING, "")))) return "other";
    return name.includes(".") ? (this._endings.get(lower(name.slice(name.lastIndexOf(".")))) ?? "") : "";
  }

  /** Whether a file name is one of an archive, or of a file with a role of its own. @param {string} name */
  isFile(name) {
    return this.isArchive(name) || !["", "other"].includes(this.roleOfEnding(name));
  }

  /** @param {string} name */
  isArchive(name) {
    const small = lower(name);
    return this._archives.some((end) => small.endsWith(end));
  }

  /** Whether words say neither what a link hands out nor of which set: `part 1:`, `code: ab12`. @param {string} text */
  saysNothing(text) {
    const { marks, strange } = this.words.read(text);
    return !marks.some(({ role, names }) => role || names !== null) && strange.every((one) => one.length <= LONGEST_CODE);
  }

  /** Whether a set is named. @param {string} text */
  namesAny(text) {
    return this.words.read(text).marks.some(({ names }) => names !== null);
  }

  /** Whether words say where to download something. @param {string} text */
  gets(text) {
    return this._gets.test(text);
  }

  /** Whether an address is at the site of those who published a dataset: no copy. @param {string} url */
  isHome(url) {
    const labels = lower(withoutScheme(url).split(/[/?#]/, 1)[0]).split(".");
    return labels.slice(0, MOST_LABELS).some((_, at) => this._homes.has(labels.slice(at).join(".")));
  }

  /**
   * Whether a name is evidence from far away: benchmarks and unknown sets are named on every page.
   * @param {string | null} dataset
   */
  countsFromFar(dataset) {
    return Boolean(dataset) && !this.benchmarks.has(dataset ?? "");
  }

  /**
   * The datasets whose file names stand in the code of a section, or whose counts stand in its words.
   * @param {Section} section
   */
  evidence(section) {
    const numbers = (section.words.match(NUMBER) ?? []).map((number) => number.replace(/[,.]/g, ""));
    const counted = numbers.flatMap((number) => this._counts.get(number) ?? []);
    const marks = section.code.split("\n", MOST_LINES).flatMap((line) => this.words.read(line).marks);
    const named = marks.flatMap(({ names, word }) => (names && this._stems.has(squeezed(word)) ? names : []));
    return new Set([...counted, ...named]);
  }
}

/**
 * The dataset a name belongs to, and whether it is a list. A list is a role: it belongs to what it lists.
 * @param {Dataset} one
 * @param {Catalogue} catalogue
 */
function ownerOf(one, catalogue) {
  const isList = one.origin_class === "list";
  const above = isList ? catalogue.ancestors(one.id).find((up) => up.origin_class !== "list") : undefined;
  return { owner: above?.id ?? one.id, isList };
}
