/** Any address or file name of a work → its work keys and its account. The rules are in `media_hosts.json`. */

import { Rulebook, lessCertain } from "./rulebook.js";

/**
 * @typedef {import("./rulebook.js").Rules} Rules
 * @typedef {import("./rulebook.js").Found} Found
 * @typedef {{key: string, kind: string, how: import("./forms.js").How}} WorkKey what identifies a work or an account
 */

/**
 * The two readers, from the parsed `media_hosts.json`. They never throw and never ask the network.
 *
 * `workKeys` gives the keys of a text, best first; none when it means no work. `accountKeys` gives the account an
 * address, a path or a bare id belongs to. Kept apart: two pictures of one account are two works.
 * @param {Rules} mediaHosts
 */
export function makeWorks(mediaHosts) {
  const rules = new Rulebook(mediaHosts);
  return {
    /** Raises where the rules are none; else that would show only when they are used. */
    check: () => rules.check(),
    /** @param {string} text @returns {WorkKey[]} */
    workKeys: (text) => keysOf(rules.find(text)),
    /** @param {string} text @returns {WorkKey[]} */
    accountKeys: (text) => accountsOf(rules.find(text)),
  };
}

/** @param {Found | null} found @returns {WorkKey[]} */
function keysOf(found) {
  const first = found?.form.key;
  if (!first) return [];
  const { form, values, how } = found;
  const keys = [{ key: first.filled(values), kind: form.kind, how }];
  for (const { second, values: all } of form.seconds(values)) {
    const key = { key: second.key.filled(all), kind: second.kind, how: lessCertain(second.how, how) };
    keys.splice(second.isFirst ? 0 : keys.length, 0, key);
  }
  return keys.length < 2 ? keys : keys.filter((one, at) => keys.findIndex(({ key }) => key === one.key) === at);
}

/** @param {Found | null} found @returns {WorkKey[]} */
function accountsOf(found) {
  if (!found?.form.account) return [];
  return [{ key: found.form.account.filled(found.values), kind: "account", how: found.how }];
}
