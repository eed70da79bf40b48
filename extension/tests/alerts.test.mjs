/** Alerts: asked for while paired, counted at the icon, told once and not in quiet hours, shown as what they are. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER, alert } from "./played_server.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let browser;
let server;

beforeEach(() => {
  browser = new FakeBrowser();
  server = new PlayedServer(browser);
});

async function pair() {
  const state = await browser.say({ type: "device.pair", code: "ABCD2345", name: " Laptop ", server: `${SERVER}/` });
  await browser.settle();
  return state;
}

const list = () => browser.say({ type: "alerts.list" });
const asked = () => browser.requests.filter(({ url }) => url.includes("/alerts"));

test("pairing stores the token and nothing shows it again", async () => {
  const state = await pair();
  assert.deepEqual(state, { paired: true, name: "Laptop", server: SERVER, since: browser.now, revoked: false, offline: false });
  assert.equal(browser.local.device.token, "good");
  assert.equal(browser.local.settings.server, SERVER);
  const shown = [];
  for (const type of ["device.state", "settings.get", "data.view", "data.export", "outbox.list", "alerts.list"]) shown.push(await browser.say({ type }));
  assert.ok(!JSON.stringify(shown).includes('"good"'));
});

test("a wrong code, a wrong address, and a server that says nonsense are told apart", async () => {
  const pairWith = async (more) => (await browser.say({ type: "device.pair", code: "ABCD2345", name: "", server: SERVER, ...more })).error.code;
  assert.equal(await pairWith({ code: "WRONG234" }), "code-wrong");
  assert.equal(await pairWith({ server: "http://watch.example" }), "address");
  assert.equal(await pairWith({ server: "" }), "address");
  server.next("offline");
  assert.equal(await pairWith({}), "offline");
  server.next(429);
  assert.equal(await pairWith({}), "limit");
  server.next(new Response('{"id":1,"token":"with blank"}', { status: 201 }));
  assert.equal(await pairWith({}), "server");
  assert.equal(browser.local.device ?? null, null);
});

test("nobody asks for alerts who is not paired", async () => {
  await browser.say({ type: "alerts.check" });
  await browser.pass(24 * HOUR);
  assert.deepEqual(browser.requests, []);
});

test("new alerts are counted at the icon and told once each", async () => {
  server.addAlerts(1, 2);
  await pair();
  await browser.pass(MINUTE);
  assert.deepEqual([...browser.notifications.keys()], ["alert-1", "alert-2"]);
  assert.equal(browser.badges.get("all"), "2");
  const { items, unread, page } = await list();
  assert.deepEqual(items.map(({ id, read }) => [id, read]), [[2, false], [1, false]]);
  assert.deepEqual([unread, page], [2, `${SERVER}/found`]);
  await browser.pass(HOUR);
  assert.equal(browser.notified.length, 2);
});

test("asking again is cheap: only what is new, with the ETag, and only now and then", async () => {
  server.addAlerts(1);
  await pair();
  await browser.pass(HOUR);
  const requests = asked();
  assert.ok(requests.length >= 3 && requests.length <= 7, String(requests.length));
  assert.equal(requests.at(-1).url, `${SERVER}/api/v1/alerts?after=1&limit=100`);
  assert.equal(requests.at(-1).headers["If-None-Match"], '"1-0"');
  assert.equal(requests.at(-1).headers.Authorization, "Bearer good");
});

test("many alerts are read in pages and told in one notification", async () => {
  server.addAlerts(...Array.from({ length: 230 }, (_, at) => at + 1));
  await pair();
  await browser.pass(MINUTE);
  assert.equal((await list()).unread, 230);
  assert.deepEqual([...browser.notifications.keys()], ["alerts"]);
});

test("what was read is no longer counted, and stays read", async () => {
  server.addAlerts(1, 2);
  await pair();
  await browser.pass(MINUTE);
  await browser.say({ type: "alerts.read", ids: [2, 99] });
  assert.equal(browser.badges.get("all"), "1");
  browser.stopWorker();
  assert.deepEqual((await list()).items.map(({ read }) => read), [true, false]);
});

test("in quiet hours nothing is told; afterwards it is", async () => {
  const clock = (hours) => `${String(new Date(browser.now + hours * HOUR).getHours()).padStart(2, "0")}:00`;
  await browser.say({ type: "settings.set", changes: { quiet: { from: clock(-1), to: clock(2) } } });
  server.addAlerts(1);
  await pair();
  await browser.pass(HOUR);
  assert.equal(browser.notified.length, 0);
  assert.equal(browser.badges.get("all"), "1");
  await browser.pass(1.2 * HOUR);
  assert.deepEqual(browser.notified, ["alert-1"]);
});

test("an alert read in quiet hours is not told afterwards", async () => {
  const clock = (hours) => `${String(new Date(browser.now + hours * HOUR).getHours()).padStart(2, "0")}:00`;
  await browser.say({ type: "settings.set", changes: { quiet: { from: clock(-1), to: clock(2) } } });
  server.addAlerts(1);
  await pair();
  await browser.pass(HOUR);
  await browser.say({ type: "alerts.read", ids: [1] });
  await browser.pass(4 * HOUR);
  assert.equal(browser.notified.length, 0);
});

test("one that a moderator took back is shown so, a day later, and not counted", async () => {
  server.addAlerts(1, 2);
  await pair();
  await browser.pass(MINUTE);
  server.alerts[0] = alert(1, { state: "dismissed" });
  await browser.pass(25 * HOUR);
  assert.deepEqual((await list()).items.map(({ state }) => state), ["confirmed", "dismissed"]);
  assert.equal(browser.badges.get("all"), "1");
  assert.equal(browser.notified.length, 2);
});

test("a server that is down, busy or talks nonsense is shown as such, and asked again later", async () => {
  await pair();
  await browser.pass(MINUTE);
  for (const [fault, code] of [["offline", "offline"], [503, "busy"], [500, "server"], [new Response("{}"), "server"], [new Response("<html>"), "server"]]) {
    server.next(fault);
    const { problem } = await browser.say({ type: "alerts.check" });
    assert.equal(problem.code, code);
    assert.equal((await browser.say({ type: "device.state" })).offline, true);
  }
  server.addAlerts(1);
  await browser.pass(HOUR);
  assert.deepEqual([(await list()).problem, (await list()).unread], [null, 1]);
});

test("a revoked token ends the asking, and is shown", async () => {
  await pair();
  server.tokens.clear();
  await browser.say({ type: "alerts.check" });
  assert.equal((await browser.say({ type: "device.state" })).revoked, true);
  const before = asked().length;
  await browser.pass(24 * HOUR);
  assert.equal(asked().length, before);
});

test("odd alerts are dropped", async () => {
  server.alerts.push({ id: 1, url: 7 }, alert(2), { ...alert(3), works: "x" });
  await pair();
  await browser.pass(MINUTE);
  assert.deepEqual((await list()).items.map(({ id }) => id), [2]);
});

test("parting tells the server and forgets token and alerts", async () => {
  server.addAlerts(1);
  await pair();
  await browser.pass(MINUTE);
  const state = await browser.say({ type: "device.forget" });
  assert.deepEqual([state.paired, state.server], [false, SERVER]);
  assert.equal(server.tokens.size, 0);
  assert.equal(browser.local.device, null);
  assert.equal(browser.badges.get("all"), "");
  assert.deepEqual((await list()).items, []);
});

test("parting works when the server is away", async () => {
  await pair();
  server.next("offline");
  assert.equal((await browser.say({ type: "device.forget" })).paired, false);
});

test("pairing again with the same server keeps the alerts; with another one it forgets them and its list", async () => {
  server.addAlerts(1);
  await pair();
  await browser.pass(MINUTE);
  await pair();
  assert.equal((await list()).items.length, 1);
  const before = browser.listForgotten ?? 0;
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: "https://other.example" });
  assert.equal(browser.listForgotten, before + 1);
  assert.equal(browser.local.alerts.items.length, 0);
});

test("a click on a notification opens the alerts", async () => {
  await browser.emit("notifications.onClicked", "alert-1");
  assert.ok(browser.opened.at(-1).endsWith("panel/panel.html#alerts"));
});
