/** The one engine: a file of host families → which form an address has. Adding a host never changes this file. */

import { LONGEST, isLonger, isPlain, parted, readAddress, trimmed } from "./address.js";
import { Form, Pattern, wholly } from "./forms.js";

/**
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./forms.js").Values} Values
 * @typedef {import("./forms.js").How} How
 * @typedef {import("./forms.js").Fields} Fields
 * @typedef {import("./forms.js").FormEntry} FormEntry
 * @typedef {{name: string, domains?: string[], fields?: Fields, forms?: FormEntry[], texts?: FormEntry[], codes?: string[]}} FamilyEntry
 * @typedef {{
 *   form: FormEntry, fields?: Fields,
 *   pictures: string, scripts: string, noise: string, picture_noise: string, secrets: string
 * }} GenericEntry
 * @typedef {{families: FamilyEntry[], generic: GenericEntry}} Rules one parsed rule file
 * @typedef {{form: Form, values: Values, how: How, family: Family | null}} Found a form that fits, and how sure that is
 */

const DEPTH = 4; // addresses inside addresses: a proxy's copy of an archive's copy of a blog's proxy is real

/** @type {How[]} */
const CERTAINTY = ["exact", "unwrapped", "guessed"];

/** A family of hosts: its domains, its forms in the order they are tried, and the texts that mean it. */
class Family {
  /** @param {FamilyEntry} entry */
  constructor(entry) {
    const fields = entry.fields ?? {};
    this.name = entry.name;
    this.domains = entry.domains ?? [];
    this.forms = (entry.forms ?? []).map((form) => new Form(form, fields));
    this.texts = (entry.texts ?? []).map((form) => new Form(form, fields));
    this.codes = (entry.codes ?? []).map((source) => new Pattern(source, fields));
  }
}

/** The rule for hosts nobody described: host and path, and the parameters that are not known noise. */
class Generic {
  /** @param {GenericEntry} entry */
  constructor(entry) {
    this.form = new Form(entry.form, entry.fields ?? {});
    this._noise = wholly(entry.noise);
    this._pictureNoise = wholly(entry.picture_noise);
    this._pictures = wholly(entry.pictures);
    this._scripts = wholly(entry.scripts);
    this._secrets = wholly(entry.secrets);
  }

  /**
   * The fields of any address, with the parameters worth keeping and the secret ones apart.
   * @param {Address} address
   * @returns {Values | null}
   */
  read(address) {
    const captured = this.form.read(address);
    if (captured === null) return null;
    const { host, site } = sites(address);
    const { query, secret } = address.search === "" ? { query: "", secret: "" } : this._sorted(address);
    return { ...captured, host, site, path: address.path, query, secret };
  }

  /** @param {Address} address */
  _sorted(address) {
    const isNoise = this._noiseOn(address.path);
    /** @type {string[]} */
    const kept = [];
    /** @type {string[]} */
    const secret = [];
    for (const pair of address.parameters) {
      const name = parted(pair)[0].toLowerCase();
      if (this._secrets.test(name)) secret.push(pair);
      else if (!isNoise(name)) kept.push(pair);
    }
    return { query: kept.length ? `?${kept.join("&")}` : "", secret: secret.join("&") };
  }

  /** @param {string} path @returns {(name: string) => boolean} */
  _noiseOn(path) {
    if (this._scripts.test(path)) return () => false; // there, the query is what is shown
    const onPicture = this._pictures.test(path);
    return (name) => this._noise.test(name) || (onPicture && this._pictureNoise.test(name));
  }
}

/** All rules of one file: the families by domain, the texts, and the generic rule. */
export class Rulebook {
  /** @param {Rules} rules */
  constructor(rules) {
    const families = rules.families.map((entry) => new Family(entry));
    /** @type {Map<string, Family>} */
    this._byDomain = new Map(families.flatMap((family) => family.domains.map((domain) => [domain, family])));
    this._texts = families.flatMap((family) => family.texts.map((form) => ({ family, form })));
    this._anywhere = families
      .filter((family) => family.domains.length === 0)
      .flatMap((family) => family.forms.map((form) => ({ family, form })));
    this._widest = Math.max(...[...this._byDomain.keys()].map((domain) => domain.split(".").length));
    this._generic = new Generic(rules.generic);
  }

  /**
   * The form a text has, addresses inside it followed. Null for what is no address or no known form.
   * @param {string} text
   * @returns {Found | null}
   */
  find(text, depth = 0) {
    const address = readAddress(text);
    const family = address && this._family(address.host);
    if (address && family) return address.port ? null : this._inFamily(address, family, depth);
    if (!address?.explicit) {
      const plain = trimmed(text);
      const found = isLonger(plain, LONGEST) || !isPlain(plain) ? undefined : this._byText(plain, depth);
      if (found !== undefined) return found;
    }
    return address && !this._imitates(address.host) ? this._onAnyHost(address, depth) : null;
  }

  /** @param {string} host */
  _family(host) {
    for (let start = 0; start >= 0; ) {
      const family = this._byDomain.get(start ? host.slice(start) : host);
      if (family) return family;
      start = host.indexOf(".", start) + 1 || -1;
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

  /** @param {Address} address @param {Family} family @param {number} depth */
  _inFamily(address, family, depth) {
    for (const form of family.forms) {
      const values = form.read(address);
      if (values !== null) return this._followed({ form, values, how: form.how, family }, depth);
    }
    return null;
  }

  /**
   * Null: a text of a form that gives nothing. Undefined: a text of no form.
   * @param {string} plain
   * @param {number} depth
   */
  _byText(plain, depth) {
    for (const { family, form } of this._texts) {
      const values = form.readText(plain);
      if (values !== null) return this._followed({ form, values, how: form.how, family }, depth);
    }
    return undefined;
  }

  /**
   * By software that runs on many hosts, known by its paths; else by the generic rule.
   * @param {Address} address
   * @param {number} depth
   */
  _onAnyHost(address, depth) {
    for (const { family, form } of this._anywhere) {
      const values = form.read(address);
      if (values !== null) return this._followed({ form, values: { ...sites(address), ...values }, how: form.how, family }, depth);
    }
    const values = this._generic.read(address);
    /** @type {How} */
    const how = address.explicit ? this._generic.form.how : "guessed";
    return values && { form: this._generic.form, values, how, family: null };
  }

  /** @param {Found} found @param {number} depth @returns {Found | null} */
  _followed(found, depth) {
    if (!found.form.address) return found.form.key || found.form.account ? found : null;
    const inner = depth < DEPTH ? this.find(found.form.address.filled(found.values), depth + 1) : null;
    return inner && { ...inner, how: lessCertain(inner.how, found.how) };
  }
}

/**
 * The host of an address, without and with its `www.`, for families that own none.
 * @param {Address} address
 */
function sites(address) {
  const site = address.host + address.port;
  return { host: site.startsWith("www.") ? site.slice(4) : site, site };
}

/**
 * The less certain of two ways a key was won.
 * @param {How} one
 * @param {How} other
 */
export function lessCertain(one, other) {
  return CERTAINTY.indexOf(one) >= CERTAINTY.indexOf(other) ? one : other;
}
