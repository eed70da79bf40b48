/** What became of reports that were sent, asked for now and then; and all reports as the pages show them. Sends none. */

import { Problem, ask, server } from "../shared/api.js";
import { change, read } from "../shared/storage.js";
import { PASSING, problemOf } from "./outbox.js";
import { rulebooks } from "./rulebooks.js";

/** @typedef {import("../shared/shapes.js").Outgoing} Outgoing */

const EVERY = 6 * 3_600_000;
const LEAST = 30 * 60_000; // between two questions about one report
const LEAST_WANTED = 10_000; // the same, when somebody asks
const AT_ONCE = 20; // receipts asked for in one go
const GIVEN_UP = 60 * 24 * 3_600_000; // after that, an outcome is not asked for any more
const FINAL = new Set(["confirmed", "rejected", "gone"]);

/** All reports as the pages show them, newest first. */
export async function list() {
  const { catalogue } = await rulebooks();
  const outbox = await read("outbox");
  const items = outbox.map((one) => {
    const { id, createdAt, sendAt, state, tries, receipt, outcome, words, problem, report } = one;
    const { page, media = [], links = [] } = report;
    const ids = [...new Set(links.flatMap(({ dataset }) => dataset ?? []))];
    const datasets = ids.map((id) => catalogue.dataset(id)?.name ?? id);
    const counts = { media: media.length, links: links.length };
    const sent = { receipt, server: one.server, outcome, words };
    return { id, createdAt, sendAt, state, tries, ...sent, problem, page, datasets, counts };
  });
  const count = (/** @type {string[]} */ ...states) => items.filter(({ state }) => states.includes(state)).length;
  return { items, waiting: count("waiting", "sending"), refused: count("refused") };
}

/**
 * Ask what became of reports, a few at a time.
 * @param {boolean} [wanted] somebody asks: also what was asked for not long ago
 * @returns {Promise<number | null>} when to ask again
 */
export async function refresh(wanted = false) {
  const least = wanted ? LEAST_WANTED : LEAST;
  const base = await server();
  const open = (await read("outbox")).filter((one) => isOpen(one, base, Date.now()));
  const due = open.filter(({ checkedAt = 0 }) => Math.abs(Date.now() - checkedAt) >= least);
  due.sort((one, other) => (one.checkedAt ?? 0) - (other.checkedAt ?? 0));
  for (const one of due.slice(0, AT_ONCE)) {
    const problem = await refreshOne(one, base).catch(problemOf);
    if (problem && PASSING.has(problem.code)) return Date.now() + Math.max(problem.retryAfter * 1000, LEAST);
  }
  return open.length ? Date.now() + EVERY * (0.75 + Math.random() / 2) : null;
}

/** Only the server that gave a receipt is shown it. @param {Outgoing} one @param {string} base @param {number} now */
function isOpen({ state, receipt, server: takenBy, outcome = "", createdAt }, base, now) {
  return state === "sent" && Boolean(receipt) && takenBy === base && !FINAL.has(outcome) && now - createdAt < GIVEN_UP;
}

/** @param {Outgoing} one @param {string} base @returns {Promise<Problem | undefined>} */
async function refreshOne({ id, receipt }, base) {
  const answer = await ask(`/api/v1/reports/${receipt}`, { server: base }).catch((error) => problemOf(error));
  if (answer instanceof Problem && answer.code !== "gone") return answer;
  const told = answer instanceof Problem ? { state: "gone", words: "" } : answer.body;
  const state = String(told?.state).slice(0, 20);
  const words = String(told?.words ?? "").slice(0, 300);
  await change("outbox", (outbox) =>
    outbox.map((one) => (one.id === id ? { ...one, outcome: state, words, checkedAt: Date.now() } : one)),
  );
  return undefined;
}
