/**
 * The hosts the extension can look at: which there are, which are switched on, and the content scripts registered there.
 *
 * `rules/hosts.json` says what hosts there are, with the extension and never by a server. Asks for no permission: the
 * pages do, from a click. What a page shows is judged elsewhere.
 */

import { ownUrl, permissions, scripts, tabsAt } from "../shared/browser.js";
import { change, read } from "../shared/storage.js";

/**
 * @typedef {{id: string, name: string, matches: string[], sites: string[], unlisted?: boolean}} Host
 * @typedef {{id: string, name: string, origins: string[], on: boolean, granted: boolean}} HostState
 */

/** The content script: classic files, in this order. */
export const COLLECTOR = ["natives", "words", "candidates", "lines", "light", "reading", "places", "collect"].map(
  (name) => `content/${name}.js`,
);
const PREFIX = "collect-"; // of the ids of our content scripts

/** @type {Promise<Host[]> | null} */
let known = null;
let last = Promise.resolve();

/** All hosts of `hosts.json`. @returns {Promise<Host[]>} */
export function knownHosts() {
  known ??= fetch(ownUrl("rules/hosts.json"))
    .then((answer) => answer.json())
    .then(({ hosts }) => hosts);
  return known;
}

/** The host an address is at; null when it is none of ours. @param {string} url @returns {Promise<Host | null>} */
export async function hostAt(url) {
  const hosts = await knownHosts();
  return hosts.find(({ matches }) => matches.some((pattern) => fits(pattern, url))) ?? null;
}

/** Whether an address is at a host that is switched on. @param {string} url */
export async function isOn(url) {
  const host = await hostAt(url);
  return host !== null && (await read("settings")).hosts[host.id] === true;
}

/** Whether an address fits a match pattern as browsers read it; all of ours end with `/*`. @param {string} pattern @param {string} text */
export function fits(pattern, text) {
  const [, scheme, host] = /^(https?):\/\/([^/]+)\/\*$/.exec(pattern) ?? [];
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!scheme || url?.protocol !== `${scheme}:`) return false;
  const name = url.hostname;
  return host.startsWith("*.") ? name === host.slice(2) || name.endsWith(host.slice(1)) : name === host;
}

/** @returns {Promise<HostState[]>} */
export async function listHosts() {
  const { hosts: on } = await read("settings");
  const states = (await knownHosts()).map(async ({ id, name, matches }) => {
    return { id, name, origins: matches, on: on[id] === true, granted: await permissions.has(matches) };
  });
  return Promise.all(states);
}

/**
 * Switch a host on or off. True when it is now as wanted; false when the permission for it is missing.
 * @param {Host} host
 * @param {boolean} isWanted
 */
export async function setHost(host, isWanted) {
  if (isWanted && !(await permissions.has(host.matches))) return false;
  await change("settings", (settings) => ({ ...settings, hosts: { ...settings.hosts, [host.id]: isWanted } }));
  await reconcile();
  if (isWanted) await lookAtOpenTabs(host);
  else await permissions.drop(host.matches).catch(() => false); // some policy of the browser's owner may hold it
  return true;
}

/**
 * Permissions came, from a dialog of a page of ours that may be closed by now, or from the browser's own settings: hosts
 * all of whose places are among them are switched on.
 * @param {string[]} origins
 */
export async function permitted(origins) {
  const hosts = (await knownHosts()).filter(({ matches }) => matches.every((one) => origins.includes(one)));
  for (const host of hosts) await setHost(host, true);
}

/** Pages that are open already are looked at once, as if they came now. @param {Host} host */
async function lookAtOpenTabs(host) {
  const tabs = await tabsAt(host.matches);
  await Promise.all(tabs.map(({ id }) => scripts.run(id, [...host.sites, ...COLLECTOR]).catch(() => null)));
}

/**
 * Make settings, permissions and registered scripts agree: after a start, an update, and whenever a permission is
 * given or taken back in the browser's own settings.
 */
export function reconcile() {
  const done = last.then(agree);
  last = done.catch(() => undefined);
  return done;
}

async function agree() {
  const on = await keepPermitted();
  const wanted = on.map(({ id, matches, sites }) => ({ id: PREFIX + id, matches, js: [...sites, ...COLLECTOR] }));
  const present = await scripts.all();
  const gone = present.filter((one) => !wanted.some((other) => isSame(one, other)));
  if (gone.length) await scripts.remove(gone.map(({ id }) => id));
  const missing = wanted.filter((one) => !present.some((other) => isSame(one, other)));
  if (missing.length) await scripts.add(missing);
}

/** Switch off what is no longer permitted. @returns {Promise<Host[]>} what is on */
async function keepPermitted() {
  const hosts = await knownHosts();
  const permitted = await Promise.all(hosts.map(({ matches }) => permissions.has(matches)));
  const { hosts: on } = await read("settings");
  const lost = hosts.filter(({ id }, at) => on[id] && !permitted[at]).map(({ id }) => id);
  if (lost.length) await change("settings", (settings) => ({ ...settings, hosts: withoutAll(settings.hosts, lost) }));
  return hosts.filter(({ id }) => on[id] && !lost.includes(id));
}

/** @param {Record<string, boolean>} hosts @param {string[]} ids */
function withoutAll(hosts, ids) {
  return Object.fromEntries(Object.entries(hosts).filter(([id]) => !ids.includes(id)));
}

/** @param {{id: string, js?: string[], matches?: string[]}} one @param {{id: string, js?: string[], matches?: string[]}} other */
function isSame(one, other) {
  const sorted = (/** @type {string[] | undefined} */ texts) => [...(texts ?? [])].sort().join(" ");
  return one.id === other.id && one.js?.join(" ") === other.js?.join(" ") && sorted(one.matches) === sorted(other.matches);
}
