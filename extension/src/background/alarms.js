/**
 * One queue for all timed work: each task with the moment it is due, one alarm of the browser for the next of them.
 *
 * A task is marked as begun before it runs and planned anew when it ends. Stopped in between, or slept through, it is
 * due again soon; and an alarm that was not answered to its end rings again every minute. What a task does is not known
 * here.
 */

import { alarm } from "../shared/browser.js";
import { change, read } from "../shared/storage.js";

/** @typedef {Record<string, () => Promise<number | null>>} Tasks each answers when it is due again; null: never */

export const BEGUN = 2 * 60_000; // a task that did not end by then is due again
const AFTER_FAILURE = 10 * 60_000;
const FARTHEST = 25 * 3_600_000; // nothing is planned later than that
const NEXT = "next";

/** Tasks that run now, in this life of the worker. @type {Promise<void> | null} */
let running = null;

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
  await setAlarm(planned(await read("queue")));
  await setAlarm(await change("queue", planned));
}

/** Whether a planned moment has come; also one later than any is planned: the clock was set back. @param {number} moment @param {number} now */
export function hasCome(moment, now) {
  return moment <= now || moment > now + FARTHEST;
}

/** @param {string} name */
export async function cancel(name) {
  await setAlarm(
    await change("queue", (queue) => {
      delete queue[name];
      return queue;
    }),
  );
}

/** Run what is due, one after the other, and set the alarm for the next. Once at a time. @param {Tasks} tasks */
export async function runDue(tasks) {
  if (running) await running;
  running ??= runAll(tasks)
    .catch(() => undefined) // the disk is full: the alarm rings again every minute
    .finally(() => {
      running = null;
    });
  return running;
}

/** @param {Tasks} tasks */
async function runAll(tasks) {
  for (const name of Object.keys(tasks)) {
    const due = (await read("queue"))[name];
    if (due !== undefined && hasCome(due, Date.now())) await run(name, tasks[name]);
  }
  await setAlarm(await read("queue"));
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

/** @param {Record<string, number>} queue */
async function setAlarm(queue) {
  const moments = Object.values(queue);
  if (moments.length) await alarm.set(NEXT, Math.max(Math.min(...moments), Date.now()));
  else await alarm.clearAll();
}

/** Until nothing runs. */
export async function settled() {
  await running;
}
