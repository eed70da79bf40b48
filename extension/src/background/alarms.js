/**
 * One queue for all timed work: each task with the moment it is due, one alarm of the browser for the next of them.
 *
 * A task is marked as begun before it runs and planned anew when it ends. Stopped in between, or slept through, it is
 * due again soon; and an alarm that was not answered to its end rings again every minute. What a task does is not known
 * here.
 */

import { alarm } from "../shared/browser.js";
import { change, read } from "../shared/storage.js";
import { turns } from "../shared/turns.js";

/** @typedef {Record<string, () => Promise<number | null>>} Tasks each answers when it is due again; null: never */

export const BEGUN = 2 * 60_000; // a task that did not end by then is due again
const AFTER_FAILURE = 10 * 60_000;
const FARTHEST = 25 * 3_600_000; // nothing is planned later than that
const NEXT = "next";

/** Tasks that run now, in this life of the worker. @type {Map<string, Promise<void>>} */
const running = new Map();
const inTurn = turns(); // the alarm is set anew one after the other, each time for what is planned then

/**
 * Plan a task; sooner than planned before, or anew with `replace`. The alarm is set first: stopped in between, it rings
 * for nothing, and that does no harm.
 * @param {string} name
 * @param {number} at
 */
export async function plan(name, at, { replace = false } = {}) {
  const planned = (/** @type {Record<string, number>} */ queue) => {
    return { ...queue, [name]: replace ? at : Math.min(queue[name] ?? Infinity, at) };
  };
  await setAlarm(planned);
  await change("queue", planned);
  await setAlarm();
}

/** Whether a planned moment has come; also one later than any is planned: the clock was set back. @param {number} moment @param {number} now */
export function hasCome(moment, now) {
  return moment <= now || moment > now + FARTHEST;
}

/** @param {string} name */
export async function cancel(name) {
  await change("queue", (queue) => {
    delete queue[name];
    return queue;
  });
  await setAlarm();
}

/** Run what is due, each once at a time; none waits for another: a list may take minutes to come. @param {Tasks} tasks */
export async function runDue(tasks) {
  await Promise.all(Object.entries(tasks).map(([name, task]) => runOnce(name, task)));
}

/** @param {string} name @param {Tasks[string]} task */
async function runOnce(name, task) {
  await running.get(name);
  if (!running.has(name)) running.set(name, runIfDue(name, task));
  await running.get(name);
}

/** @param {string} name @param {Tasks[string]} task */
async function runIfDue(name, task) {
  try {
    const due = (await read("queue"))[name];
    if (due !== undefined && hasCome(due, Date.now())) await run(name, task);
    await setAlarm();
  } catch {
    // the disk is full: the alarm rings again every minute
  } finally {
    running.delete(name);
  }
}

/** @param {string} name @param {Tasks[string]} task */
async function run(name, task) {
  const begun = Date.now() + BEGUN;
  await change("queue", (queue) => ({ ...queue, [name]: begun }));
  const next = await task().catch(() => Date.now() + AFTER_FAILURE);
  await change("queue", (queue) => {
    const { [name]: planned, ...others } = queue;
    const moments = [next ?? Infinity, planned === undefined || planned === begun ? Infinity : planned];
    const at = Math.min(...moments);
    return planned === undefined || at === Infinity ? others : { ...others, [name]: at };
  });
}

/** Set the alarm for what is next. @param {(queue: Record<string, number>) => Record<string, number>} [planned] what will be in the queue soon */
function setAlarm(planned = (queue) => queue) {
  return inTurn(async () => {
    const moments = Object.values(planned(await read("queue")));
    if (moments.length) await alarm.set(NEXT, Math.max(Math.min(...moments), Date.now()));
    else await alarm.clearAll();
  });
}

/** Until nothing runs. */
export async function settled() {
  await Promise.all(running.values());
}
