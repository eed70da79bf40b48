/**
 * The watch list of this browser: whether keys are in it, and how it comes from the server (docs/watch-list.md).
 *
 * Looking something up asks nobody. What is refused changes nothing but the state that the pages show.
 */

import { Problem, ask, askBytes } from "../shared/api.js";
import { canVerify, isPublicKey, publicKey, signer } from "../shared/keys.js";
import { download, release } from "../shared/list/download.js";
import { openPictures, readRules } from "../shared/list/files.js";
import { acceptedManifest, needSuccessor, readManifest } from "../shared/list/manifest.js";
import { Refused, need } from "../shared/list/refused.js";
import { erase, load, replace } from "../shared/list/store.js";
import { hasPrefix, prefixesOf } from "../shared/prefixes.js";
import { change, read } from "../shared/storage.js";
import { NONE, freshOrStale, isDue, nextTime, shownOf } from "./list_state.js";

const PATH = "/api/v1/watch-list";
const FILE_TIMEOUT = 300_000;

/**
 * @typedef {import("../shared/shapes.js").ListState} ListState
 * @typedef {{ask: typeof ask, askBytes: typeof askBytes}} Server how the server is asked
 * @typedef {{why?: string, problem?: string}} Outcome why an update was refused, or what failed on the way
 */

/** @type {Promise<Uint8Array | null> | null} */
let loaded = null; // the keys, once asked for; a stopped worker reads them again
/** @type {Promise<number> | null} */
let running = null;
let era = 0; // one more whenever everything is forgotten: an update that began before must not bring it back

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
  try {
    const keys = await load("keys");
    return keys ? new Uint8Array(keys) : null;
  } catch (error) {
    loaded = null; // the next one tries again
    throw error;
  }
}

/** The list's pictures, or null. Not kept in memory: they are asked for rarely. */
export async function pictures() {
  const file = await load("pictures");
  return file ? openPictures(new Uint8Array(file)) : null;
}

/** The rules that came with the list; null: those the extension was made with. */
export async function rules() {
  const file = (await load("rules"))?.rules;
  return file ? readRules(new Uint8Array(file)) : null;
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
  if (running) return running;
  const own = updateIfDue(force, now, server).finally(() => {
    if (running === own) running = null;
  });
  running = own;
  return own;
}

/** @param {boolean} force @param {number} now @param {Server} server */
async function updateIfDue(force, now, server) {
  const { next = 0 } = await read("list");
  if (!force && !isDue(next, now)) return next;
  const began = era;
  const outcome = await outcomeOf(refresh(server, now));
  return era === began ? show(outcome, now) : nextTime(undefined, now);
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
  const began = era;
  need(await canVerify(), "unsupported");
  const own = await load("about");
  const answer = await asked(server, own?.etag);
  if (!answer) return;
  const { text, signatures, etag } = answer;
  const trusted = own ? acceptedManifest(own.manifest).signing_keys : [await firstKey(server)];
  const by = await signer(text, signatures, trusted);
  need(by, "signature");
  const manifest = await readManifest(text);
  await needSuccessor(manifest, text, own?.manifest ?? null, now);
  if (text === own?.manifest) return;
  const held = (await loaded?.catch(() => null)) ?? null;
  const records = await download(manifest, fileOf(server), held);
  if (era === began) await replace({ about: { manifest: text, etag, publicKey: by.public }, ...records });
  release(new Uint8Array(records.pictures));
  loaded = era === began ? Promise.resolve(new Uint8Array(records.keys)) : null;
}

/** The signed manifest; null when it is the one of the ETag. @param {Server} server @param {string} [known] an ETag */
async function asked({ ask }, known) {
  const { status, headers, body } = await ask(PATH, { headers: known ? { "If-None-Match": known } : {} });
  if (status === 304) return null;
  return { text: String(body?.manifest), signatures: body?.signatures, etag: headers.get("ETag") ?? "" };
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
  era++;
  running = null;
  await erase();
  loaded = null;
  await change("list", () => NONE);
}
