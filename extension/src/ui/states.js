/**
 * What the popup and the panel have to say besides what was found: how the page stands, and what needs attention.
 *
 * Decides only; found.js and notices.js build the elements.
 */

/**
 * @typedef {{code: string, words?: string}} Problem
 * @typedef {{key: string, how: string, place: string, text?: string, url?: string}} Work
 * @typedef {{place: string, url: string, distance: number}} Picture
 * @typedef {import("./words.js").Copy & {reason: string, place: string, hasCode?: boolean, unlisted?: boolean}} Copy
 * @typedef {object} Findings
 * @property {string} page
 * @property {number | string} at
 * @property {Work[]} works
 * @property {Copy[]} copies
 * @property {Picture[]} [pictures]
 * @property {{candidates: number, matched: number}} counts
 * @property {boolean} capped
 * @typedef {object} Answer of findings.get
 * @property {{id: number, url: string}} [tab]
 * @property {string} [state]
 * @property {{id: string, name: string, origins: string[], on: boolean, granted: boolean} | null} [host]
 * @property {Findings | null} [findings]
 * @property {Problem} [error]
 * @typedef {object} Now all that a page knows
 * @property {Answer} found
 * @property {any} list
 * @property {any} device
 * @property {any} outbox
 * @property {any} alerts
 * @property {any} settings
 * @property {boolean} [isBeside] in the panel, not in the popup
 * @typedef {object} Line one thing to know
 * @property {string} code
 * @property {"wait" | "bad" | "plain" | "good"} tone
 * @property {number} [count]
 * @property {string} [at] the moment it is about
 * @property {string} [why] a list was refused
 * @property {string} [action] what a button offers
 */

const AWAY = new Set(["offline", "server", "busy"]); // problems on the way to the list
const QUIET_STATES = new Set(["no-page", "other", "off"]);

/**
 * How the page stands: "error", "no-page", "hidden", "other", "off", "reading", "nothing" or "found".
 *
 * "hidden": the panel beside a page may not even know its address; the popup may, since it was opened by a click.
 * @param {Answer} answer
 * @param {boolean} [isBeside]
 */
export function stateOf(answer, isBeside = false) {
  const { error, state = "ready", findings } = answer;
  if (isBeside && isUnknown(answer)) return "hidden";
  if (error) return error.code === "no-tab" ? "no-page" : "error";
  if (QUIET_STATES.has(state)) return state;
  if (findings && countOf(findings) > 0) return "found";
  return !findings || state === "reading" ? "reading" : "nothing";
}

/** @param {Answer} answer */
function isUnknown({ state, tab }) {
  return state === "no-page" && !tab?.url;
}

/** @param {Findings} findings */
function countOf({ works, copies, pictures = [] }) {
  return works.length + copies.length + pictures.length;
}

/** Whether there is anything that a report could say. @param {Answer} answer */
export function canReport(answer) {
  return ["found", "nothing", "reading"].includes(stateOf(answer));
}

/** What needs attention, most pressing first. @param {Now} now @returns {Line[]} */
export function linesOf(now) {
  return [...deviceLines(now), ...listLines(now), ...pageLines(now), ...waitingLines(now)];
}

/** @param {Now} now @returns {Line[]} */
function deviceLines({ device, list, settings }) {
  if (device?.revoked) return [{ code: "revoked", tone: "bad", action: "pair" }];
  if (!settings?.server) return [{ code: "no_server", tone: "plain", action: "pair" }];
  if (device?.offline || AWAY.has(list?.problem)) return [{ code: "offline", tone: "wait", action: "reach" }];
  return device?.paired === false ? [{ code: "not_paired", tone: "plain", action: "pair" }] : [];
}

/** @param {Now} now @returns {Line[]} */
function listLines({ list, settings }) {
  const { state, why, made_at: at } = list ?? {};
  if (state === "refused") return [{ code: "list_refused", tone: "bad", action: "list", why }];
  if (state === "stale") return [{ code: "list_stale", tone: "wait", action: "update", at }];
  if (state === "none") return [{ code: "list_none", tone: "wait", action: settings?.server ? "update" : undefined }];
  return [];
}

/** @param {Now} now @returns {Line[]} */
function pageLines({ found }) {
  const { findings } = found;
  return findings?.capped ? [{ code: "capped", tone: "wait", count: findings.counts.candidates }] : [];
}

/** @param {Now} now @returns {Line[]} */
function waitingLines({ outbox, alerts }) {
  /** @type {Line[]} */
  const lines = [];
  if (outbox?.refused) lines.push({ code: "refused", tone: "bad", count: outbox.refused, action: "outbox" });
  if (outbox?.waiting) lines.push({ code: "waiting", tone: "plain", count: outbox.waiting, action: "outbox" });
  if (alerts?.unread) lines.push({ code: "alerts", tone: "good", count: alerts.unread, action: "alerts" });
  return lines;
}

/**
 * Works found by key or name, and pictures that look like one, each at its place once.
 * @param {Work[]} works
 * @param {Picture[]} pictures
 * @returns {Work[]}
 */
export function allWorks(works, pictures) {
  const seen = new Set();
  return [...works, ...pictures.map(({ place, url }) => ({ key: "", how: "pdq", place, url }))].filter(
    ({ key, place }) => {
      const name = `${key || "picture"} ${place}`;
      return !seen.has(name) && seen.add(name);
    },
  );
}
