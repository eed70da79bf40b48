/**
 * The rules, ready to read: those that came with the watch list, else those that came with the extension.
 *
 * Made in each life of a worker, part by part as it is asked for: a worker that was stopped has to answer soon. Decides
 * nothing about pages.
 */

import { ownUrl } from "../shared/browser.js";
import { Catalogue, lower } from "../shared/rules/catalogue.js";
import { makeLinks } from "../shared/rules/links.js";
import { makeLocations } from "../shared/rules/locations.js";
import { makeWorks } from "../shared/rules/works.js";
import { changeSession, readSession } from "../shared/storage.js";
import * as watchList from "./watch_list.js";

const FILES = ["media_hosts", "sharing_hosts", "datasets", "links"];
const FIT = "rules/fit"; // whose list, and which version of it, has rules that were checked
const SHORTEST_NAME = 3; // letters

/** @type {Promise<Rulebooks> | null} */
let current = null;

/** The rules of now. @returns {Promise<Rulebooks>} */
export function rulebooks() {
  current ??= load().catch((error) => {
    current = null;
    throw error;
  });
  return current;
}

/** Read the rules again when next asked: a new list came. */
export function forgetRulebooks() {
  current = null;
}

async function load() {
  const reading = [watchList.rules().catch(() => null), watchList.status(), readSession(FIT)];
  const [newer, { version, publicKey }, fit] = await Promise.all(reading);
  try {
    if (newer) return await fromList(newer, `${publicKey} ${version}`, fit);
  } catch {
    // rules this version cannot read
  }
  return new Rulebooks(await builtIn());
}

/** Checked once; then, whenever the worker starts, only what a page needs is made. @param {any} newer @param {string} version @param {unknown} fit */
async function fromList(newer, version, fit) {
  const rules = new Rulebooks(FILES.every((name) => name in newer) ? newer : { ...(await builtIn()), ...newer });
  if (fit === version) return rules;
  rules.check();
  await changeSession(FIT, () => version);
  return rules;
}

/** @returns {Promise<any>} */
async function builtIn() {
  const files = FILES.map(async (name) => [name, await (await fetch(ownUrl(`rules/${name}.json`))).json()]);
  return Object.fromEntries(await Promise.all(files));
}

/** What the rules of one list can tell. Each part is made when it is first asked for. */
export class Rulebooks {
  /** @param {any} files */
  constructor({ media_hosts, sharing_hosts, datasets, links }) {
    this._places = makeLocations(sharing_hosts);
    this._works = makeWorks(media_hosts);
    this.location = this._places.location;
    this.workKeys = this._works.workKeys;
    this.kinds = new Set(/** @type {string[]} */ (links.kinds)); // of places that hand out files
    this.codeHosts = new Set(/** @type {string[]} */ (links.code_hosts));
    this.signs = links.commands.map((/** @type {{sign: string}} */ { sign }) => sign); // commands that fetch without an address
    this._catalogue = lazily(() => new Catalogue(datasets));
    this._links = lazily(() => makeLinks(links, this.catalogue, this.location));
    this._mayName = lazily(() => namesIn(this.catalogue, Object.keys(links.names)));
    this._mayBeFile = lazily(() => filesIn(this.catalogue));
    this._noise = lazily(() => whole(sharing_hosts.generic.noise));
    this._secrets = lazily(() => whole(sharing_hosts.generic.secrets));
  }

  get catalogue() {
    return this._catalogue();
  }

  get readLinks() {
    return this._links().readLinks;
  }

  get words() {
    return this._links().rules;
  }

  get mayName() {
    return this._mayName();
  }

  get mayBeFile() {
    return this._mayBeFile();
  }

  get noise() {
    return this._noise();
  }

  get secrets() {
    return this._secrets();
  }

  /** Raises what using them would raise sooner or later, where these are no rules. */
  check() {
    this._places.check();
    this._works.check();
    for (const make of [this._links, this._mayName, this._mayBeFile, this._noise, this._secrets]) make();
  }
}

/** What is made when it is first asked for. @template T @param {() => T} make */
function lazily(make) {
  /** @type {T | undefined} */
  let made;
  return () => (made ??= make());
}

/** @param {string} pattern */
function whole(pattern) {
  return new RegExp(`^(?:${pattern})$`, "iu");
}

/**
 * Whether a text may name a dataset: quick, and rather yes than no. Most pages name none and need not be read.
 * @param {Catalogue} catalogue
 * @param {string[]} others
 */
function namesIn(catalogue, others) {
  const files = catalogue.datasets.flatMap((one) => (one.files ?? []).filter((name) => !one.generic_files?.includes(name)));
  const stems = files.map((name) => name.split("*")[0].replace(/(?:\.[a-z0-9]{1,6}){1,2}$/i, ""));
  const names = catalogue.datasets.flatMap(({ id, name, aliases = [] }) => [id, name, ...aliases]);
  const bare = [...names, ...others, ...stems].map(squeezed).filter((name) => name.length >= SHORTEST_NAME);
  const any = new RegExp([...new Set(bare)].join("|"), "u");
  return (/** @type {string} */ text) => any.test(squeezed(text));
}

/** @param {string} text */
function squeezed(text) {
  return lower(text.normalize("NFKC")).replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Whether a file may be one of a dataset, by its name. @param {Catalogue} catalogue */
function filesIn(catalogue) {
  const all = catalogue.datasets.flatMap((one) => one.files ?? []).map((name) => lower(name.slice(name.lastIndexOf("/") + 1)));
  const names = new Set(all.filter((name) => !name.includes("*")));
  const starts = all.filter((name) => name.includes("*")).map((name) => name.split("*")[0]);
  return (/** @type {string} */ name) => {
    const last = lower(name.slice(name.replace(/\/+$/, "").lastIndexOf("/") + 1)).replace(/\/+$/, "");
    return names.has(last) || starts.some((start) => last.startsWith(start));
  };
}
