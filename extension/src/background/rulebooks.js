/**
 * The rules, ready to read: those that came with the watch list, else those that came with the extension.
 *
 * Made once in the life of a worker, when first asked for. Decides nothing about pages.
 */

import { ownUrl } from "../shared/browser.js";
import { Catalogue, lower } from "../shared/rules/catalogue.js";
import { makeLinks, Rules } from "../shared/rules/links.js";
import { makeLocations } from "../shared/rules/locations.js";
import { makeWorks } from "../shared/rules/works.js";
import * as watchList from "./watch_list.js";

/** @typedef {Awaited<ReturnType<typeof build>>} Rulebooks */

const FILES = ["media_hosts", "sharing_hosts", "datasets", "links"];
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
  const own = await builtIn();
  const newer = await watchList.rules().catch(() => null);
  try {
    return build({ ...own, ...newer });
  } catch {
    return build(own); // a list whose rules this version cannot read
  }
}

/** @returns {Promise<any>} */
async function builtIn() {
  const files = FILES.map(async (name) => [name, await (await fetch(ownUrl(`rules/${name}.json`))).json()]);
  return Object.fromEntries(await Promise.all(files));
}

/** @param {any} files */
function build({ media_hosts, sharing_hosts, datasets, links }) {
  const catalogue = new Catalogue(datasets);
  const { location } = makeLocations(sharing_hosts);
  return {
    workKeys: makeWorks(media_hosts).workKeys,
    location,
    catalogue,
    readLinks: makeLinks(links, catalogue, location).readLinks,
    words: new Rules(links, catalogue),
    kinds: new Set(/** @type {string[]} */ (links.kinds)), // of places that hand out files
    codeHosts: new Set(/** @type {string[]} */ (links.code_hosts)),
    signs: links.commands.map((/** @type {{sign: string}} */ { sign }) => sign), // commands that fetch without an address
    mayName: namesIn(catalogue, Object.keys(links.names)),
    mayBeFile: filesIn(catalogue),
    noise: whole(sharing_hosts.generic.noise),
    secrets: whole(sharing_hosts.generic.secrets),
  };
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
