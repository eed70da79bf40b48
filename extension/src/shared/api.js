/**
 * Requests to the server, the only ones the extension ever makes: without cookies, without referrer, with a time limit.
 *
 * Called for reports, alerts, pairing and the watch list; never because of what is on a page. Decides nothing about when.
 */

import { change, read } from "./storage.js";

/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {unknown} [body] sent as JSON; a text is sent as it is
 * @property {Record<string, string>} [headers]
 * @property {boolean} [device] with the token of this device, if there is one
 * @property {string} [server] another server than the one of the settings
 * @property {number} [most] bytes of the answer
 * @property {number} [timeout] milliseconds
 * @typedef {import("./shapes.js").Report} Report
 */

const TIMEOUT = 30_000;
const MOST = 4 << 20;
const LONGEST_WORDS = 300;
const LONGEST_WAIT = 24 * 3600; // seconds of a Retry-After that are believed

/** Why a request could not be done: a code the pages have words for, and what the server says. */
export class Problem extends Error {
  /** @param {string} code @param {string} [words] @param {number} [status] @param {number} [retryAfter] seconds */
  constructor(code, words = "", status = 0, retryAfter = 0) {
    super(code);
    this.code = code;
    this.words = words;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The server this browser talks to: that of the device, else that of the settings; empty when there is none. */
export async function server() {
  return (await read("device"))?.server || (await read("settings")).server;
}

/**
 * Ask for JSON. Throws `Problem`, also for answers with a status from 400.
 * @param {string} path from the server's root
 * @param {Request} [request]
 * @returns {Promise<{status: number, headers: Headers, body: any}>}
 */
export async function ask(path, request = {}) {
  const { status, headers, bytes } = await askBytes(path, request);
  const text = new TextDecoder().decode(bytes);
  if (!text) return { status, headers, body: null };
  try {
    return { status, headers, body: JSON.parse(text) };
  } catch {
    throw new Problem("server", "", status);
  }
}

/**
 * Ask for bytes, at most `most` of them. Throws `Problem`.
 * @param {string} path
 * @param {Request} [request]
 * @returns {Promise<{status: number, headers: Headers, bytes: Uint8Array}>}
 */
export async function askBytes(path, request = {}) {
  const base = request.server ?? (await server());
  if (!base) throw new Problem("address");
  const device = request.device ? await read("device") : null;
  const token = device?.server === base ? device.token : undefined; // never for another server's ears
  try {
    const response = await fetch(base + path, options(request, token));
    const bytes = await bytesOf(response, request.most ?? MOST);
    if (response.status < 400) return { status: response.status, headers: response.headers, bytes };
    throw await problemOf(response, bytes, token);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem("offline");
  }
}

/** @param {Request} request @param {string | undefined} token @returns {RequestInit} */
function options({ method = "GET", body, headers = {}, timeout = TIMEOUT }, token) {
  return {
    method,
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(timeout),
  };
}

/** @param {Response} response @param {number} most */
export async function bytesOf(response, most) {
  const reader = response.body?.getReader();
  const parts = [];
  let size = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > most) {
      await reader?.cancel();
      throw new Problem("server", "", response.status);
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {Response} response @param {Uint8Array} bytes @param {string | undefined} token */
async function problemOf(response, bytes, token) {
  const { status } = response;
  if (status === 401 && token) await revoked(token);
  const wait = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(codeOf(status), wordsOf(bytes), status, Math.min(Math.max(wait, 0), LONGEST_WAIT));
}

/** @param {number} status */
function codeOf(status) {
  /** @type {Record<number, string>} */
  const codes = { 401: "revoked", 404: "gone", 429: "limit", 503: "busy" };
  return codes[status] ?? (status >= 500 ? "server" : "refused");
}

/** What a problem document says, as a text of limited length. @param {Uint8Array} bytes */
function wordsOf(bytes) {
  try {
    const { detail } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof detail === "string" ? detail.slice(0, LONGEST_WORDS) : "";
  } catch {
    return "";
  }
}

/** Remember that the server no longer takes a token. @param {string} token */
async function revoked(token) {
  await change("device", (device) => (device?.token === token ? { ...device, revoked: true } : device));
}

const ORDER = "version page observed_at url text name key sha256 pdq quality dataset role note media links".split(" ");

/**
 * The very text that is sent for a report, as the review page shows it: in a fixed order, without what is empty.
 * @param {Report} report
 */
export function bodyOf(report) {
  return JSON.stringify(ordered(report), null, 2);
}

/** @param {any} value @returns {any} */
function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).filter((name) => !isEmpty(value[name]));
  names.sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}

/** @param {unknown} value */
function isEmpty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
