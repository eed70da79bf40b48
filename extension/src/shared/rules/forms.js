/** One data entry made ready: patterns with named fields, and the form of address they describe. Knows no host. */

import { md5StartsWith } from "./changes.js";
import { FIELD, Pattern } from "./patterns.js";

/**
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./patterns.js").Values} Values
 * @typedef {import("./patterns.js").Fields} Fields
 * @typedef {"exact" | "unwrapped" | "guessed"} How
 * @typedef {{key: string, kind: string, how?: How, of?: string, pattern?: string, first?: boolean}} SecondEntry
 * @typedef {{
 *   host?: string, path?: string, text?: string, query?: Record<string, string>, maybe?: Record<string, string>,
 *   md5?: Record<string, string[]>, key?: string, address?: string, kind?: string, how?: How, also?: SecondEntry[],
 *   account?: string, url?: string, inside?: string, access?: string, hidden?: boolean, generic?: boolean, note?:
 * string
 * }} FormEntry
 */

const ADDRESS_PARTS = new Set(["host", "site", "path", "query", "search"]); // in canonical spelling already
const PLAIN_IN_URL = /^[A-Za-z0-9_.\-~/!$'()*,;:@+=]*$/;
const PLAIN_ESCAPES = /%(?:2F|24|2C|3B|3A|40|2B|3D)/g; // of / $ , ; : @ + =
const ADDRESS_ESCAPES = /%(?:2F|24|2C|3B|3A|40|2B|3D|25|3F|26)/g; // of % ? & too

/** Another key the same address gives: always, or where a captured field fits a pattern. */
class Second {
  /** @param {SecondEntry} entry @param {Fields} fields */
  constructor(entry, fields) {
    this.key = new Template(entry.key);
    this.kind = entry.kind;
    /** @type {How} */
    this.how = entry.how ?? "guessed";
    this.isFirst = entry.first ?? false;
    this.of = entry.of ?? "";
    this.pattern = new Pattern(entry.pattern ?? "", fields);
  }
}

/** One form of address or text, and what it gives: a key, another address to read instead, or nothing. */
export class Form {
  /** @param {FormEntry} entry @param {Fields} fields */
  constructor(entry, fields) {
    const pattern = (/** @type {string | undefined} */ source) =>
      source === undefined ? null : new Pattern(source, fields);
    const template = (/** @type {string | undefined} */ source) => (source ? new Template(source) : null);
    this.kind = entry.kind ?? "";
    /** @type {How} */
    this.how = entry.how ?? "exact";
    this.hidden = entry.hidden ?? false;
    this.isGeneric = entry.generic ?? false;
    this.key = template(entry.key);
    this.account = template(entry.account);
    this.address = template(entry.address);
    this.url = template(entry.url);
    this.inside = template(entry.inside);
    this.access = template(entry.access);
    this._seconds = (entry.also ?? []).map((second) => new Second(second, fields));
    this._host = pattern(entry.host);
    this._path = pattern(entry.path);
    this._text = pattern(entry.text);
    this._md5 = Object.entries(entry.md5 ?? {});
    this._parameters = [...parameters(entry.query, fields, true), ...parameters(entry.maybe, fields, false)];
  }

  /** Raises what reading would raise, where an expression is none. */
  check() {
    const all = [this._host, this._path, this._text, ...[...this._parameters, ...this._seconds].map(({ pattern }) => pattern)];
    for (const pattern of all) pattern?.check();
  }

  /**
   * The further keys such an address has, each with all fields it needs.
   * @param {Values} values
   */
  seconds(values) {
    const fitting = [];
    let of = "";
    let text = "";
    for (const second of this._seconds) {
      if (second.of !== of) [of, text] = [second.of, values[second.of] ?? ""];
      if (of !== "" && !text.includes(second.pattern.needs)) continue;
      const more = of === "" ? {} : second.pattern.read(text);
      if (more) fitting.push({ second, values: { ...values, ...more } });
    }
    return fitting;
  }

  /**
   * The fields of a text that is no address, such as a file name.
   * @param {string} text
   * @returns {Values | null}
   */
  readText(text) {
    /** @type {Values} */
    const values = {};
    return this._text?.readInto(values, text) && this._isRight(values) ? values : null;
  }

  /**
   * What it captures of a host's name; null when it does not concern that host.
   * @param {string} host
   * @returns {Values | null}
   */
  readHost(host) {
    return this._host === null ? {} : this._host.read(host);
  }

  /**
   * The fields of an address on a host it concerns; null when it is not of this form.
   * @param {Address} address
   * @param {Values} captured of the host's name
   * @returns {Values | null}
   */
  read(address, captured) {
    /** @type {Values} */
    const values = { search: address.search };
    if (this._path !== null && !this._path.readInto(values, address.path)) return null;
    for (const name in captured) values[name] = captured[name];
    for (const { name, pattern, wanted } of this._parameters) {
      const value = address.parameter(name);
      const fits = value !== null && pattern.readInto(values, value);
      if (!fits && wanted) return null;
    }
    return this._isRight(values) ? values : null;
  }

  /** @param {Values} values */
  _isRight(values) {
    return this._md5.every(([name, parts]) =>
      md5StartsWith(
        values[name],
        parts.map((part) => values[part]),
      ),
    );
  }
}

/** A text with fields to be put in. */
export class Template {
  /** @param {string} source */
  constructor(source) {
    const parts = source.split(FIELD); // text, name, text, name, …, text
    this._start = parts[0];
    this._rest = Array.from({ length: (parts.length - 1) / 2 }, (_, number) => ({
      name: parts[2 * number + 1],
      text: parts[2 * number + 2],
    }));
  }

  /** Whether a field is put in. @param {string} name */
  has(name) {
    return this._rest.some((part) => part.name === name);
  }

  /**
   * With the fields as they are.
   * @param {Values} values
   */
  filled(values) {
    let text = this._start;
    for (const part of this._rest) text += (values[part.name] ?? "") + part.text;
    return text;
  }

  /**
   * With the fields percent-encoded, except those that are parts of an address already.
   * @param {Values} values
   */
  filledUrl(values) {
    let text = this._start;
    for (const part of this._rest) text += encoded(values[part.name] ?? "", part.name) + part.text;
    return text;
  }
}

/** @param {Record<string, string> | undefined} sources @param {Fields} fields @param {boolean} wanted */
function parameters(sources, fields, wanted) {
  return Object.entries(sources ?? {}).map(([name, source]) => ({
    name,
    pattern: new Pattern(source, fields),
    wanted,
  }));
}

/** @param {string} value @param {string} name */
function encoded(value, name) {
  if (PLAIN_IN_URL.test(value)) return value;
  return encodeURIComponent(value).replace(
    ADDRESS_PARTS.has(name) ? ADDRESS_ESCAPES : PLAIN_ESCAPES,
    decodeURIComponent,
  );
}
