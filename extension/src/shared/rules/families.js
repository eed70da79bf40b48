/** A family of hosts as a rule file describes it. Its forms are made when a page has one of its addresses, not before. */

import { Form } from "./forms.js";
import { Pattern } from "./patterns.js";

/**
 * @typedef {import("./patterns.js").Values} Values
 * @typedef {import("./forms.js").FormEntry} FormEntry
 * @typedef {{name: string, domains?: string[], fields?: import("./patterns.js").Fields, forms?: FormEntry[], texts?:
 *   FormEntry[], codes?: string[], articles?: boolean}} FamilyEntry
 * @typedef {{family: Family, forms: {form: Form, captured: Values}[]}} Place a host of a family
 */

/** Its domains, its forms in the order they are tried, the texts that mean it, and how access codes are told. */
export class Family {
  /** @param {FamilyEntry} entry */
  constructor(entry) {
    this.name = entry.name;
    this.domains = entry.domains ?? [];
    this.hasArticles = entry.articles ?? false;
    this._entry = entry;
    this._fields = entry.fields ?? {};
    /** @type {Form[] | undefined} */
    this._forms = undefined;
    /** @type {Form[] | undefined} */
    this._texts = undefined;
    /** @type {Pattern[] | undefined} */
    this._codes = undefined;
  }

  get forms() {
    return (this._forms ??= this._made(this._entry.forms));
  }

  get texts() {
    return (this._texts ??= this._made(this._entry.texts));
  }

  get codes() {
    return (this._codes ??= (this._entry.codes ?? []).map((source) => new Pattern(source, this._fields)));
  }

  /** @param {FormEntry[]} [entries] */
  _made(entries = []) {
    return entries.map((form) => new Form(form, this._fields));
  }

  /**
   * The forms that concern a host, each with what it captured of the host's name.
   * @param {string} host
   * @returns {Place}
   */
  at(host) {
    const forms = this.forms.flatMap((form) => {
      const captured = form.readHost(host);
      return captured ? [{ form, captured }] : [];
    });
    return { family: this, forms };
  }

  /** Raises what reading would raise, where the entry is none. */
  check() {
    for (const one of [...this.forms, ...this.texts, ...this.codes]) one.check();
  }
}
