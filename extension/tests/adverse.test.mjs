/** What goes wrong around the background: clocks that are set, storage that is full, servers that are changed. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER, alert, found } from "./played_server.mjs";

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

const SHARE = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK";
const FILE = "https://dl.example/MsCelebV1-Faces-Aligned.tsv";

for (const [url, text] of [
  [SHARE, `${SHARE} 提取码: q7w8`],
  [SHARE, "链接 提取码: q7w8"],
  [SHARE, "data, password: q7w8"],
  [`${SHARE}?pwd=q7w8&token=t0k3n`, `${SHARE}?pwd=q7w8&token=t0k3n`],
  [`${FILE}?sig=q7w8abc`, `Here: ${FILE}?sig=q7w8abc&token=t0k3n.`],
  [SHARE, "https://user:t0k3n@dl.example/x"],
]) {
  test(`an access code in the words of a link is in no report and kept apart: ${text}`, async () => {
    await found(browser, { text: `# MS-Celeb-1M\n\nThe dataset MS-Celeb-1M: [${text}](${url})`, links: [{ url, text, near: "", place: 1 }] });
    await browser.emit("contextMenus.onClicked", { menuItemId: "link", pageUrl: "https://blog.example/a", linkUrl: url, linkText: text }, { id: 7 });
    const hand = new URL(browser.opened.at(-1)).searchParams.get("hand");
    const drafts = [{}, { hand }].map((more) => browser.say({ type: "report.draft", tabId: 7, ...more }));
    for (const { report, warnings } of await Promise.all(drafts)) {
      assert.ok(report.links.length === 1 && !/q7w8|t0k3n/.test(JSON.stringify(report)), JSON.stringify(report));
      assert.equal(warnings.some(({ code }) => code === "access-code"), text.includes("q7w8") || url.includes("?"));
    }
    assert.ok(!/q7w8|t0k3n/.test(JSON.stringify(browser.session["findings/7"].copies)));
    const { text: exported } = await browser.say({ type: "data.export" });
    assert.ok(!/q7w8|t0k3n/.test(exported), exported);
  });
}

test("access codes go with the findings of a page that leave nothing to count", async () => {
  await browser.say({ type: "settings.set", changes: { keepFindings: true } });
  const text = `# MS-Celeb-1M\n\nThe image list of MS-Celeb-1M: [list](${SHARE}?pwd=q7w8)`;
  await found(browser, { works: [], text });
  assert.deepEqual(browser.session["findings/7"].copies.map(({ role }) => role), ["list"]);
  assert.ok(browser.session["codes/7"]);
  await browser.emit("tabs.onRemoved", 7);
  assert.deepEqual(browser.session, {});
});

test("what a hostile server says of alerts breaks nothing: only what has their shape is kept, each once", async () => {
  const bad = [null, 7, {}, { id: -1 }, { works: null }, { since: "soon" }, { created_at: 7 }, { url: "x".repeat(5000) }, { works_total: 1.5 }, { site: {} }];
  const works = [null, 7, {}, { id: 1, title: {}, key: "k", why: "key" }, { id: 2, title: "A work", key: "flickr:photo:2", why: "key", more: "x" }];
  server.alerts = [...bad.map((more, at) => more && (more === 7 ? more : alert(at + 10, more))), alert(1, { works }), alert(1), alert(2, { works: Array(1000).fill(works[4]), x: "y".repeat(9_000) })];
  server.tellAlerts = () => Response.json({ alerts: server.alerts, after: 2, page: "javascript:alert(1)" });
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: SERVER });
  await browser.pass(HOUR);
  const { items, page, unread } = await browser.say({ type: "alerts.list" });
  const known = "created_at id kind read since site state url works works_total";
  assert.deepEqual(items.map((one) => Object.keys(one).sort().join(" ")), Array(items.length).fill(known));
  assert.deepEqual(items.map(({ id }) => id).filter((id) => id < 10).sort(), [1, 2]);
  assert.deepEqual([items.length, unread], [3, 3]);
  for (const one of items) assert.ok(one.works.length <= 20 && one.works.every(({ title, key }) => typeof title === "string" && typeof key === "string"));
  assert.equal(page, "");
});

test("a report goes at once while something else is still waiting for the server", async () => {
  server.tellAlerts = () => new Promise(() => {});
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: SERVER });
  await send("a");
  assert.equal((await items())[0].state, "sent");
});

test("an alarm that rings before the report is stored does not leave it lying", async () => {
  const { create } = globalThis.chrome.alarms;
  let times = 0;
  globalThis.chrome.alarms.create = async (name, options) => {
    await create(name, options);
    if (++times !== 2) return; // first before it is planned, then after
    void browser.emit("alarms.onAlarm", { name, scheduledTime: options.when }); // at once, as Firefox does it
    await new Promise((resolve) => setTimeout(resolve, 30));
  };
  await send("a");
  globalThis.chrome.alarms.create = create;
  assert.equal((await items())[0].state, "sent");
});
