/**
 * The messages between the pages of the extension, its background and its content script: names and shapes.
 *
 * Two tiers: PAGES are our own pages, they may ask for everything here; CONTENT may only hand over what a page shows,
 * by a port. What has another shape is refused without a word. Who may send is judged in background/router.js.
 */

import { toBackground } from "./browser.js";

/**
 * @typedef {"whole" | "text" | "bool" | "record" | "wholes" | "texts" | "when"} Kind
 * @typedef {Record<string, Kind | `${Kind}?`>} Shape fields of a message; with `?`: may be left out
 */

export const COLLECT = "collect"; // name of the port of the content script

/** @type {Record<string, Shape>} */
export const PAGES = {
  "findings.get": { tabId: "whole" },
  "findings.mark": { tabId: "whole", place: "text" },
  "pictures.compare": { tabId: "whole" },
  "report.draft": { tabId: "whole", hand: "text?", keep: "texts?" },
  "report.send": { draft: "record", when: "when", hand: "text?" },
  "outbox.list": {},
  "outbox.remove": { id: "text" },
  "outbox.retry": { id: "text" },
  "outcomes.refresh": {},
  "alerts.list": {},
  "alerts.read": { ids: "wholes" },
  "alerts.check": {},
  "list.status": {},
  "list.update": {},
  "device.pair": { code: "text", name: "text", server: "text?" },
  "device.state": {},
  "device.forget": {},
  "settings.get": {},
  "settings.set": { changes: "record" },
  "hosts.list": {},
  "hosts.set": { id: "text", on: "bool" },
  "page.ask": { tabId: "whole" },
  "data.view": {},
  "data.export": {},
  "data.delete": {},
};

const LONGEST = 20_000; // characters
const MOST = 1_000;

/** @type {Record<Kind, (value: any) => boolean>} */
const KINDS = {
  whole: Number.isSafeInteger,
  text: (value) => typeof value === "string" && value.length <= LONGEST,
  bool: (value) => typeof value === "boolean",
  record: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  wholes: (value) => Array.isArray(value) && value.length <= MOST && value.every(Number.isSafeInteger),
  texts: (value) => Array.isArray(value) && value.length <= MOST && value.every((one) => KINDS.text(one)),
  when: (value) => value === "now" || value === "later",
};

/**
 * The type and fields of a message of our pages; null for what is none.
 * @param {unknown} message
 * @returns {{type: string, fields: Record<string, any>} | null}
 */
export function readMessage(message) {
  if (!KINDS.record(message)) return null;
  const { type, ...fields } = /** @type {Record<string, any>} */ (message);
  if (typeof type !== "string" || !Object.hasOwn(PAGES, type)) return null;
  const shape = PAGES[type];
  if (!Object.keys(fields).every((name) => Object.hasOwn(shape, name))) return null;
  return Object.entries(shape).every(([name, kind]) => isOf(kind, fields[name])) ? { type, fields } : null;
}

/** @param {string} kind @param {unknown} value */
function isOf(kind, value) {
  if (kind.endsWith("?")) return value === undefined || KINDS[/** @type {Kind} */ (kind.slice(0, -1))](value);
  return KINDS[/** @type {Kind} */ (kind)](value);
}

/**
 * Ask the background. Never throws: what went wrong is `{error: {code, words}}`.
 * @param {string} type
 * @param {Record<string, unknown>} [fields]
 * @returns {Promise<any>}
 */
export async function send(type, fields = {}) {
  try {
    return (await toBackground({ type, ...fields })) ?? { error: { code: "unknown", words: "" } };
  } catch {
    return { error: { code: "unknown", words: "" } };
  }
}
