/** Reports on their way: at their time, each once, kept until the server has them, and what became of them. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER } from "./played_server.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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

async function send(name, when = "now") {
  const answer = await browser.say({ type: "report.send", draft: page(name), when });
  await browser.settle();
  return answer;
}

test("a report is sent at once, word for word as it was shown, without cookies and referrer", async () => {
  await send("a");
  const request = browser.requests.find(({ method }) => method === "POST");
  assert.equal(request.url, `${SERVER}/api/v1/reports`);
  assert.equal(request.body, '{\n  "version": 1,\n  "page": "https://blog.example/a",\n  "note": "Look"\n}');
  assert.match(request.headers["Idempotency-Key"], /^[0-9a-f-]{36}$/);
  assert.equal(request.headers.Authorization, undefined);
  assert.equal(request.options.credentials, "omit");
  assert.equal(request.options.referrerPolicy, "no-referrer");
  assert.equal(request.options.redirect, "error");
  const [item] = await items();
  assert.deepEqual([item.state, item.receipt, item.outcome, item.problem], ["sent", "receipt1", "received", null]);
  assert.deepEqual(browser.local.sentKeys, { "url:blog.example/a|-": "receipt1" });
});

test("a report for later goes at a random moment within half an hour, restarts or not", async () => {
  const { sendAt } = await send("a", "later");
  assert.ok(sendAt >= browser.now && sendAt <= browser.now + 30 * MINUTE);
  assert.equal(server.posts, 0);
  browser.stopWorker();
  await browser.pass(31 * MINUTE);
  assert.equal(server.posts, 1);
});

test("an alarm the browser forgot is made up for when it starts again", async () => {
  await send("a", "later");
  browser.stopWorker();
  browser.alarms.clear();
  browser.now += HOUR;
  await browser.emit("runtime.onStartup");
  assert.equal(server.posts, 1);
});

test("offline, busy and limits pass: the report goes later, with the same key, ever more rarely", async () => {
  server.next("offline", 503, 429, "lost");
  await send("a");
  const waits = [];
  for (let tries = 0; tries < 4; tries++) {
    const [{ state, sendAt, problem }] = await items();
    assert.equal(state, "waiting");
    waits.push([problem.code, sendAt - browser.now]);
    await browser.pass(Math.max(sendAt - browser.now, 30_000) + 1);
  }
  assert.deepEqual(waits.map(([code]) => code), ["offline", "busy", "limit", "offline"]);
  assert.ok(waits[0][1] >= 15_000 && waits[0][1] <= 45_000, String(waits[0][1]));
  assert.ok(waits[1][1] > 119_000 && waits[2][1] > 119_000, "Retry-After is kept to");
  assert.equal((await items())[0].state, "sent");
  assert.equal(server.taken.size, 1, "the one whose answer got lost is not taken twice");
  assert.equal(new Set(browser.requests.filter(({ method }) => method === "POST").map(({ headers }) => headers["Idempotency-Key"])).size, 1);
});

test("while the server is down, the others wait, too", async () => {
  server.next("offline", "offline");
  await send("a");
  await send("b");
  assert.equal(browser.requests.filter(({ method }) => method === "POST").length, 2);
  await browser.pass(HOUR);
  assert.equal(server.taken.size, 2);
});

test("what the server refuses for good is shown, can be tried again or taken out, and may be reported anew", async () => {
  server.next(422);
  const { id } = await send("a");
  const [item] = await items();
  assert.deepEqual([item.state, item.problem], ["refused", { code: "refused", words: "In words." }]);
  assert.deepEqual(browser.local.sentKeys, {});
  await browser.pass(48 * HOUR);
  assert.equal(server.posts, 0);
  assert.deepEqual(await browser.say({ type: "outbox.retry", id }), { ok: true });
  assert.equal((await items())[0].state, "sent");
  assert.deepEqual(await browser.say({ type: "outbox.retry", id }), { ok: false });
});

test("an answer that makes no sense is tried again", async () => {
  server.next(new Response("<html>", { status: 202 }), new Response('{"receipt": 7}', { status: 202 }), new Response("x".repeat(5 << 20), { status: 202 }));
  await send("a");
  for (let tries = 0; tries < 3; tries++) await browser.pass(10 * MINUTE);
  assert.equal((await items())[0].state, "sent");
});

test("a waiting report can be taken out, and reported anew", async () => {
  const { id } = await send("a", "later");
  assert.deepEqual(await browser.say({ type: "outbox.remove", id }), { ok: true });
  assert.deepEqual(await browser.say({ type: "outbox.remove", id }), { ok: false });
  assert.deepEqual(browser.local.sentKeys, {});
  await browser.pass(HOUR);
  assert.equal(server.posts, 0);
  assert.ok((await send("a")).id);
});

test("a report being sent cannot be taken out", async () => {
  let release;
  server.next(new Promise((resolve) => (release = resolve)));
  const { id } = await send("a");
  assert.deepEqual(await browser.say({ type: "outbox.remove", id }), { ok: false });
  release(new Response('{"receipt":"r","repeated":false}', { status: 202 }));
  await browser.settle();
  assert.equal((await items())[0].receipt, "r");
});

test("without a server, reports wait until one is named", async () => {
  await browser.say({ type: "settings.set", changes: { server: "" } });
  await send("a");
  assert.deepEqual((await items())[0].problem, { code: "address", words: "" });
  await browser.pass(48 * HOUR);
  assert.equal(browser.requests.filter(({ method }) => method === "POST").length, 0);
  await browser.say({ type: "settings.set", changes: { server: SERVER } });
  await browser.settle();
  assert.equal(server.taken.size, 1);
});

test("a revoked token: reports are kept, the state says so, and they go when somebody pairs again", async () => {
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "Laptop", server: SERVER });
  server.tokens.clear();
  await send("a");
  await send("b", "later");
  assert.deepEqual((await items()).map(({ state, problem }) => [state, problem.code]), Array(2).fill(["waiting", "revoked"]));
  const state = await browser.say({ type: "device.state" });
  assert.deepEqual([state.paired, state.revoked, state.name], [true, true, "Laptop"]);
  const asked = browser.requests.length;
  await browser.pass(48 * HOUR);
  assert.ok(!browser.requests.slice(asked).some(({ url }) => url.includes("/reports") || url.includes("/alerts")));
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "Laptop", server: SERVER });
  await browser.pass(HOUR);
  assert.equal(server.taken.size, 2);
  assert.equal((await browser.say({ type: "device.state" })).revoked, false);
});

test("what became of a report is asked for now and then, without the token, until it is decided", async () => {
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "Laptop", server: SERVER });
  await send("a");
  const asked = () => browser.requests.filter(({ url }) => url.includes("/reports/receipt1"));
  await browser.pass(HOUR);
  assert.equal(asked().length, 1);
  assert.equal(asked()[0].headers.Authorization, undefined);
  server.states.receipt1 = "confirmed";
  await browser.pass(9 * HOUR);
  assert.equal((await items())[0].outcome, "confirmed");
  const before = asked().length;
  await browser.pass(48 * HOUR);
  assert.equal(asked().length, before);
});

test("outcomes are asked for at once when somebody wants it, but not again and again", async () => {
  await send("a");
  server.states.receipt1 = "checked";
  for (let times = 0; times < 5; times++) await browser.say({ type: "outcomes.refresh" });
  assert.equal((await items())[0].outcome, "checked");
  assert.equal(browser.requests.filter(({ url }) => url.includes("/reports/receipt1")).length, 1);
  browser.now += 11_000;
  server.next(503);
  await browser.say({ type: "outcomes.refresh" });
  assert.equal((await items())[0].outcome, "checked");
  browser.now += 11_000;
  server.next(404);
  await browser.say({ type: "outcomes.refresh" });
  assert.equal((await items())[0].outcome, "gone");
});

test("the list names pages, datasets and numbers, never keys", async () => {
  const links = [{ url: "https://a.example/x.zip", dataset: "vggface2", role: "data" }, { url: "https://a.example/y.zip", dataset: "a-new-one" }];
  await browser.say({ type: "report.send", draft: { version: 1, page: "https://blog.example/a", links }, when: "later" });
  const { items, waiting, refused } = await browser.say({ type: "outbox.list" });
  assert.deepEqual([waiting, refused], [1, 0]);
  assert.deepEqual(items[0].datasets, ["VGGFace2", "a-new-one"]);
  assert.deepEqual(items[0].counts, { media: 0, links: 2 });
  assert.equal(items[0].idempotencyKey, undefined);
});
