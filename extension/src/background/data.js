/**
 * All that is stored, for the person it belongs to: how much of what, all of it as a text, nothing of it any more.
 *
 * The text never holds the token of the device or an access code. What the parts mean is known where they are made.
 */

import { alarm, badge, badgeTitle, clearNotifications, permissions, scripts } from "../shared/browser.js";
import { everything, forgetEverything, read } from "../shared/storage.js";
import { ADDRESSES, plainAddress } from "./addresses.js";
import { settled } from "./alarms.js";
import { forget } from "./device.js";
import { settled as allKept } from "./findings.js";
import { endAll } from "./ports.js";
import { CODE } from "./report.js";
import { rulebooks } from "./rulebooks.js";
import * as watchList from "./watch_list.js";

/** @typedef {import("./rulebooks.js").Rulebooks} Rulebooks */

/** @type {Record<string, (key: string) => boolean>} */
const PARTS = {
  findings: (key) => /^(?:findings|codes|pictures|hand|asked)\//.test(key),
  outbox: (key) => key === "outbox",
  receipts: (key) => key === "sentKeys",
  alerts: (key) => key === "alerts",
  list: (key) => key === "list",
  device: (key) => key === "device",
  settings: (key) => key === "settings" || key === "queue",
};
const WORDS = new Set(["text", "note", "title", "reason", "words", "name"]);
const NEVER = new Set(["token"]);
const HIDDEN = "•••";

/** How much of what is stored; the watch list with its file. */
export async function view() {
  const { local, session } = await everything();
  const all = Object.entries({ ...session, ...local });
  const { bytes: ofList } = await read("list");
  const parts = Object.entries(PARTS).map(([id, isOf]) => {
    const own = all.filter(([key]) => isOf(key));
    const bytes = own.reduce((sum, one) => sum + new TextEncoder().encode(JSON.stringify(one)).length, 0);
    return { id, count: own.reduce((sum, [, value]) => sum + countOf(value), 0), bytes: bytes + (id === "list" ? ofList : 0) };
  });
  return { parts };
}

/** @param {unknown} value */
function countOf(value) {
  if (Array.isArray(value)) return value.length;
  return value === null ? 0 : 1;
}

/** All that is stored as a JSON text, without token and access codes. */
export async function exported() {
  const rules = await rulebooks();
  const { local, session } = await everything();
  const shown = Object.entries({ ...local, ...session }).filter(([key]) => key !== "queue" && !key.startsWith("codes/"));
  const codes = codesIn({ ...local, ...session }, rules);
  const text = JSON.stringify(cleaned(Object.fromEntries(shown), codes, rules), null, 2);
  return { text };
}

/** Every access code that is stored anywhere. @param {Record<string, any>} all @param {Rulebooks} rules @returns {string[]} */
function codesIn(all, rules) {
  const apart = Object.entries(all).flatMap(([key, codes]) => (key.startsWith("codes/") ? Object.values(codes) : []));
  const found = new Set(apart.map(String));
  const visit = (/** @type {unknown} */ value) => {
    if (typeof value === "string") {
      const read = (value.match(ADDRESSES) ?? []).map((address) => plainAddress(address, rules)?.code);
      for (const code of [...read, value.split(CODE)[1]]) if (code) found.add(code);
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(all);
  return [...found].filter((code) => code !== "").sort((one, other) => other.length - one.length);
}

/** @param {string} text */
function isAddress(text) {
  return /^(?:https?:\/\/|magnet:\?)/i.test(text);
}

/** @param {any} value @param {string[]} codes @param {Rulebooks} rules @param {string} [name] @returns {any} */
function cleaned(value, codes, rules, name = "") {
  if (Array.isArray(value)) return value.map((one) => cleaned(one, codes, rules, name));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([key]) => !NEVER.has(key));
    return Object.fromEntries(entries.map(([key, one]) => [key, cleaned(one, codes, rules, key)]));
  }
  if (typeof value !== "string") return value;
  if (isAddress(value)) return plainAddress(value, rules)?.url ?? "";
  if (!WORDS.has(name)) return value;
  const plain = value.replace(ADDRESSES, (address) => plainAddress(address, rules)?.url ?? HIDDEN);
  return codes.reduce((text, code) => text.replaceAll(code, HIDDEN), plain);
}

/** Forget everything: storage, list, alarms, scripts, permissions, badge, notifications; the server forgets the token. */
export async function deleteAll() {
  const { session } = await everything();
  const tabs = Object.keys(session).flatMap((key) => (key.startsWith("findings/") ? [Number(key.slice(9))] : []));
  endAll();
  await settled();
  await forget();
  const registered = await scripts.all();
  if (registered.length) await scripts.remove(registered.map(({ id }) => id));
  const granted = (await permissions.all()).filter((origin) => /^https?:/.test(origin));
  if (granted.length) await permissions.drop(granted).catch(() => false);
  await clearNotifications();
  for (const tabId of tabs) {
    await badge("", "#000000", tabId);
    await badgeTitle("", tabId);
  }
  await badge("", "#000000");
  await watchList.forget();
  await alarm.clearAll();
  endAll(); // pages that are open asked again meanwhile
  await allKept();
  await forgetEverything();
  return { ok: true };
}
