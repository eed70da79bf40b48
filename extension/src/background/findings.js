/**
 * What was found on the pages of open tabs: put together from their frames, kept until the browser is closed at most.
 *
 * Finds nothing and sends nothing. Access codes are kept under another key, so that findings can be shown as they are.
 */

import { allOfSession, changeSession, read, readSession } from "../shared/storage.js";
import { turns } from "../shared/turns.js";
import { showFound } from "./badge.js";

/**
 * @typedef {import("../shared/shapes.js").Findings} Findings
 * @typedef {import("../shared/shapes.js").FoundWork} FoundWork
 * @typedef {import("../shared/shapes.js").FoundCopy} FoundCopy
 * @typedef {import("../shared/shapes.js").FoundPicture} FoundPicture
 * @typedef {{url: string, place: string, w: number, h: number}} Picture a picture on a page, to be compared on request
 * @typedef {object} Part what was found in one frame
 * @property {string} page
 * @property {string} title
 * @property {FoundWork[]} works
 * @property {FoundCopy[]} copies
 * @property {Record<string, string>} codes access codes by location and dataset
 * @property {Picture[]} pictures
 * @property {number} candidates
 * @property {boolean} capped
 * @property {boolean} isDone
 */

const MOST_LEFT = 50; // pages that are kept after their tab went on
const MOST_PICTURES = 300;
const inTurn = turns(); // frames tell at the same time, and tabs go on meanwhile

/** @param {number} tabId @returns {Promise<Findings | null>} */
export async function findingsOf(tabId) {
  return (await readSession(`findings/${tabId}`)) ?? null;
}

/** The access codes seen on the page of a tab, by location and dataset. @param {number} tabId @returns {Promise<Record<string, string>>} */
export async function codesOf(tabId) {
  return (await readSession(`codes/${tabId}`)) ?? {};
}

/** @param {number} tabId @returns {Promise<Picture[]>} */
export async function picturesOf(tabId) {
  return (await readSession(`pictures/${tabId}`)) ?? [];
}

/**
 * Take in what was found in a frame; it replaces what the frame said before. A new page in the top frame starts anew.
 * What browsers keep for a session is limited: where there is no room, pages of the past make some.
 * @param {number} tabId
 * @param {number} frame
 * @param {Part} part
 * @param {() => boolean} isThere whether the frame still shows that page; if not, another may have told of its own
 */
export function saveFrame(tabId, frame, part, isThere) {
  return inTurn(async () => {
    if (!isThere()) return;
    try {
      await save(tabId, frame, part);
    } catch {
      await makeRoom(tabId);
      await save(tabId, frame, part);
    }
  });
}

/** Until all that was told so far is kept. */
export function settled() {
  return inTurn(async () => undefined);
}

/** @param {number} tabId @param {number} frame @param {Part} part */
async function save(tabId, frame, part) {
  const isOf = (/** @type {{place: string}} */ { place }) => place.startsWith(`${frame}:`);
  const before = countOf(await findingsOf(tabId));
  let isNewPage = false;
  const findings = await changeSession(`findings/${tabId}`, (/** @type {Findings | undefined} */ now) => {
    isNewPage = !now || now.left === true || (frame === 0 && now.page !== part.page);
    return merged(now && !isNewPage ? now : blank(part), frame, part, isOf);
  });
  await changeSession(`codes/${tabId}`, (now) => orNone({ ...(isNewPage ? {} : now), ...part.codes }));
  await changeSession(`pictures/${tabId}`, (/** @type {Picture[] | undefined} */ now) => {
    const others = isNewPage ? [] : (now ?? []).filter((one) => !isOf(one));
    return orNone([...others, ...part.pictures].slice(0, MOST_PICTURES));
  });
  if (countOf(findings) !== before || isNewPage || part.isDone) await showFound(tabId, countOf(findings));
  if (frame === 0 && part.isDone) await changeSession(`findings/${tabId}`, (now) => now && { ...now, state: "ready" });
}

/** @template {object} T @param {T} value */
function orNone(value) {
  return Object.keys(value).length ? value : undefined;
}

/** @param {Part} part @returns {Findings} */
function blank({ page, title }) {
  const counts = { candidates: 0, matched: 0 };
  return { page, title, at: Date.now(), state: "reading", works: [], copies: [], pictures: [], counts, frames: {}, capped: false };
}

/** @param {Findings} now @param {number} frame @param {Part} part @param {(one: {place: string}) => boolean} isOf @returns {Findings} */
function merged(now, frame, part, isOf) {
  const stays = (/** @type {{place: string}} */ one) => !part.isDone || !isOf(one); // what it said before, until it is done
  const works = distinct([...now.works.filter(stays), ...part.works], ({ key }) => key);
  const copies = distinct([...now.copies.filter(stays), ...part.copies], copyKey);
  const before = part.isDone ? 0 : (now.frames[frame] ?? 0);
  const frames = { ...now.frames, [frame]: Math.max(before, part.candidates) };
  const candidates = Object.values(frames).reduce((sum, one) => sum + one, 0);
  const title = frame === 0 && part.title ? part.title : now.title;
  const state = frame === 0 ? "reading" : now.state; // until the badge is there, too
  const counts = { candidates, matched: works.length };
  return { ...now, title, state, works, copies, frames, counts, capped: now.capped || part.capped };
}

/** What makes two links to a copy the same. @param {FoundCopy} copy */
export function copyKey({ location, dataset, role }) {
  return `${location}|${dataset}|${role}`;
}

/** @template T @param {T[]} all @param {(one: T) => string} keyOf @returns {T[]} */
export function distinct(all, keyOf) {
  return [...new Map([...all].reverse().map((one) => [keyOf(one), one])).values()].reverse();
}

/** What the badge counts: works, links that hand out data, pictures that look alike. @param {Findings | null} findings */
export function countOf(findings) {
  if (!findings || findings.left) return 0;
  return findings.works.length + findings.copies.filter(({ role }) => role === "data").length + findings.pictures.length;
}

/**
 * Take in what comparing the pictures of a page found, if the tab still shows it.
 * @param {number} tabId
 * @param {string} page
 * @param {FoundPicture[]} pictures
 */
export function savePictures(tabId, page, pictures) {
  return inTurn(async () => {
    const findings = await findingsOf(tabId);
    if (!findings || findings.left || findings.page !== page) return;
    const now = { ...findings, pictures };
    await changeSession(`findings/${tabId}`, () => now);
    await showFound(tabId, countOf(now));
  });
}

/**
 * A tab was closed or goes on. Findings with something in them stay if the person wants it so.
 * @param {number} tabId
 * @param {string} [page] the page it leaves; findings of another one are left alone
 */
export function leaveTab(tabId, page) {
  return inTurn(() => leave(tabId, page));
}

/** @param {number} tabId @param {string} [page] */
async function leave(tabId, page) {
  const { keepFindings } = await read("settings");
  let hasLeft = true;
  let stays = false;
  await changeSession(`findings/${tabId}`, (/** @type {Findings | undefined} */ now) => {
    hasLeft = page === undefined || now?.page === page;
    if (!hasLeft) return now;
    stays = Boolean(now && keepFindings && countOf(now));
    return now && stays ? { ...now, left: true } : undefined;
  });
  if (!hasLeft) return;
  for (const kind of stays ? ["pictures", "asked"] : ["codes", "pictures", "asked"]) {
    await changeSession(`${kind}/${tabId}`, () => undefined);
  }
  await forgetOldest();
}

/** @param {number} tabId whose pictures stay */
async function makeRoom(tabId) {
  await forgetOldest(0);
  const others = Object.keys(await allOfSession("pictures")).filter((id) => id !== String(tabId));
  for (const id of others) await changeSession(`pictures/${id}`, () => undefined);
}

/** @param {number} [most] that stay */
async function forgetOldest(most = MOST_LEFT) {
  const left = Object.entries(await allOfSession("findings")).filter(([, one]) => one.left);
  left.sort(([, one], [, other]) => other.at - one.at);
  for (const [tabId] of left.slice(most)) {
    for (const kind of ["findings", "codes"]) await changeSession(`${kind}/${tabId}`, () => undefined);
  }
}
