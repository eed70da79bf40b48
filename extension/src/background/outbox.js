/**
 * Reports on their way: kept until the server has them, sent at their time, each once.
 *
 * Every report has one idempotency key from the start, and is marked before it is sent: stopped in the middle, it is
 * sent again with the same key, and the server takes it once. What a report says is not judged here.
 */

import { Problem, ask, bodyOf, server } from "../shared/api.js";
import { change, changeAll, read } from "../shared/storage.js";
import { hasCome, plan } from "./alarms.js";
import { checkedReport } from "./report_shape.js";
import { rulebooks } from "./rulebooks.js";
import { keysOf, withoutSent } from "./sent_keys.js";

/**
 * @typedef {import("../shared/shapes.js").Outgoing} Outgoing
 * @typedef {import("../shared/shapes.js").Trouble} Trouble
 */

const LONGEST_DELAY = 30 * 60_000;
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 6 * 3_600_000;
const MOST_KEPT = 500; // reports; the oldest that are done go first
const FIRST_OUTCOME = 30 * 60_000;
const HELD = new Set(["revoked", "address"]); // waits for somebody to pair, or to name a server
export const PASSING = new Set(["offline", "server", "busy", "limit", "unknown"]); // passes by itself

/**
 * Put a report in the outbox. Throws `Problem`: nothing in it, or all of it was sent before.
 * @param {Record<string, any>} draft as the review page shows it
 * @param {"now" | "later"} when later: at a random moment within half an hour
 * @param {boolean} byHand
 */
export async function submit(draft, when, byHand) {
  const rules = await rulebooks();
  const whole = checkedReport(draft, rules);
  const keys = keysOf(whole, byHand, rules);
  const isHeld = (await read("device"))?.revoked === true;
  const createdAt = Date.now();
  const sendAt = when === "now" ? createdAt : createdAt + Math.round(Math.random() * LONGEST_DELAY);
  const id = crypto.randomUUID();
  await plan("outbox", sendAt); // before it is stored: stopped in between, nothing waits that nobody comes for
  await changeAll(["outbox", "sentKeys"], (values) => {
    const left = withoutSent(whole, keys, values.sentKeys);
    if (!left) throw new Problem("already-sent");
    /** @type {Outgoing} */
    const one = { id, idempotencyKey: crypto.randomUUID(), ...left, byHand, sendAt, tries: 0, state: "waiting", createdAt };
    if (isHeld) one.problem = { code: "revoked", words: "" };
    values.outbox = kept([one, ...values.outbox]);
    for (const key of left.keys) values.sentKeys[key] = mark(id);
  });
  await plan("outbox", sendAt); // once more: the alarm may have rung before there was anything to send
  return { id, sendAt };
}

/** What stands for a receipt until there is one. @param {string} id */
function mark(id) {
  return `outbox:${id}`;
}

/** @param {Outgoing[]} outbox */
function kept(outbox) {
  const done = outbox.filter(({ state }) => state === "sent" || state === "refused");
  const gone = new Set(done.slice(MOST_KEPT));
  return outbox.filter((one) => !gone.has(one));
}

/** Send what is due. @returns {Promise<number | null>} when something is due again */
export async function sendDue() {
  if ((await read("device"))?.revoked) await hold({ code: "revoked", words: "" });
  for (let one = await take(); one; one = await take()) {
    const answer = await post(one).catch(problemOf);
    if (!(answer instanceof Problem)) await taken(one.id, answer); // not kept: it goes again, under the same key
    else if (await failed(one.id, answer)) break;
  }
  const waiting = (await read("outbox")).filter(isWaiting);
  return waiting.length ? Math.min(...waiting.map(({ sendAt }) => sendAt)) : null;
}

/** @param {Outgoing} one */
function isWaiting({ state, problem }) {
  return state === "sending" || (state === "waiting" && !HELD.has(problem?.code ?? ""));
}

/** The next report that is due, marked as being sent. @returns {Promise<Outgoing | null>} */
async function take() {
  return changeAll(["outbox"], (values) => {
    const now = Date.now();
    const found = values.outbox.findLast((one) => isWaiting(one) && hasCome(one.sendAt, now));
    if (!found) return null;
    Object.assign(found, { state: "sending", tries: found.tries + 1 });
    return found;
  });
}

/** @param {Outgoing} one @returns {Promise<{receipt: string, server: string}>} the receipt, and who gave it */
async function post({ idempotencyKey, report }) {
  const headers = { "Idempotency-Key": idempotencyKey };
  const base = await server();
  const request = { method: "POST", body: bodyOf(report), headers, device: true, server: base };
  const { status, body } = await ask("/api/v1/reports", request);
  if (status === 202 && typeof body?.receipt === "string" && body.receipt.length <= 64) return { receipt: body.receipt, server: base };
  throw new Problem("server", "", status);
}

/** @param {unknown} error */
export function problemOf(error) {
  return error instanceof Problem ? error : new Problem("unknown");
}

/** @param {string} id @param {{receipt: string, server: string}} answer */
async function taken(id, answer) {
  await plan("outcomes", Date.now() + FIRST_OUTCOME);
  await changeAll(["outbox", "sentKeys"], (values) => {
    const one = values.outbox.find((other) => other.id === id);
    if (!one) return; // everything was deleted meanwhile
    Object.assign(one, { state: "sent", ...answer, problem: null, outcome: "received" });
    for (const key of one.keys) values.sentKeys[key] = answer.receipt;
  });
}

/**
 * Plan the next try, hold the report until somebody does something, or say that it is refused for good.
 * @param {string} id
 * @param {Problem} problem
 * @returns {Promise<boolean>} whether the others need not be tried either
 */
async function failed(id, { code, words, retryAfter }) {
  const isForGood = !HELD.has(code) && !PASSING.has(code);
  const trouble = { code, words };
  await changeAll(["outbox", "sentKeys"], (values) => {
    const one = values.outbox.find((other) => other.id === id);
    if (!one) return;
    const next = Date.now() + Math.max(retryAfter * 1000, wait(one.tries));
    Object.assign(one, { state: isForGood ? "refused" : "waiting", problem: trouble, sendAt: isForGood ? one.sendAt : next });
    if (isForGood) release(one, values.sentKeys);
    else for (const other of values.outbox) if (isWaiting(other)) other.sendAt = Math.max(other.sendAt, next);
  });
  if (HELD.has(code)) await hold(trouble);
  return !isForGood;
}

/** Twice as long after each try, and never all browsers at once. @param {number} tries */
function wait(tries) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries - 1, 20)) * (0.5 + Math.random());
}

/** All that wait go on waiting, until somebody does something about it. @param {Trouble} problem */
async function hold(problem) {
  await change("outbox", (outbox) => outbox.map((one) => (isWaiting(one) ? { ...one, state: "waiting", problem } : one)));
}

/** What was held may go: somebody paired again, or named a server. */
export async function resume() {
  const outbox = await change("outbox", (all) =>
    all.map((one) => (one.state === "waiting" && HELD.has(one.problem?.code ?? "") ? { ...one, problem: null } : one)),
  );
  const waiting = outbox.filter(isWaiting);
  if (waiting.length) await plan("outbox", Math.min(...waiting.map(({ sendAt }) => sendAt)));
}

/** @param {Outgoing} one @param {Record<string, string>} sentKeys */
function release({ id, keys }, sentKeys) {
  for (const key of keys) if (sentKeys[key] === mark(id)) delete sentKeys[key];
}

/** Take a report out. One that is just being sent stays. @param {string} id @returns {Promise<boolean>} */
export function remove(id) {
  return changeAll(["outbox", "sentKeys"], (values) => {
    const one = values.outbox.find((other) => other.id === id);
    if (!one || one.state === "sending") return false;
    values.outbox = values.outbox.filter((other) => other !== one);
    release(one, values.sentKeys);
    return true;
  });
}

/** Try again now, also what was refused, without what was sent meanwhile: somebody says that it may go. @param {string} id @returns {Promise<boolean>} */
export async function retry(id) {
  const rules = await rulebooks();
  const isThere = await changeAll(["outbox", "sentKeys"], (values) => {
    const one = values.outbox.find((other) => other.id === id && (other.state === "waiting" || other.state === "refused"));
    if (!one) return false;
    release(one, values.sentKeys);
    const left = withoutSent(one.report, keysOf(one.report, one.byHand, rules), values.sentKeys);
    if (!left) throw new Problem("already-sent");
    if (left.keys.length < one.keys.length) one.idempotencyKey = crypto.randomUUID(); // it says something else now
    Object.assign(one, left, { state: "waiting", sendAt: Date.now(), problem: null });
    for (const key of left.keys) values.sentKeys[key] = mark(id);
    return true;
  });
  if (isThere) await plan("outbox", Date.now());
  return isThere;
}
