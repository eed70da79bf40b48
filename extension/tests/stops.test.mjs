/**
 * The worker is stopped in the middle of everything: after each call that changes anything, one run for each. Then time
 * passes, and all is as it should be: nothing is lost, nothing happens twice.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeBrowser } from "./fake_browser.mjs";
import { PlayedServer, SERVER, found } from "./played_server.mjs";

const HOUR = 3_600_000;
const DRAFT = { version: 1, page: "https://blog.example/a", note: "Look" };

/**
 * Run a flow again and again, the worker stopped one such call later each time, until it was not stopped any more.
 * @param {(browser: FakeBrowser, server: PlayedServer) => Promise<unknown>} prepare
 * @param {(browser: FakeBrowser, server: PlayedServer) => Promise<unknown>} flow
 * @param {(browser: FakeBrowser, server: PlayedServer, at: number) => Promise<unknown>} check
 */
async function stoppedEverywhere(prepare, flow, check) {
  for (let at = 1; at < 200; at++) {
    const browser = new FakeBrowser();
    const server = new PlayedServer(browser);
    await prepare(browser, server);
    await browser.settle();
    browser.stopAfter = browser.effects.length + at;
    await flow(browser, server);
    await browser.settle();
    const wasStopped = browser.stopAfter === Infinity;
    browser.stopAfter = Infinity;
    const call = browser.effects.at(-1);
    await check(browser, server, `stopped after call ${at} (${call})`);
    if (!wasStopped) return at;
  }
  throw new Error("it never ended");
}

const named = (browser) => browser.say({ type: "settings.set", changes: { server: SERVER } });
const paired = (browser) => browser.say({ type: "device.pair", code: "ABCD2345", name: "x", server: SERVER });

test("sending a report: stopped anywhere, it is sent once, or the page is told nothing and it was never taken", async () => {
  const runs = await stoppedEverywhere(
    named,
    (browser) => browser.say({ type: "report.send", draft: DRAFT, when: "now" }),
    async (browser, server, where) => {
      await browser.pass(2 * HOUR);
      const again = await browser.say({ type: "report.send", draft: DRAFT, when: "now" });
      await browser.pass(2 * HOUR);
      assert.equal(server.taken.size, 1, where);
      const { items } = await browser.say({ type: "outbox.list" });
      assert.deepEqual(items.map(({ state }) => state), ["sent"], where);
      assert.ok(again.id || again.error.code === "already-sent", where);
      assert.deepEqual(Object.values(browser.local.sentKeys), ["receipt1"], where);
    },
  );
  assert.ok(runs > 8, String(runs));
});

test("sending a report that was due: once, whatever is stopped, also while the answer is on its way", async () => {
  await stoppedEverywhere(
    async (browser) => {
      await named(browser);
      await browser.say({ type: "report.send", draft: DRAFT, when: "later" });
    },
    (browser) => browser.pass(HOUR),
    async (browser, server, where) => {
      await browser.pass(2 * HOUR);
      assert.equal(server.taken.size, 1, where);
      assert.equal(browser.local.outbox[0].state, "sent", where);
    },
  );
});

test("alerts: each is kept and told once", async () => {
  await stoppedEverywhere(
    async (browser, server) => {
      await paired(browser);
      await browser.settle();
      server.addAlerts(1, 2);
    },
    (browser) => browser.pass(20 * 60_000),
    async (browser, _server, where) => {
      await browser.pass(HOUR);
      const { items } = await browser.say({ type: "alerts.list" });
      assert.deepEqual(items.map(({ id }) => id), [2, 1], where);
      assert.deepEqual([...browser.notifications.keys()].sort(), ["alert-1", "alert-2"], where);
      assert.ok(browser.notified.length <= 3, `${where}: ${browser.notified}`); // the same one again replaces itself
      assert.equal(browser.badges.get("all"), "2", where);
    },
  );
});

test("pairing: there is a device, or none, and alerts come afterwards", async () => {
  await stoppedEverywhere(
    async (_browser, server) => server.addAlerts(1),
    paired,
    async (browser, _server, where) => {
      await browser.emit("runtime.onStartup");
      if (!(await browser.say({ type: "device.state" })).paired) await paired(browser);
      await browser.pass(HOUR);
      assert.equal((await browser.say({ type: "alerts.list" })).items.length, 1, where);
    },
  );
});

test("switching a host on: settings and registrations agree in the end", async () => {
  await stoppedEverywhere(
    async (browser) => {
      await browser.start();
      browser.granted.add("https://www.kaggle.com/*");
    },
    (browser) => browser.say({ type: "hosts.set", id: "kaggle", on: true }),
    async (browser, _server, where) => {
      browser.stopWorker();
      await browser.emit("runtime.onStartup");
      const { hosts } = await browser.say({ type: "hosts.list" });
      const isOn = hosts.find(({ id }) => id === "kaggle").on;
      assert.deepEqual([...browser.registered.keys()], isOn ? ["collect-kaggle"] : [], where);
    },
  );
});

test("reading a page: the frame says it again, and findings are as if nothing had happened", async () => {
  const url = "https://github.com/example/faces";
  await stoppedEverywhere(
    async (browser) => {
      await found(browser, { works: [] });
      browser.listed = new Set(["flickr:photo:53381630964"]);
    },
    async (browser) => {
      const port = await browser.connect({ url, tab: { id: 7, url } });
      await port.send({ slice: { images: [{ url: "https://live.staticflickr.com/65535/53381630964_0123456789_b.jpg", place: 1, w: 9, h: 9 }] } });
      await port.send({ done: { page: url, title: "" } });
    },
    async (browser, _server, where) => {
      await found(browser);
      const { findings, state } = await browser.say({ type: "findings.get", tabId: 7 });
      assert.deepEqual(findings.works.map(({ key }) => key), ["flickr:photo:53381630964"], where);
      assert.deepEqual([state, findings.counts.matched, browser.badges.get(7)], ["ready", 1, "1"], where);
    },
  );
});

test("asking what became of reports: nothing is lost", async () => {
  await stoppedEverywhere(
    async (browser, server) => {
      await named(browser);
      await browser.say({ type: "report.send", draft: DRAFT, when: "now" });
      await browser.settle();
      server.states.receipt1 = "confirmed";
    },
    (browser) => browser.say({ type: "outcomes.refresh" }),
    async (browser, _server, where) => {
      await browser.pass(24 * HOUR);
      assert.equal(browser.local.outbox[0].outcome, "confirmed", where);
    },
  );
});

test("deleting all: asked again, nothing stays", async () => {
  await stoppedEverywhere(
    async (browser) => {
      await paired(browser);
      await found(browser);
      await browser.say({ type: "report.send", draft: DRAFT, when: "later" });
    },
    (browser) => browser.say({ type: "data.delete" }),
    async (browser, _server, where) => {
      await browser.say({ type: "data.delete" });
      await browser.settle();
      assert.deepEqual([browser.local, browser.session, browser.registered.size, browser.alarms.size], [{}, {}, 0, 0], where);
    },
  );
});
