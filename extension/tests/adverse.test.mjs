/** What goes wrong around the background: clocks that are set, storage that is full, servers that are changed. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER } from "./played_server.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const OTHER = "https://other.example";

let browser;
let server;

beforeEach(async () => {
  browser = new FakeBrowser();
  server = new PlayedServer(browser);
  await browser.say({ type: "settings.set", changes: { server: SERVER } });
  await browser.settle();
});

const page = (name) => ({ version: 1, page: `https://blog.example/${name}`, note: "Look" });
const items = async () => (await browser.say({ type: "outbox.list" })).items;
const asked = (part) => browser.requests.filter(({ url }) => url.includes(part));

async function send(name, when = "now") {
  const answer = await browser.say({ type: "report.send", draft: page(name), when });
  await browser.settle();
  return answer;
}

/** The clock is set, and the worker was stopped meanwhile. */
function setClock(now) {
  browser.stopWorker();
  browser.now = now;
}

test("a report that was to go later goes within half an hour, also when the clock was a year ahead", async () => {
  const { now } = browser;
  setClock(now + YEAR);
  await send("a", "later");
  setClock(now);
  await browser.emit("runtime.onStartup");
  await browser.pass(HOUR);
  assert.equal(server.taken.size, 1);
});

test("a report that waits for its next try goes soon, also when the clock was a year ahead", async () => {
  const { now } = browser;
  setClock(now + YEAR);
  server.next("offline");
  await send("a");
  setClock(now);
  await browser.emit("runtime.onStartup");
  await browser.pass(7 * HOUR);
  assert.equal(server.taken.size, 1);
});

test("alerts and outcomes are asked for again soon after the clock was set back", async () => {
  const { now } = browser;
  setClock(now + YEAR);
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: SERVER });
  await send("a");
  await browser.pass(HOUR);
  setClock(now);
  const before = [asked("/alerts").length, asked("/reports/receipt1").length];
  server.addAlerts(1);
  server.states.receipt1 = "confirmed";
  await browser.emit("runtime.onStartup");
  await browser.pass(9 * HOUR);
  assert.ok(asked("/alerts").length > before[0]);
  assert.ok(asked("/reports/receipt1").length > before[1]);
  assert.deepEqual([(await items())[0].outcome, (await browser.say({ type: "alerts.list" })).items.length], ["confirmed", 1]);
});

test("old alerts are read again although the clock was set back", async () => {
  const { now } = browser;
  setClock(now + YEAR);
  server.addAlerts(1);
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: SERVER });
  await browser.pass(HOUR);
  setClock(now);
  server.alerts[0].state = "dismissed";
  await browser.emit("runtime.onStartup");
  await browser.pass(48 * HOUR);
  assert.equal((await browser.say({ type: "alerts.list" })).items[0].state, "dismissed");
});

test("a full disk while the receipt is kept is no refusal: the report goes again under its key, and is taken once", async () => {
  server.next((take) => {
    browser.localQuota = 0;
    return take();
  });
  const { id } = await send("a");
  browser.localQuota = Infinity;
  assert.ok(id);
  assert.notEqual((await items())[0].state, "refused");
  await browser.pass(HOUR);
  assert.deepEqual([(await items())[0].state, server.taken.size], ["sent", 1]);
});

test("a refused report that was reported anew meanwhile does not go a second time", async () => {
  server.next(422);
  const { id } = await send("a");
  await send("a");
  assert.deepEqual((await items()).map(({ state }) => state), ["sent", "refused"]);
  assert.equal((await browser.say({ type: "outbox.retry", id })).error.code, "already-sent");
  await browser.pass(HOUR);
  assert.equal(server.taken.size, 1);
});

test("a receipt is shown to the server that gave it, and to no other", async () => {
  await send("a");
  await browser.say({ type: "settings.set", changes: { server: OTHER } });
  await browser.pass(48 * HOUR);
  await browser.say({ type: "outcomes.refresh" });
  assert.deepEqual(asked(`${OTHER}/api/v1/reports`), []);
  assert.equal((await items())[0].outcome, "received");
  await browser.say({ type: "settings.set", changes: { server: SERVER } });
  server.states.receipt1 = "confirmed";
  await browser.say({ type: "outcomes.refresh" });
  assert.equal((await items())[0].outcome, "confirmed");
});

test("access codes within the words of a note are not exported", async () => {
  const note = "See https://pan.baidu.com/s/1Example001AbCdEfGhIjK?pwd=q7w8, and https://user:s3cr3t@x.example/a?token=t0k3n.";
  await browser.say({ type: "report.send", draft: { ...page("a"), note }, when: "later" });
  const { text } = await browser.say({ type: "data.export" });
  for (const secret of ["q7w8", "s3cr3t", "t0k3n"]) assert.ok(!text.includes(secret), secret);
  assert.match(text, /See https:/);
});

test("the pages are told which server gave a receipt: its page is there", async () => {
  await send("a");
  await browser.say({ type: "settings.set", changes: { server: OTHER } });
  assert.equal((await items())[0].server, SERVER);
});
