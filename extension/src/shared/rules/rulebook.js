/** The one engine: a file of host families → which form an address has. Adding a host never changes this file. */

import { KNOWN_HOSTS, LONGEST, isPlain, readAddress, remembered } from "./address.js";
import { Family } from "./families.js";
import { Generic, sites } from "./generic.js";
import { Openers } from "./openers.js";
import { repaired, wordsOf } from "./paths.js";
import { isLonger, trimmed } from "./texts.js";

/**
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./patterns.js").Values} Values
 * @typedef {import("./forms.js").How} How
 * @typedef {import("./forms.js").Form} Form
 * @typedef {import("./families.js").Place} Place
 * @typedef {{families: import("./families.js").FamilyEntry[], generic: import("./generic.js").GenericEntry, repairs?:
 *   boolean}} Rules one parsed rule file
 * @typedef {{form: Form, values: Values, how: How, family: Family | null}} Found a form that fits, and how sure that is
 */

const DEPTH = 4; // addresses inside addresses: a proxy's copy of an archive's copy of a blog's proxy is real

/** @type {How[]} */
const CERTAINTY = ["exact", "unwrapped", "guessed"];

/** All rules of one file: the families by domain, the texts, and the generic rule. */
export class Rulebook {
  /** @param {Rules} rules */
  constructor(rules) {
    const families = rules.families.map((entry) => new Family(entry));
    /** @type {Map<string, Family>} */
    this._byDomain = new Map(families.flatMap((family) => family.domains.map((domain) => [domain, family])));
    this._widest = Math.max(...[...this._byDomain.keys()].map((domain) => domain.split(".").length));
    this._families = families;
    this._anywhere = families.filter((family) => family.domains.length === 0);
    /** @type {{family: Family, form: Form}[] | undefined} */
    this._texts = undefined; // of all families, once one is looked for
    this._generic = new Generic(rules.generic);
    this._repairs = rules.repairs ?? false;
    const { secrets, opens, hash = "", beside = "" } = rules.generic;
    this.openers = opens === undefined ? null : new Openers({ secrets, opens, hash, beside });
    this._known = remembered((host) => this._judged(host), KNOWN_HOSTS);
  }

  /** Raises what reading would raise sooner or later, where the rules are none. */
  check() {
    for (const family of this._families) family.check();
  }

  /**
   * The form a text has, addresses inside it followed. Null for what is no address or no known form.
   * @param {string} text
   * @returns {Found | null}
   */
  find(text, depth = 0) {
    const address = readAddress(text);
    const known = address && this._known(address.host);
    if (address && known?.isOwned) return this._atOwned(address, known.places, depth);
    if (!address?.explicit) {
      const found = this._byText(trimmed(text), depth);
      if (found !== undefined) return found;
    }
    return address && known && !known.isImitation ? this._onAnyHost(address, known.places, depth) : null;
  }

  /**
   * An address read by the generic rule, whoever owns its host; null for what is none or imitates a host.
   *
   * Without its query; of hosts of shares also without all that may be a token: only a family of articles keeps it.
   * @param {string} text
   * @returns {Found | null}
   */
  findPage(text) {
    const address = readAddress(text.split(/[?#]/, 1)[0]);
    if (!address?.explicit || this._imitates(address.host)) return null;
    const family = this._family(address.host);
    if (family && !family.hasArticles) address.path = wordsOf(address.path);
    const values = this._generic.read(address);
    return values && { form: this._generic.form, values, how: "exact", family: null };
  }

  /**
   * Whether a host is a family's, or there to imitate one, and the forms that concern it.
   * @param {string} host
   */
  _judged(host) {
    const family = this._family(host);
    const places = family ? [family.at(host)] : this._anywhereAt(host);
    return { isOwned: family !== null, isImitation: family === null && this._imitates(host), places };
  }

  /** @param {string} host @returns {Place[]} */
  _anywhereAt(host) {
    return this._anywhere.map((family) => family.at(host));
  }

  /** @param {string} host */
  _family(host) {
    for (let start = 0; start >= 0; start = host.indexOf(".", start) + 1 || -1) {
      const family = this._byDomain.get(host.slice(start));
      if (family) return family;
    }
    return null;
  }

  /**
   * Whether a known domain stands in front of another one: `flickr.com.evil.example`.
   * @param {string} host
   */
  _imitates(host) {
    const labels = host.split(".");
    const last = labels.length - 2;
    for (let start = 0; start + 2 <= last; start++) {
      for (let end = start + 2; end <= Math.min(start + this._widest, last); end++) {
        if (this._byDomain.has(labels.slice(start, end).join("."))) return true;
      }
    }
    return false;
  }

  /**
   * An address on a host of a family; one that no form fits may have a query or fragment in its path.
   * @param {Address} address
   * @param {Place[]} places
   * @param {number} depth
   */
  _atOwned(address, places, depth) {
    if (address.port) return null;
    let found = this._atPlaces(address, places, depth);
    if (found === undefined && this._repairs) found = this._atPlaces(repaired(address), places, depth);
    return found ?? null;
  }

  /**
   * Null: an address of a form that gives nothing. Undefined: an address of no form.
   * @param {Address} address
   * @param {Place[]} places
   * @param {number} depth
   * @returns {Found | null | undefined}
   */
  _atPlaces(address, places, depth) {
    for (const { family, forms } of places) {
      for (const { form, captured } of forms) {
        const own = form.read(address, captured);
        if (own === null) continue;
        if (form.isGeneric) return this._onAnyHost(address, this._anywhereAt(address.host), depth);
        const values = family.domains.length ? own : { ...sites(address), ...own };
        return this._followed({ form, values, how: form.how, family }, depth, address);
      }
    }
    return undefined;
  }

  /**
   * Null: a text of a form that gives nothing. Undefined: a text of no form.
   * @param {string} plain
   * @param {number} depth
   */
  _byText(plain, depth) {
    if (isLonger(plain, LONGEST) || !isPlain(plain)) return undefined;
    this._texts ??= this._families.flatMap((family) => family.texts.map((form) => ({ family, form })));
    for (const { family, form } of this._texts) {
      const values = form.readText(plain);
      if (values !== null) return this._followed({ form, values, how: form.how, family }, depth);
    }
    return undefined;
  }

  /**
   * By software that runs on many hosts, known by its paths; else by the generic rule.
   * @param {Address} address
   * @param {Place[]} places
   * @param {number} depth
   * @returns {Found | null}
   */
  _onAnyHost(address, places, depth) {
    const found = this._atPlaces(address, places, depth);
    if (found !== undefined) return found;
    const values = this._generic.read(address);
    /** @type {How} */
    const how = address.explicit ? this._generic.form.how : "guessed";
    return values && { form: this._generic.form, values, how, family: null };
  }

  /**
   * @param {Found} found
   * @param {number} depth
   * @param {Address} [address]
   * @returns {Found | null}
   */
  _followed(found, depth, address) {
    if (!found.form.address) return found.form.key || found.form.account ? found : null;
    let link = found.form.address.filled(found.values);
    if (address?.fragment && !link.includes("#")) link += `#${address.fragment}`; // people forget to escape it
    const inner = depth < DEPTH ? this.find(link, depth + 1) : null;
    return inner && { ...inner, how: lessCertain(inner.how, found.how) };
  }
}

/**
 * The less certain of two ways a key was won.
 * @param {How} one
 * @param {How} other
 */
export function lessCertain(one, other) {
  return CERTAINTY.indexOf(one) >= CERTAINTY.indexOf(other) ? one : other;
}
