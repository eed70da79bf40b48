/** Hosts: switched on from a click, off again, and always as the browser's own permissions say. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER } from "./played_server.mjs";

const { hosts } = JSON.parse(readFileSync(new URL("../src/rules/hosts.json", import.meta.url), "utf8"));
const originsOf = (id) => hosts.find((host) => host.id === id).matches;

let browser;

beforeEach(() => {
  browser = new FakeBrowser();
  new PlayedServer(browser);
});

const stateOf = async (id) => (await browser.say({ type: "hosts.list" })).hosts.find((host) => host.id === id);

test("every host has an id of its own, a name, and patterns of HTTPS hosts only", () => {
  assert.equal(new Set(hosts.map(({ id }) => id)).size, hosts.length);
  assert.equal(new Set(hosts.flatMap(({ matches }) => matches)).size, hosts.flatMap(({ matches }) => matches).length);
  for (const { id, name, matches } of hosts) {
    assert.match(id, /^[a-z0-9.-]{1,40}$/);
    assert.ok(name && matches.length);
    for (const pattern of matches) assert.match(pattern, /^https:\/\/(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+\/\*$/);
  }
});

test("nothing is on after the installation", async () => {
  await browser.emit("runtime.onInstalled", { reason: "install" });
  assert.ok((await browser.say({ type: "hosts.list" })).hosts.every(({ on, granted }) => !on && !granted));
  assert.equal(browser.registered.size, 0);
});

test("a host cannot be switched on without its permission", async () => {
  const answer = await browser.say({ type: "hosts.set", id: "github", on: true });
  assert.equal(answer.error.code, "permission");
  assert.equal(browser.registered.size, 0);
  assert.equal((await browser.say({ type: "hosts.set", id: "nowhere", on: true })).error.code, "host");
});

test("once permitted, a host is on: its script is registered, and pages that are open are looked at", async () => {
  browser.tabs.set(3, { id: 3, url: "https://github.com/a/b" });
  await browser.grant(originsOf("github"));
  await browser.say({ type: "hosts.set", id: "github", on: true });
  await browser.settle();
  assert.deepEqual(await stateOf("github"), { id: "github", name: "GitHub", origins: originsOf("github"), on: true, granted: true });
  const script = browser.registered.get("collect-github");
  assert.deepEqual(script.matches, originsOf("github"));
  assert.deepEqual([script.allFrames, script.runAt, script.persistAcrossSessions], [true, "document_end", true]);
  assert.equal(script.js.at(-1), "content/collect.js");
  assert.ok(browser.injected.some(({ tabId }) => tabId === 3));
});

test("switched on also when the popup was closed by the browser's question", async () => {
  await browser.grant(originsOf("kaggle"));
  assert.equal((await stateOf("kaggle")).on, true);
  await browser.grant(["https://one.example/*"]);
  assert.deepEqual([...browser.registered.keys()], ["collect-kaggle"]);
});

test("switched off, nothing of it stays", async () => {
  await browser.grant(originsOf("github"));
  await browser.say({ type: "hosts.set", id: "github", on: false });
  await browser.settle();
  assert.deepEqual([browser.registered.size, browser.granted.size], [0, 0]);
  const port = await browser.connect({ url: "https://github.com/a/b", tab: { id: 3, url: "https://github.com/a/b" } });
  assert.equal(await port.send({ slice: {} }), null);
});

test("a permission that is taken back in the browser switches the host off", async () => {
  await browser.grant(originsOf("github"));
  await browser.grant(originsOf("kaggle"));
  await browser.revoke([originsOf("github")[0]]);
  assert.equal((await stateOf("github")).on, false);
  assert.deepEqual([...browser.registered.keys()], ["collect-kaggle"]);
});

test("after a start, registrations are as they should be", async () => {
  await browser.grant(originsOf("github"));
  browser.stopWorker();
  browser.registered.clear();
  browser.registered.set("collect-old", { id: "collect-old", js: ["old.js"], matches: ["https://old.example/*"] });
  await browser.emit("runtime.onStartup");
  assert.deepEqual([...browser.registered.keys()], ["collect-github"]);
  browser.stopWorker();
  browser.granted.clear();
  await browser.emit("runtime.onStartup");
  assert.equal(browser.registered.size, 0);
  assert.deepEqual(browser.local.settings.hosts, {});
});

test("an update that brings other files registers them anew", async () => {
  await browser.grant(originsOf("github"));
  browser.registered.get("collect-github").js = ["content/old.js"];
  await browser.emit("runtime.onInstalled", { reason: "update" });
  assert.equal(browser.registered.get("collect-github").js.at(-1), "content/collect.js");
  assert.equal(browser.opened.length, 0);
});

test("the list is fetched once there is a server and a host, not before", async () => {
  await browser.grant(originsOf("github"));
  await browser.pass(3_600_000);
  assert.equal(browser.listUpdates, undefined);
  await browser.say({ type: "settings.set", changes: { server: SERVER } });
  await browser.settle();
  assert.equal(browser.listUpdates.length, 1);
  await browser.pass(2 * 3_600_000);
  assert.ok(browser.listUpdates.length >= 2);
  await browser.say({ type: "list.update" });
  assert.deepEqual(browser.listUpdates.at(-1), { force: true });
  assert.deepEqual(await browser.say({ type: "list.status" }), { version: 7, state: "fresh" });
});

test("settings are checked: an unknown one, a wrong one, another server", async () => {
  const set = (changes) => browser.say({ type: "settings.set", changes });
  assert.equal((await set({ server: "ftp://x.example" })).error.code, "address");
  assert.equal((await set({ hosts: { github: true } })).error.code, "refused");
  assert.equal((await set({ unknown: 1 })).error.code, "refused");
  assert.equal((await set({ quiet: { from: "25:00", to: "07:00" } })).error.code, "refused");
  assert.equal((await set({ server: " watch.example " })).settings.server, SERVER);
  assert.equal((await set({ language: "de" })).settings.language, "de");
  assert.equal(browser.menu.length, 3);
  const { settings, defaults } = await browser.say({ type: "settings.get" });
  assert.deepEqual([settings.language, defaults.language, settings.delay], ["de", "", true]);
});

test("settings that were spoilt in storage are as new", async () => {
  browser.local.settings = { hosts: "x" };
  browser.local.outbox = "x";
  assert.deepEqual((await browser.say({ type: "settings.get" })).settings.hosts, {});
  assert.deepEqual((await browser.say({ type: "outbox.list" })).items, []);
});
