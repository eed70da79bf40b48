/** All that is stored: shown, exported without secrets, and deleted so that nothing stays. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER, found } from "./played_server.mjs";

const SHARE = "https://pan.baidu.com/s/1Example001AbCdEfGhIjK";

let browser;
let server;

beforeEach(async () => {
  browser = new FakeBrowser();
  server = new PlayedServer(browser);
  server.addAlerts(1);
  await browser.emit("runtime.onInstalled", { reason: "install" });
  await browser.say({ type: "device.pair", code: "ABCD2345", name: "Laptop", server: SERVER });
  await browser.pass(60_000);
  await found(browser, { text: `# MS-Celeb-1M\n\nThe dataset: [Baidu](${SHARE}) 提取码: q7w8\n` });
  const { report } = await browser.say({ type: "report.draft", tabId: 7, keep: ["/links/0"] });
  await browser.say({ type: "report.send", draft: { ...report, note: "The code is q7w8, ask Ada" }, when: "later" });
  await browser.emit("contextMenus.onClicked", { menuItemId: "link", pageUrl: `${SHARE}?pwd=t5y6`, linkUrl: `${SHARE}?pwd=t5y6` }, { id: 7 });
});

test("how much of what is stored", async () => {
  const { parts } = await browser.say({ type: "data.view" });
  const counts = Object.fromEntries(parts.map(({ id, count }) => [id, count]));
  assert.deepEqual(counts, { findings: 4, outbox: 1, receipts: 1, alerts: 1, list: 0, device: 1, settings: 2 });
  assert.ok(parts.every(({ count, bytes }) => (count === 0) === (bytes === 0)));
});

test("the export holds everything but the token and access codes", async () => {
  const { text } = await browser.say({ type: "data.export" });
  const all = JSON.parse(text);
  for (const secret of ["good", "q7w8", "t5y6", "token"]) assert.ok(!text.includes(secret), secret);
  assert.equal(all.outbox[0].report.links[0].url, SHARE);
  assert.match(all.outbox[0].report.note, /ask Ada/);
  assert.equal(all.device.name, "Laptop");
  assert.equal(all["findings/7"].works.length, 1);
  assert.equal(all.alerts.items.length, 1);
});

test("deleting all leaves nothing: storage, alarms, scripts, permissions, badge, notifications, list, token", async () => {
  assert.ok(browser.registered.size && browser.alarms.size && browser.notifications.size && browser.granted.size);
  assert.deepEqual(await browser.say({ type: "data.delete" }), { ok: true });
  await browser.settle();
  assert.deepEqual(browser.local, {});
  assert.deepEqual(browser.session, {});
  assert.deepEqual([...browser.alarms], []);
  assert.deepEqual([...browser.registered], []);
  assert.deepEqual([...browser.granted], []);
  assert.deepEqual([...browser.notifications], []);
  assert.deepEqual([...new Set(browser.badges.values())], [""]);
  assert.equal(browser.listForgotten >= 1, true);
  assert.equal(server.tokens.size, 0);
});

test("after deleting all, nothing is sent any more, and everything works as after the installation", async () => {
  await browser.say({ type: "data.delete" });
  const before = browser.requests.length;
  browser.stopWorker();
  await browser.emit("runtime.onStartup");
  await browser.pass(48 * 3_600_000);
  assert.equal(browser.requests.length, before);
  assert.deepEqual(browser.local, {});
  const { settings, defaults } = await browser.say({ type: "settings.get" });
  assert.deepEqual(settings, defaults);
});

test("pages that are being read while all is deleted leave nothing either", async () => {
  const url = "https://github.com/example/other";
  const port = await browser.connect({ url, tab: { id: 8, url } });
  port.post({ slice: { images: [{ url: "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg", place: 1, w: 99, h: 99 }] } });
  await browser.say({ type: "data.delete" });
  await browser.settle();
  assert.equal(port.isOpen, false);
  assert.deepEqual(browser.session, {});
});
