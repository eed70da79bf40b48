/**
 * The watch list of this browser: whether keys are in it, and how it comes from the server (docs/watch-list.md).
 *
 * Looking something up asks nobody. What is refused changes nothing but the state that the pages show.
 */

import { Problem, ask, askBytes } from "../shared/api.js";
import { canVerify, isPublicKey, publicKey, signer } from "../shared/keys.js";
import { download } from "../shared/list/download.js";
import { openPictures } from "../shared/list/files.js";
import { acceptedManifest, needSuccessor, readManifest } from "../shared/list/manifest.js";
import { Refused, need } from "../shared/list/refused.js";
import { erase, load, replace } from "../shared/list/store.js";
import { hasPrefix, prefixesOf } from "../shared/prefixes.js";
import { change, read } from "../shared/storage.js";

const PATH = "/api/v1/watch-list";
const FILE_TIMEOUT = 300_000;
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const STALE = 7 * DAY;
/** @type {ListState} */
const NONE = { version: 0, made_at: "", fetchedAt: 0, count: 0, pictures: 0, bytes: 0, state: "none", publicKey: "" };

/**
 * @typedef {import("../shared/shapes.js").ListState} ListState
 * @typedef {import("../shared/list/manifest.js").Manifest} Manifest
 * @typedef {{ask: typeof ask, askBytes: typeof askBytes}} Server how the server is asked
 * @typedef {{why?: string, problem?: string}} Outcome why an update was refused, or what failed on the way
 */

/** @type {Promise<Uint8Array | null> | null} */
let loaded = null; // the keys, once asked for; a stopped worker reads them again
/** @type {Promise<number> | null} */
let running = null;

/**
 * Which of these work keys are in the list. Without a list: none.
 * @param {string[]} keys
 * @returns {Promise<boolean[]>}
 */
export async function lookUp(keys) {
  const [list, prefixes] = await Promise.all([(loaded ??= storedKeys()), prefixesOf(keys)]);
  return prefixes.map((prefix) => list !== null && hasPrefix(list, prefix));
}

async function storedKeys() {
  const keys = await load("keys");
  return keys ? new Uint8Array(keys) : null;
}

/** The list's pictures, or null. Not kept in memory: they are asked for rarely. */
export async function pictures() {
  const file = await load("pictures");
  return file ? openPictures(new Uint8Array(file)) : null;
}

/** The rules that came with the list; null: those the extension was made with. */
export async function rules() {
  return (await load("rules"))?.rules ?? null;
}

/** What the pages show of the list. @param {number} [now] @returns {Promise<ListState>} */
export async function status(now = Date.now()) {
  const shown = await read("list");
  return shown.state === "fresh" ? { ...shown, state: freshOrStale(shown.made_at, now) } : shown;
}

/**
 * Ask the server for a newer list, if it is time or the user wants it. Never throws for what the server does.
 * @param {{force?: boolean, now?: number, server?: Server}} [options]
 * @returns {Promise<number>} when this wants to be called next, in milliseconds since 1970
 */
export function update({ force = false, now = Date.now(), server = { ask, askBytes } } = {}) {
  running ??= updateIfDue(force, now, server).finally(() => (running = null));
  return running;
}

/** @param {boolean} force @param {number} now @param {Server} server */
async function updateIfDue(force, now, server) {
  const { next = 0 } = await read("list");
  const isDue = next <= now || next > now + DAY; // later than ever planned: the clock was set back
  if (!force && !isDue) return next;
  return show(await outcomeOf(refresh(server, now)), now);
}

/** @param {Promise<void>} work @returns {Promise<Outcome>} */
async function outcomeOf(work) {
  try {
    await work;
    return {};
  } catch (error) {
    if (error instanceof Refused) return { why: error.why };
    return { problem: error instanceof Problem ? error.code : "unknown" };
  }
}

/** Up to the new list in its place. Raises Refused and Problem. @param {Server} server @param {number} now */
async function refresh(server, now) {
  need(await canVerify(), "unsupported");
  const own = await load("about");
  const { status, headers, body } = await server.ask(PATH, { headers: own?.etag ? { "If-None-Match": own.etag } : {} });
  if (status === 304) return;
  const text = String(body?.manifest);
  const trusted = own ? acceptedManifest(own.manifest).signing_keys : [await firstKey(server)];
  const by = await signer(text, body?.signatures, trusted);
  need(by, "signature");
  const manifest = await readManifest(text);
  await needSuccessor(manifest, text, own?.manifest ?? null, now);
  if (text === own?.manifest) return;
  const records = await download(manifest, fileOf(server));
  const etag = headers.get("ETag") ?? "";
  await replace({ about: { manifest: text, etag, publicKey: by.public }, ...records });
  loaded = null;
}

/** @param {Server} server @returns {import("../shared/list/download.js").Fetch} */
function fileOf({ askBytes }) {
  return async (sha256, most) => (await askBytes(`${PATH}/files/${sha256}`, { most, timeout: FILE_TIMEOUT })).bytes;
}

/** The key that pairing brought; else what the server says of itself, which is believed once. @param {Server} server */
async function firstKey(server) {
  const paired = await publicKey((await read("list")).publicKey);
  if (paired) return paired;
  const { body } = await server.ask(`${PATH}/key`);
  need(await isPublicKey(body), "signature");
  return /** @type {import("../shared/keys.js").PublicKey} */ (body);
}

/** Write down what the pages show. @param {Outcome} outcome @param {number} now @returns {Promise<number>} */
async function show(outcome, now) {
  const own = await load("about");
  const manifest = own && acceptedManifest(own.manifest);
  const failed = Boolean(outcome.why ?? outcome.problem);
  const next = nextTime(failed ? undefined : manifest, now);
  await change("list", ({ fetchedAt, publicKey }) => ({
    ...(manifest ? shownOf(manifest, now) : NONE),
    ...(outcome.why && { state: "refused" }),
    ...outcome,
    publicKey: own?.publicKey ?? publicKey,
    fetchedAt: failed ? fetchedAt : now,
    next,
  }));
  return next;
}

/** @param {Manifest} manifest @param {number} now @returns {ListState} */
function shownOf({ version, made_at, keys, pictures, rules }, now) {
  const bytes = keys.bytes + pictures.bytes + rules.bytes;
  const state = freshOrStale(made_at, now);
  return { ...NONE, version, made_at, count: keys.count, pictures: pictures.count, bytes, state };
}

/** @param {string} madeAt @param {number} now @returns {"fresh" | "stale"} */
function freshOrStale(madeAt, now) {
  return now - Date.parse(madeAt) > STALE ? "stale" : "fresh";
}

/**
 * Some moment in the hour after the server has more; never within an hour, nor later than a day.
 * @param {Manifest | undefined} manifest
 * @param {number} now
 */
function nextTime(manifest, now) {
  const wanted = manifest ? Date.parse(manifest.next_update) : now;
  return Math.round(Math.min(Math.max(wanted, now + HOUR), now + DAY - HOUR) + Math.random() * HOUR);
}

/**
 * Trust a server's key that came with pairing. A list that does not trust it is of another server, and forgotten.
 * @param {string} text the 32 public bytes as base64; anything else raises Refused
 */
export async function trust(text) {
  const key = await publicKey(text);
  need(key, "signature");
  const own = await load("about");
  if (own && !acceptedManifest(own.manifest).signing_keys.some((one) => one.key === key.key)) await forget();
  await change("list", (was) => (was.version ? was : { ...was, publicKey: text }));
}

/** Leave nothing of the list, nor whose key was trusted: for another server, or none. */
export async function forget() {
  await running?.catch(() => undefined);
  await erase();
  loaded = null;
  await change("list", () => NONE);
}
