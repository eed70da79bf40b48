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
  for (const second of form.seconds) {
    const all = second.read(values);
    const key = all && second.key.filled(all);
    if (key && !keys.some((known) => known.key === key)) {
      keys.push({ key, kind: second.kind, how: lessCertain(second.how, how) });
    }
  }
  return keys;
}

/** @param {Found | null} found @returns {WorkKey[]} */
function accountsOf(found) {
  if (!found?.form.account) return [];
  return [{ key: found.form.account.filled(found.values), kind: "account", how: found.how }];
}
