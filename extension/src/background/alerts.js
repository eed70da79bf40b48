/**
 * Alerts of the account behind this device: asked for now and then, kept, counted at the icon, told once.
 *
 * What is new is stored together with how far we have read, and marked as untold until its notification is there:
 * stopped anywhere in between, nothing is lost and nothing is told twice.
 */

import { Problem, ask } from "../shared/api.js";
import { notify } from "../shared/browser.js";
import { load, plural, t } from "../shared/i18n.js";
import { quietUntil } from "../shared/settings.js";
import { change, read } from "../shared/storage.js";
import { MOST, alertsOf, pageOf } from "./alert_shape.js";
import { showUnread } from "./badge.js";

/**
 * @typedef {import("../shared/shapes.js").Alert} Alert
 * @typedef {import("../shared/shapes.js").AlertBook} AlertBook
 */

const EVERY = 15 * 60_000;
const AGAIN = 24 * 3_600_000; // older ones are read again once a day: a moderator may have taken one back
const MOST_PAGES = 10;
const MOST_KEPT = 500;
const MOST_SINGLE = 3; // notifications at once; more are told in one

/** Ask for alerts, keep and tell what is new. @returns {Promise<number | null>} when to ask again */
export async function check() {
  const device = await read("device");
  if (!device || device.revoked) return null;
  let wait = EVERY * (0.8 + Math.random() * 0.4);
  try {
    for (let left = MOST_PAGES; left > 0 && (await readOn()); left--);
    await readAgain();
    await change("alerts", (book) => ({ ...book, checkedAt: Date.now(), problem: null }));
  } catch (error) {
    const { code, words, retryAfter } = error instanceof Problem ? error : new Problem("unknown");
    await change("alerts", (book) => ({ ...book, problem: { code, words } }));
    if (code === "revoked") return null;
    wait = Math.max(wait, retryAfter * 1000);
  }
  const quietEnd = await tell();
  return Math.min(Math.round(Date.now() + wait), quietEnd ?? Infinity);
}

/** Read what comes after what we know. @returns {Promise<boolean>} whether there is more */
async function readOn() {
  const { after, etag } = await read("alerts");
  /** @type {Record<string, string>} */
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await ask(`/api/v1/alerts?after=${after}&limit=${MOST}`, { headers, device: true });
  if (answer.status === 304) return false;
  const found = alertsOf(answer.body);
  const last = Number(answer.body?.after);
  await change("alerts", (book) => {
    if (book.after !== after) return book; // somebody else was quicker, or everything was forgotten
    const known = new Set(book.items.map(({ id }) => id));
    const fresh = found.filter(({ id }) => id > after && !known.has(id));
    return {
      ...book,
      after: Number.isSafeInteger(last) && last > after ? last : after,
      etag: fresh.length ? "" : (answer.headers.get("ETag") ?? "").slice(0, 200),
      items: [...fresh].reverse().concat(book.items).slice(0, MOST_KEPT),
      untold: [...book.untold, ...fresh.filter(({ state }) => state !== "dismissed").map(({ id }) => id)],
      page: pageOf(answer.body?.page) || book.page,
    };
  });
  return found.length === MOST;
}

/** Read those we know again, from time to time: only how they stand, nothing is told. */
async function readAgain() {
  const { items, refreshedAt = 0 } = await read("alerts");
  if (refreshedAt && (!items.length || Math.abs(Date.now() - refreshedAt) < AGAIN)) return;
  if (!refreshedAt) return void (await change("alerts", (book) => ({ ...book, refreshedAt: Date.now() })));
  const oldest = items.slice(0, MOST).at(-1)?.id ?? 1;
  const answer = await ask(`/api/v1/alerts?after=${Math.max(0, oldest - 1)}&limit=${MOST}`, { device: true });
  const now = new Map(alertsOf(answer.body).map((one) => [one.id, one]));
  await change("alerts", (book) => {
    return { ...book, refreshedAt: Date.now(), items: book.items.map((one) => now.get(one.id) ?? one) };
  });
}

/** Show what was not told yet, unless it is a quiet hour. @returns {Promise<number | null>} when that hour ends */
export async function tell() {
  const { items, untold, read: seen } = await read("alerts");
  await showUnread(unread(items, seen).length);
  const { quiet, language } = await read("settings");
  const end = quietUntil(quiet, Date.now());
  const waiting = items.filter(({ id }) => untold.includes(id) && !seen.includes(id));
  if (waiting.length && end !== null) return end;
  if (waiting.length) {
    await load(language);
    if (waiting.length > MOST_SINGLE) await notify("alerts", t("background_alert_title"), plural("background_alert_words", waiting.length));
    else for (const one of [...waiting].reverse()) await tellOne(one);
  }
  if (untold.length) await told(untold);
  return null;
}

/** @param {Alert} alert */
async function tellOne({ id, site, works_total }) {
  await notify(`alert-${id}`, t("background_alert_title"), `${site}: ${plural("background_alert_works", works_total)}`);
  await told([id]);
}

/** @param {number[]} ids */
async function told(ids) {
  await change("alerts", (book) => ({ ...book, untold: book.untold.filter((id) => !ids.includes(id)) }));
}

/** @param {Alert[]} items @param {number[]} seen */
function unread(items, seen) {
  return items.filter(({ id, state }) => state !== "dismissed" && !seen.includes(id));
}

/** All alerts, newest first, with what was read. */
export async function list() {
  const { items, read: seen, page, checkedAt, problem } = await read("alerts");
  const told = items.map((one) => ({ ...one, read: seen.includes(one.id) }));
  return { items: told, unread: unread(items, seen).length, page, checkedAt, problem };
}

/** @param {number[]} ids */
export async function markRead(ids) {
  const { items, read: seen } = await change("alerts", (book) => {
    const known = new Set(book.items.map(({ id }) => id));
    return { ...book, read: [...new Set([...book.read, ...ids])].filter((id) => known.has(id)) };
  });
  await showUnread(unread(items, seen).length);
}
