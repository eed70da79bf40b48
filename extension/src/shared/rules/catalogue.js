/** The catalogue of datasets: what each was made from and what was made from it. Data: `datasets.json`. */

import { sha256 } from "./sha256.js";
import { isLonger, stripped } from "./texts.js";

/**
 * @typedef {object} Dataset an entry of `datasets.json`; docs/datasets.md describes all its parts
 * @property {string} id
 * @property {string} name
 * @property {string[]} [aliases]
 * @property {string[]} derived_from
 * @property {string} origin_class
 * @property {number | null} [images]
 * @property {number | null} [identities]
 * @property {string[]} [files]
 * @property {string[]} [generic_files]
 * @property {{btih_sha256?: string, md5?: Record<string, string>}} [signatures]
 * @property {{state: string, date?: string | null, note?: string, sources: string[]}} status
 * @typedef {{datasets: Dataset[]}} Entries the parsed `datasets.json`
 */

const LONGEST = 4096;
const WITH_FOLDER = 2; // parts of a path that a file name in the catalogue may have: `splits/train.json`

/** Datasets by id and by what recognises them. */
export class Catalogue {
  /** @param {Entries} entries */
  constructor(entries) {
    this.datasets = entries.datasets;
    this._byId = new Map(this.datasets.map((one) => [one.id, one]));
    this._byName = new Map(this.datasets.flatMap((one) => names(one).map((name) => [plain(name), one])));
    this._byDigest = new Map(this.datasets.flatMap((one) => digests(one).map((digest) => [digest, one])));
    /** @type {Map<string, string[]>} */
    this._madeFrom = new Map(this.datasets.map((one) => [one.id, []]));
    for (const one of this.datasets) for (const origin of one.derived_from) this._madeFrom.get(origin)?.push(one.id);
  }

  /**
   * The dataset with this id, name or alias, however it is spelled. Null when there is none.
   * @param {string} name
   * @returns {Dataset | null}
   */
  dataset(name) {
    return this._byId.get(name) ?? (isLonger(name, LONGEST) ? null : (this._byName.get(plain(name)) ?? null));
  }

  /** All it was made from, nearest first. @param {string} name */
  ancestors(name) {
    return this._walk(name, (id) => this._byId.get(id)?.derived_from ?? []);
  }

  /** All that was made from it, nearest first. @param {string} name */
  derived(name) {
    return this._walk(name, (id) => this._madeFrom.get(id) ?? []);
  }

  /**
   * What it goes back to in the end: its ancestors that were made from nothing else, or itself.
   * @param {string} name
   */
  roots(name) {
    return [...this._itself(name), ...this.ancestors(name)].filter((one) => one.derived_from.length === 0);
  }

  /** All that go back to a root of it, in the order of the catalogue; itself among them. @param {string} name */
  family(name) {
    const roots = this.roots(name);
    return this.datasets.filter((one) => this.roots(one.id).some((root) => roots.includes(root)));
  }

  /** The families of at least two, by the id of their root. A dataset of mixed origin is in several. */
  families() {
    const roots = this.datasets.filter((one) => !one.derived_from.length && this._madeFrom.get(one.id)?.length);
    return new Map(roots.map((root) => [root.id, this.family(root.id)]));
  }

  /** Itself, all it was made from, all made from it, and whatever else went into those. @param {string} name */
  relatives(name) {
    const below = this.derived(name);
    const above = below.flatMap((one) => this.ancestors(one.id));
    const wanted = new Set([...this._itself(name), ...this.ancestors(name), ...below, ...above]);
    return this.datasets.filter((one) => wanted.has(one));
  }

  /**
   * Datasets with a file or folder of this name, also at the end of a path; on request, common names count too.
   * @param {string} name
   * @param {{generic?: boolean}} [options]
   */
  byFile(name, { generic = false } = {}) {
    const parts = isLonger(name, LONGEST) ? [] : stripped(lower(name), "/").split("/");
    const tails = Array.from({ length: Math.min(parts.length, WITH_FOLDER) }, (_, count) =>
      parts.slice(-count - 1).join("/"),
    );
    return this.datasets.filter((one) => hasFile(one, tails, generic));
  }

  /** The dataset with this `btih_sha256` or `md5` digest. @param {string} kind @param {string} digest */
  bySignature(kind, digest) {
    return this._byDigest.get(`${kind} ${lower(digest)}`) ?? null;
  }

  /** The dataset a torrent with this info hash (40 hexadecimal digits) holds. @param {string} infoHash */
  byTorrent(infoHash) {
    return this.bySignature("btih_sha256", sha256(lower(infoHash)));
  }

  /** @param {string} name */
  _itself(name) {
    const found = this.dataset(name);
    return found ? [found] : [];
  }

  /** @param {string} name @param {(id: string) => string[]} step */
  _walk(name, step) {
    /** @type {Set<string>} */
    const seen = new Set();
    let edge = this._itself(name).map((one) => one.id);
    while (edge.length) {
      edge = edge.flatMap(step).filter((near) => !seen.has(near));
      for (const near of edge) seen.add(near);
    }
    return [...seen].flatMap((id) => this._byId.get(id) ?? []);
  }
}

/**
 * A name as names are compared: without case, blanks and the signs people write instead of blanks.
 * @param {string} name
 */
export function plain(name) {
  return lower(name).replace(/[ \t\-_./()]+/g, "");
}

/** Of ASCII only: the same in every language. @param {string} text */
export function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** @param {Dataset} dataset */
function names({ id, name, aliases = [] }) {
  return [id, name, ...aliases];
}

/** @param {Dataset} dataset */
function digests({ signatures: { btih_sha256, md5 = {} } = {} }) {
  const files = Object.values(md5).map((digest) => `md5 ${digest}`);
  return btih_sha256 ? [`btih_sha256 ${btih_sha256}`, ...files] : files;
}

/** @param {Dataset} dataset @param {string[]} tails @param {boolean} generic */
function hasFile({ files = [], generic_files = [] }, tails, generic) {
  const own = files.filter((file) => generic || !generic_files.includes(file)).map(lower);
  return own.some((file) => tails.some((tail) => isNamed(tail, file)));
}

/** Whether a name is this one; one `*` stands for anything but a folder. @param {string} name @param {string} own */
function isNamed(name, own) {
  const star = own.indexOf("*");
  if (star < 0) return name === own;
  const [first, last] = [own.slice(0, star), own.slice(star + 1)];
  const isLongEnough = name.length >= first.length + last.length;
  const middle = name.slice(first.length, name.length - last.length);
  return isLongEnough && name.startsWith(first) && name.endsWith(last) && !middle.includes("/");
}
