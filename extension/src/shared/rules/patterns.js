/** Regular expressions with named fields. Knows neither hosts nor forms. */

import { CHANGES } from "./changes.js";

/**
 * @typedef {import("./changes.js").Change} Change
 * @typedef {Record<string, string>} Values what was captured, by field
 * @typedef {string | {pattern: string, as: string[]}} Field
 * @typedef {Record<string, Field>} Fields
 */

const DOTS = /\\.|\[(?:\\.|[^\]\\])*\]|\./gu; // the last alternative is the dot that means "any"

export const FIELD = /\{([a-z_]+)\}/g;

const UNITS = /\\.|\[(?:\\.|[^\]\\])*\]|\{[0-9,]+\}|\(\?:|./gsu; // what an expression consists of
const SIGNS = ".*+?^$";
const MANY = 2; // letters; more are rare enough to be looked for first
const USUAL = "/.-_"; // single letters that most addresses have

/** A regular expression in which `{name}` stands for a captured field of the family. Made ready when first asked for. */
export class Pattern {
  /**
   * @param {string} source
   * @param {Fields} fields
   */
  constructor(source, fields) {
    this.names = Array.from(source.matchAll(FIELD), (found) => found[1]);
    this._changes = this.names.map((name) => changesOf(fields[name]));
    this._source = source.replace(FIELD, (_, name) => `(${patternOf(fields[name])})`);
    this.isAnchored = this._source.startsWith("^");
    /** @type {string | undefined} */
    this._needs = undefined;
    /** @type {RegExp | undefined} */
    this._whole = undefined;
    /** @type {RegExp | undefined} */
    this._somewhere = undefined;
  }

  /** Letters that stand in every text that fits. */
  get needs() {
    return (this._needs ??= needed(this._source));
  }

  /** Raises what reading would raise, where the expression is none. */
  check() {
    this._whole ??= wholly(this._source);
  }

  /**
   * The fields, changed as the family says; null when the text is not of this form.
   * @param {string} text
   * @returns {Values | null}
   */
  read(text) {
    /** @type {Values} */
    const values = {};
    return this.readInto(values, text) ? values : null;
  }

  /**
   * Whether a text is of this form. Its fields are put beside the others.
   * @param {Values} values
   * @param {string} text
   */
  readInto(values, text) {
    if (this.needs.length > MANY && !text.includes(this.needs)) return false; // sooner found out than letter by letter
    const whole = (this._whole ??= wholly(this._source));
    return this.names.length === 0 ? whole.test(text) : this._put(values, whole.exec(text));
  }

  /**
   * As `read`, for the first place in the text that fits.
   * @param {string} text
   * @returns {Values | null}
   */
  seek(text) {
    /** @type {Values} */
    const values = {};
    this._somewhere ??= new RegExp(dotted(this._source), "u");
    return this._put(values, this._somewhere.exec(text)) ? values : null;
  }

  /** @param {Values} values @param {RegExpExecArray | null} found */
  _put(values, found) {
    if (found === null) return false;
    const changed = this._changes.map((changes, number) => applied(changes, found[number + 1]));
    if (changed.includes(null)) return false;
    changed.forEach((value, number) => {
      if (typeof value === "string") values[this.names[number]] = value;
    });
    return true;
  }
}

/**
 * A regular expression that has to fit the whole of a text.
 * @param {string} source
 */
export function wholly(source) {
  return new RegExp(`^(?:${dotted(source)})$`, "u");
}

/** The source, with dots that mean in every language all but the line feed. @param {string} source */
export function dotted(source) {
  return source.replace(DOTS, (part) => (part === "." ? "[^\\n]" : part));
}

/** @param {Field} field */
function patternOf(field) {
  return typeof field === "string" ? field : field.pattern;
}

/** @param {Field} field */
function changesOf(field) {
  return typeof field === "string" ? [] : field.as.map(changeOf);
}

/** @param {string} name */
function changeOf(name) {
  if (!Object.hasOwn(CHANGES, name)) throw new Error(`no change is called ${name}`);
  return CHANGES[name];
}

/** @param {Change[]} changes @param {string | undefined} captured */
function applied(changes, captured) {
  if (captured === undefined) return undefined;
  /** @type {string | null} */
  let changed = captured;
  for (const change of changes) changed = changed === null ? null : change(changed);
  return changed;
}

/**
 * The run of letters that tells most of those an expression cannot do without: cheap to look for before reading.
 * @param {string} source
 */
function needed(source) {
  const worth = (/** @type {string} */ run) => 2 * run.length + (USUAL.includes(run) ? 0 : 1);
  return runs(source).reduce((best, run) => (worth(run) > worth(best) ? run : best), "");
}

/**
 * The runs of letters that stand in every text that fits. Some are missed: those that groups or choices cut.
 * @param {string} source
 */
function runs(source) {
  const units = source.match(UNITS) ?? [];
  const levels = [{ runs: [""], isChoice: false }];
  units.forEach((unit, number) => {
    const level = levels[levels.length - 1];
    const isOptional = /^(?:[?*]|\{0)/.test(units[number + 1] ?? "");
    if (unit.startsWith("(")) levels.push({ runs: [""], isChoice: false });
    else if (unit === ")") {
      levels.pop();
      levels[levels.length - 1].runs.push("", ...(isOptional || level.isChoice ? [] : level.runs), "");
    } else if (unit === "|") level.isChoice = true;
    else if (!isOptional && !SIGNS.includes(unit) && (unit.length === 1 || unit.startsWith("\\"))) {
      level.runs[level.runs.length - 1] += unit.slice(-1);
    } else level.runs.push("");
  });
  return levels[0].isChoice ? [] : levels[0].runs;
}
