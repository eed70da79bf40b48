/** A written licence → which one it is, by the tables and patterns of `licences.json`. What is asked of it: licences.js. */

import { allPublished, codesOf, ownOr } from "./licence_units.js";
import { Pattern } from "./patterns.js";
import { end, parted, stripped, strippedAtEnd } from "./texts.js";

/**
 * @typedef {import("./patterns.js").Values} Values
 * @typedef {import("./forms.js").How} How
 * @typedef {"BY" | "NC" | "ND" | "SA"} Element
 * @typedef {object} Licence one licence, or a statement that stands where a licence would: a dedication, a mark, `arr`
 * @property {string} code as in its address (`by-nc-sa`), or `cc0 pdm certification pd nkcr usgov arr`
 * @property {string} version empty: none was named
 * @property {string} jurisdiction two letters, `igo` or `scotland`; empty: international or unported
 * @property {Element[]} elements the conditions it is built from, in the order of its name
 * @property {string} kind only `licence` is one; dedication, mark, statement and reserved promise, report or reserve
 * @property {How} how
 * @typedef {{text: string, code?: string, version?: string, jurisdiction?: string, how?: How}} NameEntry
 * @typedef {{address: string, code: string, version?: string, jurisdiction?: string, how?: How}} PageEntry
 * @typedef {object} LicenceRules the parsed `licences.json`
 * @property {{units: string[], versions: Record<string, string>}[]} published
 * @property {Record<string, string>} codes
 * @property {Record<string, string>} kinds
 * @property {Record<string, string>} fields
 * @property {string[]} addresses
 * @property {PageEntry[]} statements
 * @property {NameEntry[]} names
 * @property {string[]} denied
 * @property {NameEntry[]} within
 * @property {{text: string, ids: Record<string, string>}} wikidata
 * @property {{names: string}} templates
 * @property {Record<string, string>} places
 * @property {{text: string, ids: string[]}} flickr
 * @property {{element?: Element, versions?: string[], question: string}[]} conditions
 * @property {string[]} limits
 */

const LONGEST = 16_384; // characters that are looked at
const MOST_PARTS = 500; // of a template, or words that may be addresses

/** @type {Element[]} */
const ELEMENTS = ["BY", "NC", "ND", "SA"];
const PARTS = ["by", "nc", "nd", "sa"];
const WORDS = ["words", "elements", "attribution", "more"];
const BLANKS = /[\0-\x20\x7f-\xa0\u2000-\u200b\u2028\u2029\u202f\u3000\ufeff]+|&(?:quot|lt|gt|apos|nbsp);/gu;
const DASHES = /[\u2010-\u2015\u2212]/gu;
const IS_ADDRESS = /^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/[^ "<>{}|]*|[a-z0-9.-]+\.[a-z]{2,63}(?::[0-9]*)?(?:[/?#][^ ]*)?)$/u;
const AROUND_ADDRESSES = /[ "'<>()[\]{}|,;]+/u;
const AFTER_ADDRESSES = ".,:;!?)";
const TEMPLATE = /\{\{|\}\}|\|/;

/** The rules made ready. */
export class Reader {
  /** @param {LicenceRules} rules */
  constructor(rules) {
    const places = Object.keys(rules.places).sort((one, other) => other.length - one.length);
    /** @type {Record<string, string>} */
    const fields = { ...rules.fields, place: places.join("|") };
    const ready = (/** @type {NameEntry} */ entry) => ({ entry, pattern: new Pattern(entry.text, fields) });
    this._rules = rules;
    this._units = new Set(allPublished(rules)); // `licenses/by 3.0 de`
    this._published = new Set([...this._units].flatMap((unit) => codesOf(unit, rules.codes))); // `by 3.0 de`
    this._addresses = rules.addresses.map((source) => new Pattern(source, fields));
    this._pages = rules.statements.map((entry) => ({ entry, pattern: new Pattern(entry.address, fields) }));
    this._names = rules.names.map(ready);
    this._denied = rules.denied.map((source) => new Pattern(source, fields));
    this._within = rules.within.map(ready);
    this._flickr = new Pattern(rules.flickr.text, fields);
    this._wikidata = new Pattern(rules.wikidata.text, fields);
    this._parameters = new Pattern(rules.templates.names, {});
    this._element = new RegExp(PARTS.map((name) => `(${fields[name]})`).join("|"), "gu");
  }

  /** @param {string} text @returns {Licence | null} */
  read(text) {
    const plain = plainText(text);
    const number = this._flickr.read(plain);
    if (number) return this._fromFlickr(number.number);
    if (IS_ADDRESS.test(plain)) return this._fromAddress(plain) ?? this._fromWikidata(plain);
    return plain.includes("{{") ? this._fromTemplate(plain) : this._fromWords(plain);
  }

  /** What one of the ids 0 to 16 means in Flickr's API. @param {string} number */
  _fromFlickr(number) {
    const meant = this._rules.flickr.ids.find((_, id) => String(id) === number);
    return meant ? this._short(meant) : null;
  }

  /** @param {string} plain @returns {Licence | null} */
  _fromWords(plain) {
    const licence = this._fromAddress(plain) ?? this._fromWikidata(plain);
    if (licence) return licence;
    for (const { pattern, entry } of this._names) {
      const values = pattern.read(plain);
      if (values) return this._made(values, entry);
    }
    return this._fromInside(plain);
  }

  /** @param {string} written @returns {Licence | null} */
  _fromAddress(written) {
    const plain = strippedAtEnd(written, AFTER_ADDRESSES);
    for (const pattern of this._addresses) {
      const values = pattern.read(plain);
      if (!values) continue;
      const { category, unit, version, port = "" } = values;
      const known = this._units.has(`${category}/${unit} ${version} ${port}`);
      return known ? this._licence(ownOr(this._rules.codes, unit, unit), version, port) : null;
    }
    const page = this._pages.find(({ pattern }) => pattern.read(plain));
    return page ? this._fixed(page.entry, "") : null;
  }

  /** @param {string} plain @returns {Licence | null} */
  _fromWikidata(plain) {
    const values = this._wikidata.read(plain);
    const meant = values && ownOr(this._rules.wikidata.ids, values.id, "");
    return meant ? this._short(meant) : null;
  }

  /**
   * The first address in a text, else the first name; none in a text that says it is not licensed so.
   * @param {string} plain
   * @returns {Licence | null}
   */
  _fromInside(plain) {
    if (this._denied.some((pattern) => pattern.seek(plain) !== null)) return null;
    for (const word of plain.split(AROUND_ADDRESSES, MOST_PARTS)) {
      const licence = this._fromAddress(word);
      if (licence) return { ...licence, how: "unwrapped" };
    }
    for (const { pattern, entry } of this._within) {
      const values = pattern.seek(plain);
      const licence = values && this._made(values, entry);
      if (licence) return { ...licence, how: "unwrapped" };
    }
    return null;
  }

  /**
   * Of `{{self|cc-by-sa-4.0|GFDL}}` the first licence; named parameters count only where they name a licence.
   * @param {string} plain
   * @returns {Licence | null}
   */
  _fromTemplate(plain) {
    const read = [];
    for (const part of plain.split(TEMPLATE, MOST_PARTS)) {
      const [name, value] = parted(part);
      const isNamed = part.includes("=");
      if (isNamed && !this._parameters.read(stripped(name, " "))) continue;
      const licence = this._fromWords(stripped(isNamed ? value : part, " "));
      if (licence) read.push(licence);
    }
    return read.find(isCreativeCommons) ?? read[0] ?? null;
  }

  /**
   * The licence of a name, if it was ever published: `by-nd-sa`, 3.5 and a port of 4.0 were not.
   * @param {Values} values
   * @param {NameEntry} entry
   * @returns {Licence | null}
   */
  _made(values, entry) {
    if (entry.code !== undefined) return this._fixed(entry, values.port ?? "");
    const words = values[WORDS.find((name) => name in values) ?? ""] ?? "";
    const parts = Array.from(words.matchAll(this._element), (found) => PARTS[found.slice(1).findIndex(Boolean)]);
    const code = PARTS.filter((part) => parts.includes(part)).join("-");
    const named = values.version || values.later || entry.version || "";
    const version = named.includes(".") || !named ? named : `${named}.0`;
    const port = values.port || ownOr(this._rules.places, values.place ?? "", "");
    const known = this._published.has(`${code} ${version || "4.0"} ${port}`) && parts.length === new Set(parts).size;
    return known ? this._licence(code, version, port, entry.how) : null;
  }

  /** @param {NameEntry | PageEntry} entry @param {string} port @returns {Licence | null} */
  _fixed({ code = "", version = "", jurisdiction = "", how }, port) {
    if (port && !this._published.has(`${code} ${version} ${port}`)) return null;
    return this._licence(code, version, port || jurisdiction, how);
  }

  /** From a short form such as `by 2.0`. @param {string} words */
  _short(words) {
    const [code, version, jurisdiction] = words.split(" ");
    return this._licence(code, version, jurisdiction);
  }

  /** @param {string} code @param {string} version @param {string} jurisdiction @param {How} how @returns {Licence} */
  _licence(code, version = "", jurisdiction = "", how = "exact") {
    const parts = code.toUpperCase().split("-");
    const elements = ELEMENTS.filter((element) => parts.includes(element));
    return { code, version, jurisdiction, elements, kind: ownOr(this._rules.kinds, code, "licence"), how };
  }
}

/**
 * Whether it is one of today's answers to “under which licence?”: a licence, CC0 or the mark, with version.
 * @param {Licence} licence
 */
function isCreativeCommons({ version, kind }) {
  return version !== "" && ["licence", "dedication", "mark"].includes(kind);
}

/**
 * Lower case (ASCII only, the same in every language), single blanks, plain dashes and slashes.
 * @param {string} text
 */
function plainText(text) {
  const small = text.slice(0, end(text, 0, LONGEST)).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const cut = small.replaceAll("\\/", "/").replaceAll("&amp;", "&").replaceAll("%2b", "+");
  return stripped(cut.replace(BLANKS, " ").replace(DASHES, "-"), " ");
}
