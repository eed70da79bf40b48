/**
 * A report → rows that people can read, and the report without the rows that were taken out. Builds no elements.
 *
 * A row is named by its JSON pointer. What is shown and what is sent come from the same object.
 */

/**
 * @typedef {import("../shared/shapes.js").Report} Report
 * @typedef {{code: string, path: string}} Warning
 * @typedef {{report: Report, warnings: Warning[], removable: string[]}} Draft
 * @typedef {object} Row
 * @property {string} path JSON pointer
 * @property {string} label key of its name
 * @property {string} value
 * @property {boolean} removable
 * @property {string[]} warnings codes
 * @typedef {object} Entry a link or a picture
 * @property {string} path
 * @property {"links" | "media"} kind
 * @property {number} number from 1
 * @property {Row[]} rows
 * @property {string[]} warnings codes
 */

const HEAD = /** @type {const} */ (["page", "observed_at", "dataset"]);
const PARTS = {
  links: /** @type {const} */ (["url", "text", "dataset", "role"]),
  media: /** @type {const} */ (["url", "name", "key", "sha256", "pdq", "quality"]),
};
export const NOTE = "/note";

/**
 * The rows about the page itself. The note has its own field.
 * @param {Draft} draft
 * @returns {Row[]}
 */
export function headRows({ report, warnings, removable }) {
  return HEAD.filter((name) => report[name]).map((name) => row(`/${name}`, name, report[name], warnings, removable));
}

/**
 * Links or pictures of a report, each with its rows.
 * @param {Draft} draft
 * @param {"links" | "media"} kind
 * @returns {Entry[]}
 */
export function entries({ report, warnings, removable }, kind) {
  return (report[kind] ?? []).map((one, at) => {
    const path = `/${kind}/${at}`;
    const values = /** @type {Record<string, unknown>} */ (one);
    const rows = PARTS[kind]
      .filter((name) => isSaid(values[name]))
      .map((name) => row(`${path}/${name}`, name, values[name], warnings, removable));
    return { path, kind, number: at + 1, rows, warnings: codesAt(warnings, path) };
  });
}

/**
 * @param {string} path
 * @param {string} name
 * @param {unknown} value
 * @param {Warning[]} warnings
 * @param {string[]} removable
 * @returns {Row}
 */
function row(path, name, value, warnings, removable) {
  return {
    path,
    label: `row_${name}`,
    value: String(value),
    removable: removable.includes(path),
    warnings: codesAt(warnings, path),
  };
}

/** @param {Warning[]} warnings @param {string} path */
function codesAt(warnings, path) {
  return warnings.filter((one) => one.path === path).map(({ code }) => code);
}

/** @param {unknown} value */
function isSaid(value) {
  return value !== null && value !== undefined && value !== "";
}

/**
 * The report as it will be sent: without what was taken out, with the note. Entries that say nothing any more go too.
 * @param {Report} report
 * @param {Set<string>} removed JSON pointers
 * @param {string} note
 * @returns {Report}
 */
export function without(report, removed, note) {
  const left = /** @type {any} */ ({});
  for (const [name, value] of Object.entries(report)) {
    if (removed.has(`/${name}`) || name === "note") continue;
    left[name] = Array.isArray(value)
      ? value.map((one, at) => entryLeft(one, `/${name}/${at}`, removed)).filter(saysSomething)
      : value;
  }
  if (note.trim()) left.note = note.trim();
  return left;
}

/** @param {Record<string, unknown>} entry @param {string} path @param {Set<string>} removed */
function entryLeft(entry, path, removed) {
  if (removed.has(path)) return {};
  return Object.fromEntries(
    Object.entries(entry).filter(([name, value]) => isSaid(value) && !removed.has(`${path}/${name}`)),
  );
}

/** A link needs its address; a picture anything that names it. @param {Record<string, unknown>} entry */
function saysSomething(entry) {
  if ("role" in entry || "dataset" in entry || "text" in entry) return "url" in entry;
  return Object.keys(entry).some((name) => name !== "quality");
}

/** Whether a row is out, itself or with what it belongs to. @param {string} path @param {Set<string>} removed */
export function isOut(path, removed) {
  const parts = path.split("/");
  return parts.some((_, at) => at > 0 && removed.has(parts.slice(0, at + 1).join("/")));
}

/**
 * How many warnings are about something that would still be sent.
 * @param {Warning[]} warnings
 * @param {Set<string>} removed
 */
export function openWarnings(warnings, removed) {
  return warnings.filter(({ path }) => !isOut(path, removed) && !isOut(`${path}/url`, removed));
}
