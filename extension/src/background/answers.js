/** What each message of our own pages does: one line each, the work is done elsewhere. */

import { Problem } from "../shared/api.js";
import * as seam from "../shared/browser.js";
import { DEFAULTS, changed } from "../shared/settings.js";
import { change, changeSession, read } from "../shared/storage.js";
import { plan, runDue } from "./alarms.js";
import * as alerts from "./alerts.js";
import * as data from "./data.js";
import * as device from "./device.js";
import { picturesOf, savePictures } from "./findings.js";
import { COLLECTOR, hostAt, knownHosts, listHosts, setHost } from "./hosts.js";
import { markPlace, placeOf } from "./kept_places.js";
import { makeMenu } from "./menus.js";
import { findingsNow } from "./opened.js";
import * as outbox from "./outbox.js";
import * as outcomes from "./outcomes.js";
import * as pictures from "./pictures.js";
import { draft } from "./report.js";
import { forgetRulebooks, rulebooks } from "./rulebooks.js";
import { keysOf, withoutSent } from "./sent_keys.js";
import { tasks } from "./tasks.js";
import * as watchList from "./watch_list.js";

/** @typedef {Record<string, any>} Fields checked by shared/messages.js */

/** @type {Record<string, (fields: any) => Promise<unknown>>} */
export const answers = {
  "findings.get": getFindings,
  "findings.mark": ({ tabId, place }) => markPlace(tabId, place),
  "pictures.compare": comparePictures,
  "report.draft": getDraft,
  "report.send": sendReport,
  "outbox.list": () => outcomes.list(),
  "outbox.remove": async ({ id }) => ({ ok: await outbox.remove(id) }),
  "outbox.retry": retry,
  "outcomes.refresh": refreshOutcomes,
  "alerts.list": () => alerts.list(),
  "alerts.read": async ({ ids }) => ({ ok: true, done: await alerts.markRead(ids) }),
  "alerts.check": checkAlerts,
  "list.status": () => watchList.status(),
  "list.update": updateList,
  "device.pair": pair,
  "device.state": () => device.state(),
  "device.forget": () => device.forget(),
  "settings.get": async () => ({ settings: await read("settings"), defaults: DEFAULTS }),
  "settings.set": setSettings,
  "hosts.list": async () => ({ hosts: await listHosts() }),
  "hosts.set": switchHost,
  "page.ask": askAboutPage,
  "data.view": () => data.view(),
  "data.export": () => data.exported(),
  "data.delete": () => data.deleteAll(),
};

/** What a page is told of an error. @param {unknown} error @returns {{code: string, words: string}} */
export function errorOf(error) {
  return error instanceof Problem ? { code: error.code, words: error.words } : { code: "unknown", words: "" };
}

/** @param {Fields} fields */
async function getFindings({ tabId }) {
  const tab = await seam.tab(tabId);
  if (!tab) return { tab: { id: tabId, url: "" }, state: "no-page", host: null, findings: null };
  const known = await hostAt(tab.url);
  const host = known && ((await listHosts()).find(({ id }) => id === known.id) ?? null);
  const findings = await findingsNow(tab);
  return { tab, state: stateOf(tab.url, host, findings), host, findings };
}

/** @param {string} url @param {{on: boolean} | null} host @param {import("../shared/shapes.js").Findings | null} findings */
function stateOf(url, host, findings) {
  if (findings) return findings.state;
  if (!/^https?:/i.test(url)) return "no-page";
  if (!host) return "other";
  return host.on ? "reading" : "off";
}

/** @param {Fields} fields */
async function comparePictures({ tabId }) {
  const tab = await seam.tab(tabId);
  const findings = tab && (await findingsNow(tab));
  const shown = findings ? await picturesOf(tabId) : [];
  const { matched, ...counts } = await pictures.compare(shown, (places) => pixelsOf(tabId, places.map(String)));
  if (findings) await savePictures(tabId, findings.page, matched);
  return { ...counts, matched: matched.length };
}

/** The pixels of pictures, from the frames they are in. @param {number} tabId @param {string[]} places */
async function pixelsOf(tabId, places) {
  const frames = [...new Set(places.map((place) => placeOf(place).frame))];
  const all = frames.map(async (frame) => {
    const own = places.filter((place) => placeOf(place).frame === frame);
    const answer = await seam.toFrame(tabId, frame, { pixels: own.map((place) => placeOf(place).own) });
    return Array.isArray(answer) ? answer.slice(0, own.length).map((one, at) => ({ ...one, place: own[at] })) : [];
  });
  return (await Promise.all(all)).flat();
}

/** @param {Fields} fields */
async function getDraft(fields) {
  const drafted = await draft(/** @type {any} */ (fields));
  const keys = keysOf(drafted.report, fields.hand !== undefined, await rulebooks());
  const sent = await read("sentKeys");
  const left = withoutSent(drafted.report, keys, sent);
  const receipt = [keys.page, ...keys.links].map((key) => sent[key]).find((one) => one && !one.startsWith("outbox:")) ?? "";
  return { ...drafted, sent: left === null, receipt: left === null ? receipt : "" };
}

/** @param {Fields} fields */
async function sendReport({ draft: report, when, hand }) {
  const placed = await outbox.submit(report, when, hand !== undefined);
  if (when === "now") void runDue(tasks);
  return placed;
}

/** @param {Fields} fields */
async function retry({ id }) {
  const ok = await outbox.retry(id);
  if (ok) await runDue({ outbox: tasks.outbox });
  return { ok };
}

/** @param {Fields} fields */
async function pair(fields) {
  const state = await device.pair(/** @type {any} */ (fields));
  void runDue(tasks);
  return state;
}

async function refreshOutcomes() {
  await outcomes.refresh(true);
  return outcomes.list();
}

async function checkAlerts() {
  await plan("alerts", Date.now());
  await runDue({ alerts: tasks.alerts });
  return alerts.list();
}

async function updateList() {
  await plan("list", await watchList.update({ force: true }), { replace: true });
  forgetRulebooks();
  return watchList.status();
}

/** @param {Fields} fields */
async function setSettings({ changes }) {
  let isWrong = false;
  const before = await read("settings");
  const settings = await change("settings", (now) => {
    const next = changed(now, changes);
    isWrong = next === null;
    return next ?? now;
  });
  if (isWrong) throw new Problem(Object.hasOwn(changes, "server") ? "address" : "refused");
  if (settings.language !== before.language) await makeMenu();
  if (settings.server && settings.server !== before.server) {
    await changeServer();
  }
  return { settings };
}

/** Another server has another list, and may take what waits. */
async function changeServer() {
  await watchList.forget();
  await plan("list", Date.now(), { replace: true });
  await outbox.resume();
  void runDue(tasks);
}

/** @param {Fields} fields */
async function switchHost({ id, on }) {
  const host = (await knownHosts()).find((one) => one.id === id);
  if (!host) throw new Problem("host");
  if (!(await setHost(host, on))) throw new Problem("permission");
  if (on && (await read("settings")).server) {
    await plan("list", Date.now());
    void runDue(tasks);
  }
  return { hosts: await listHosts() };
}

/** Look at the page of a tab once, because somebody asked for it. @param {Fields} fields */
async function askAboutPage({ tabId }) {
  const tab = await seam.tab(tabId);
  if (!tab || !/^https?:\/\//i.test(tab.url)) throw new Problem("no-tab");
  await changeSession(`asked/${tabId}`, () => new URL(tab.url).origin);
  const host = await hostAt(tab.url);
  try {
    await seam.scripts.run(tabId, [...(host?.sites ?? []), ...COLLECTOR]);
  } catch {
    throw new Problem("permission");
  }
  return { ok: true };
}

