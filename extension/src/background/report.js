/**
 * Findings → the report somebody may send, and what to warn of.
 *
 * What is drafted is exactly what is sent: the person takes parts out, adds a note, nothing else happens to it. Sends
 * nothing: that is outbox.js.
 */

import { Problem } from "../shared/api.js";
import { read, readSession } from "../shared/storage.js";
import { codeIn, oneLine, placeKey, plainAddress, plainWords, withCode } from "./addresses.js";
import { codesOf, findingsOf } from "./findings.js";
import { knownHosts } from "./hosts.js";
import { rulebooks } from "./rulebooks.js";

/**
 * @typedef {import("./rulebooks.js").Rulebooks} Rulebooks
 * @typedef {import("../shared/shapes.js").Report} Report
 * @typedef {import("../shared/shapes.js").ObservedLink} ObservedLink
 * @typedef {import("../shared/shapes.js").ObservedMedia} ObservedMedia
 * @typedef {import("../shared/shapes.js").Findings} Findings
 * @typedef {import("../shared/shapes.js").FoundCopy} FoundCopy
 * @typedef {{code: "unlisted" | "access-code" | "long", path: string}} Warning
 * @typedef {object} ByHand what somebody pointed at: a page, a picture or a link on it
 * @property {string} page
 * @property {string[]} media
 * @property {{url: string, text: string}[]} links
 * @typedef {object} Draft
 * @property {Report} report
 * @property {Warning[]} warnings
 * @property {string[]} removable JSON pointers
 * @property {number} left_out parts that were sent before
 */

const MOST_MEDIA = 500;
const MOST_LINKS = 200;
const HOUR = 3_600_000;

/**
 * The draft of a report on the page of a tab, or on what somebody pointed at. Throws `Problem` when there is nothing.
 * @param {{tabId: number, hand?: string, keep?: string[]}} wanted keep: links whose access code is to be in it
 * @returns {Promise<Draft>}
 */
export async function draft({ tabId, hand, keep = [] }) {
  const rules = await rulebooks();
  if (hand !== undefined) return draftByHand(await readSession(`hand/${hand}`), keep, rules);
  const findings = await findingsOf(tabId);
  if (!findings) throw new Problem("nothing");
  const { copies: all, media: found, leftOut } = unsent(findings, await read("sentKeys"), rules);
  const copies = all.slice(0, MOST_LINKS);
  const codes = await codesOf(tabId);
  const links = copies.map((copy, at) => {
    return linkOf(copy, codes[`${copy.location}|${copy.dataset}`], keep.includes(`/links/${at}`), rules);
  });
  const datasets = [...new Set(copies.map(({ name }) => name))];
  const isLong = found.length > MOST_MEDIA || all.length > MOST_LINKS || findings.capped;
  /** @type {Report} */
  const report = {
    ...head(findings.page),
    ...(datasets.length === 1 ? { dataset: datasets[0] } : {}),
    media: found.slice(0, MOST_MEDIA),
    links,
  };
  /** @type {Warning[]} */
  const warnings = copies.flatMap(({ hasCode }, at) => (hasCode ? [{ code: "access-code", path: `/links/${at}` }] : []));
  if (isLong) warnings.push({ code: "long", path: "" });
  return { ...(await finished(report, warnings, rules)), left_out: leftOut };
}

/**
 * What was found and not sent before; all of it, where all of it was sent.
 * @param {Findings} findings
 * @param {Record<string, string>} sent
 * @param {Rulebooks} rules
 * @returns {{copies: FoundCopy[], media: ObservedMedia[], leftOut: number}}
 */
function unsent({ page, copies, works, pictures }, sent, rules) {
  const media = [...works.map(mediaOfWork), ...pictures.map((one) => pictureOf(one, rules))];
  const newCopies = copies.filter(({ url, dataset }) => !Object.hasOwn(sent, `${placeKey(url, rules)}|${dataset}`));
  const newMedia = Object.hasOwn(sent, `${placeKey(page, rules)}|-`) ? [] : media;
  if (!newCopies.length && !newMedia.length) return { copies, media, leftOut: 0 };
  const leftOut = copies.length - newCopies.length + media.length - newMedia.length;
  return { copies: newCopies, media: newMedia, leftOut };
}

/** @param {ByHand | undefined} pointed @param {string[]} keep @param {Rulebooks} rules */
async function draftByHand(pointed, keep, rules) {
  const page = pointed && plainAddress(pointed.page, rules);
  if (!pointed || !page) throw new Problem("nothing");
  const media = pointed.media.flatMap((url) => {
    const plain = /^https?:/i.test(url) ? plainAddress(url, rules) : null;
    const key = rules.workKeys(url)[0]?.key;
    return plain ? [{ url: plain.url, ...(key && key.length <= 300 ? { key } : {}) }] : [];
  });
  const found = pointed.links.flatMap(({ url, text }) => {
    const plain = plainAddress(url, rules);
    return plain ? [{ url: plain.url, text, code: plain.code ?? codeIn(plain.url, text, rules) ?? undefined }] : [];
  });
  const links = found.map((one, at) => linkOf(one, one.code, keep.includes(`/links/${at}`), rules));
  /** @type {Warning[]} */
  const warnings = found.flatMap(({ code }, at) => (code ? [{ code: "access-code", path: `/links/${at}` }] : []));
  if (page.code) warnings.push({ code: "access-code", path: "/page" });
  return finished({ ...head(page.url), media, links }, warnings, rules);
}

/** Never the exact time: the hour is enough. @param {string} page @returns {Report} */
function head(page) {
  const hour = new Date(Math.floor(Date.now() / HOUR) * HOUR).toISOString().replace(".000Z", "Z");
  return { version: 1, page, observed_at: hour };
}

/** @param {import("../shared/shapes.js").FoundWork} work @returns {ObservedMedia} */
function mediaOfWork({ key, how, text, url }) {
  const name = how === "name" && !url ? { name: text.slice(0, 300) } : {};
  return { ...(url ? { url } : {}), ...name, ...(key.length <= 300 ? { key } : {}) };
}

/** @param {import("../shared/shapes.js").FoundPicture} picture @param {Rulebooks} rules @returns {ObservedMedia} */
function pictureOf({ url, pdq, quality }, rules) {
  const plain = /^https?:/i.test(url) ? plainAddress(url, rules) : null;
  return { ...(plain ? { url: plain.url } : {}), pdq, quality };
}

/**
 * @param {{url: string, text: string, dataset?: string, role?: FoundCopy["role"]}} copy
 * @param {string | undefined} code
 * @param {boolean} isKept
 * @param {Rulebooks} rules
 * @returns {ObservedLink}
 */
function linkOf({ url, text, dataset, role }, code, isKept, rules) {
  const words = oneLine(plainWords(text, code ?? null, rules), 400);
  const about = { ...(dataset ? { dataset } : {}), ...(role ? { role } : {}) };
  if (!code || !isKept) return { url, ...(words ? { text: words } : {}), ...about };
  const open = withCode(url, code, rules);
  return { url: open ?? url, text: open ? words : oneLine(`${words} ${CODE}${code}`, 500), ...about };
}

export const CODE = "Access code: ";

/** With what can be taken out, and a warning for each place that only those come to who have its link. @param {Report} report @param {Warning[]} warnings @param {Rulebooks} rules @returns {Promise<Draft>} */
async function finished(report, warnings, rules) {
  const unlisted = new Set((await knownHosts()).flatMap((host) => (host.unlisted ? [host.id] : [])));
  const isUnlisted = (/** @type {string} */ url) => {
    const where = rules.location(url);
    return where !== null && (where.kind === "share" || where.hidden || unlisted.has(where.key.split(":", 1)[0]));
  };
  const { media = [], links = [] } = report;
  /** @type {Warning[]} */
  const places = [
    ...(isUnlisted(report.page) ? [/** @type {Warning} */ ({ code: "unlisted", path: "/page" })] : []),
    ...links.flatMap(({ url }, at) => (isUnlisted(url) ? [/** @type {Warning} */ ({ code: "unlisted", path: `/links/${at}` })] : [])),
  ];
  const removable = ["/observed_at", ...(report.dataset ? ["/dataset"] : []), ...pointers("media", media), ...pointers("links", links)];
  return { report, warnings: [...places, ...warnings], removable, left_out: 0 };
}

/** @param {string} name @param {object[]} list */
function pointers(name, list) {
  return list.flatMap((one, at) => {
    const parts = Object.keys(one).length > 1 ? Object.keys(one).filter((part) => part !== "url") : [];
    return [`/${name}/${at}`, ...parts.map((part) => `/${name}/${at}/${part}`)];
  });
}
