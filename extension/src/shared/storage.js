/**
 * What the extension keeps: every key with its default and a check, read and changed one after the other.
 *
 * Nothing that matters lives anywhere else: the worker may be stopped at any time. The watch list itself is in IndexedDB.
 */

import { area } from "./browser.js";
import { DEFAULTS, isSettings } from "./settings.js";
import { turns } from "./turns.js";

/**
 * @typedef {import("./shapes.js").Device} Device
 * @typedef {import("./shapes.js").Findings} Findings
 * @typedef {import("./shapes.js").Outgoing} Outgoing
 * @typedef {import("./shapes.js").AlertBook} AlertBook
 * @typedef {import("./shapes.js").ListState} ListState
 * @typedef {import("./settings.js").Settings} Settings
 * @typedef {object} Kept all keys of `storage.local`
 * @property {Settings} settings
 * @property {Device | null} device
 * @property {Outgoing[]} outbox
 * @property {Record<string, string>} sentKeys
 * @property {AlertBook} alerts
 * @property {ListState} list
 * @property {Record<string, number>} queue when which task is due
 */

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const isText = (value) => typeof value === "string";
/** @param {(value: any) => boolean} check @returns {(value: unknown) => boolean} */
const recordOf = (check) => (value) => isRecord(value) && Object.values(value).every(check);

/** @type {{[Key in keyof Kept]: {initial: () => Kept[Key], check: (value: any) => boolean}}} */
const KEYS = {
  settings: { initial: () => structuredClone(DEFAULTS), check: isSettings },
  device: {
    initial: () => null,
    check: (value) => value === null || (isRecord(value) && [value.server, value.token, value.name].every(isText)),
  },
  outbox: {
    initial: () => [],
    check: (value) => Array.isArray(value) && value.every((one) => isRecord(one) && isText(one.id) && isRecord(one.report)),
  },
  sentKeys: { initial: () => ({}), check: recordOf(isText) },
  alerts: {
    initial: () => ({ after: 0, etag: "", items: [], read: [], untold: [], page: "", checkedAt: 0, problem: null }),
    check: (value) =>
      isRecord(value) && Number.isSafeInteger(value.after) && [value.items, value.read, value.untold].every(Array.isArray),
  },
  list: {
    initial: () => ({ version: 0, made_at: "", fetchedAt: 0, count: 0, bytes: 0, state: "none", publicKey: "" }),
    check: (value) => isRecord(value) && Number.isSafeInteger(value.version) && isText(value.state),
  },
  queue: { initial: () => ({}), check: recordOf(Number.isFinite) },
};

const local = area("local");
const session = area("session");

const inTurn = turns(); // changes wait for the one before

/** @template {keyof Kept} Key @param {Key} key @param {unknown} value @returns {Kept[Key]} */
function checked(key, value) {
  const { initial, check } = KEYS[key];
  return value !== undefined && check(value) ? /** @type {Kept[Key]} */ (value) : initial();
}

/** The value of a key; its default when there is none, or one that cannot be used. @template {keyof Kept} Key @param {Key} key */
export async function read(key) {
  return checked(key, (await local.get(key))[key]);
}

/** @template {keyof Kept} Key @param {Key} key @param {Kept[Key]} value */
export function write(key, value) {
  return inTurn(() => local.set({ [key]: value }));
}

/**
 * Change a value by what it is now. Nothing else changes in between.
 * @template {keyof Kept} Key
 * @param {Key} key
 * @param {(value: Kept[Key]) => Kept[Key]} fn
 * @returns {Promise<Kept[Key]>} what it became
 */
export function change(key, fn) {
  return inTurn(async () => {
    const value = fn(await read(key));
    await local.set({ [key]: value });
    return value;
  });
}

/**
 * Change several values together: all are stored or none. What `fn` throws is thrown, and nothing changed.
 * @template {keyof Kept} Key
 * @template T
 * @param {Key[]} keys
 * @param {(values: Pick<Kept, Key>) => T} fn changes the values in place
 * @returns {Promise<T>}
 */
export function changeAll(keys, fn) {
  return inTurn(async () => {
    const stored = await local.get(keys);
    const values = /** @type {Pick<Kept, Key>} */ (Object.fromEntries(keys.map((key) => [key, checked(key, stored[key])])));
    const result = fn(values);
    await local.set(values);
    return result;
  });
}

/**
 * What is kept until the browser is closed: `findings/7`, `codes/7`, `hand/…`, `asked/7`.
 * @param {string} key
 * @returns {Promise<any>} undefined when there is none
 */
export async function readSession(key) {
  return (await session.get(key))[key];
}

/** @param {string} key @param {(value: any) => any} fn undefined: forget it @returns {Promise<any>} */
export function changeSession(key, fn) {
  return inTurn(async () => {
    const value = fn(await readSession(key));
    if (value === undefined) await session.remove([key]);
    else await session.set({ [key]: value });
    return value;
  });
}

/** All of a kind (`findings`) that is kept until the browser is closed, by the rest of its key. @param {string} kind @returns {Promise<Record<string, any>>} */
export async function allOfSession(kind) {
  const all = Object.entries(await session.get(null));
  return Object.fromEntries(all.flatMap(([key, value]) => (key.startsWith(`${kind}/`) ? [[key.slice(kind.length + 1), value]] : [])));
}

/** Everything that is stored, as it is. */
export async function everything() {
  return { local: await local.get(null), session: await session.get(null) };
}

/** Leave nothing. */
export function forgetEverything() {
  return inTurn(async () => {
    await local.clear();
    await session.clear();
  });
}
