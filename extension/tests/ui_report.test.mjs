/** The report as rows, what is taken out of it, how a page stands, and what people type to pair. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { entries, headRows, isOut, openWarnings, without } from "../src/ui/json_rows.js";
import { addressOf, isWholeCode, tidyCode } from "../src/ui/pairing_input.js";
import { allWorks, canReport, linesOf, stateOf } from "../src/ui/states.js";

// The file that makes the text to send reads storage when it is loaded.
globalThis.browser ??= { storage: { local: {}, session: {} } };
const { bodyOf } = await import("../src/shared/api.js");

const REPORT = {
  version: 1,
  page: "https://github.com/example/faces",
  observed_at: "2026-11-23T13:00:00Z",
  media: [
    { url: "https://pictures.example/1.jpg", key: "flickr:photo:1" },
    { pdq: "f8".repeat(32), quality: 98 },
  ],
  links: [{ url: "https://pan.baidu.com/s/1x", text: "Baidu", dataset: "ms-celeb-1m", role: "data" }],
};
const DRAFT = {
  report: REPORT,
  warnings: [{ code: "unlisted", path: "/links/0" }],
  removable: ["/observed_at", "/links/0", "/links/0/text", "/media/0/key"],
};

test("every field of a report is a row, and says whether it can be taken out", () => {
  assert.deepEqual(
    headRows(DRAFT).map(({ path, removable }) => [path, removable]),
    [
      ["/page", false],
      ["/observed_at", true],
    ],
  );
  const [link] = entries(DRAFT, "links");
  assert.deepEqual(
    link.rows.map(({ path }) => path),
    ["/links/0/url", "/links/0/text", "/links/0/dataset", "/links/0/role"],
  );
  assert.deepEqual(link.warnings, ["unlisted"]);
  assert.equal(link.rows[1].removable, true);
  assert.deepEqual(
    entries(DRAFT, "media")[1].rows.map(({ value }) => value),
    ["f8".repeat(32), "98"],
  );
});

test("rows of a report say all that is sent, and nothing else", () => {
  const rows = [
    ...headRows(DRAFT),
    ...entries(DRAFT, "links").flatMap(({ rows: own }) => own),
    ...entries(DRAFT, "media").flatMap(({ rows: own }) => own),
  ];
  const body = bodyOf(without(REPORT, new Set(), ""));
  const values = [];
  JSON.parse(body, (_, value) => (typeof value === "object" ? value : values.push(String(value))));
  assert.deepEqual(
    rows
      .map(({ value }) => value)
      .concat("1")
      .sort(),
    values.sort(),
  );
});

test("what is taken out is not sent, and comes back unchanged", () => {
  const removed = new Set(["/links/0/text", "/media/0", "/observed_at"]);
  assert.deepEqual(without(REPORT, removed, ""), {
    version: 1,
    page: REPORT.page,
    media: [REPORT.media[1]],
    links: [{ url: "https://pan.baidu.com/s/1x", dataset: "ms-celeb-1m", role: "data" }],
  });
  assert.deepEqual(without(REPORT, new Set(), ""), REPORT);
});

test("an entry that says nothing any more is left out whole", () => {
  const left = without(REPORT, new Set(["/media/1/pdq", "/links/0/url"]), "");
  assert.deepEqual([left.media.length, left.links.length], [1, 0]);
});

test("the note is sent as it is written, without blanks at its ends", () => {
  assert.equal(without(REPORT, new Set(), "  look\nhere ").note, "look\nhere");
  assert.equal("note" in without({ ...REPORT, note: "old" }, new Set(), "  "), false);
});

test("warnings about what was taken out are no longer open", () => {
  assert.equal(openWarnings(DRAFT.warnings, new Set()).length, 1);
  assert.equal(openWarnings(DRAFT.warnings, new Set(["/links/0"])).length, 0);
  assert.equal(isOut("/links/0/url", new Set(["/links/0"])), true);
  assert.equal(isOut("/links/01", new Set(["/links/0"])), false);
});

test("the state of a page follows from what the background answers", () => {
  const findings = {
    page: "",
    at: 0,
    works: [],
    copies: [],
    pictures: [],
    counts: { candidates: 0, matched: 0 },
    capped: false,
  };
  assert.equal(stateOf({ state: "off", findings: null }), "off");
  assert.equal(stateOf({ state: "reading", findings: null }), "reading");
  assert.equal(stateOf({ state: "reading", findings }), "reading");
  assert.equal(stateOf({ state: "reading", findings: { ...findings, works: [{}] } }), "found");
  assert.equal(stateOf({ state: "ready", findings }), "nothing");
  assert.equal(stateOf({ state: "ready", findings: { ...findings, pictures: [{}] } }), "found");
  assert.equal(stateOf({ error: { code: "no-tab" } }), "no-page");
  assert.equal(stateOf({ error: { code: "unknown" } }), "error");
  assert.equal(canReport({ state: "off" }), false);
  assert.equal(stateOf({ state: "no-page", tab: { id: 1, url: "" } }, true), "hidden");
  assert.equal(stateOf({ state: "no-page", tab: { id: 1, url: "about:blank" } }, true), "no-page");
  assert.equal(stateOf({ state: "no-page", tab: { id: 1, url: "" } }), "no-page");
});

test("what needs attention comes first, and each with what helps", () => {
  const now = {
    found: { findings: { works: [], copies: [], counts: { candidates: 200_000 }, capped: true } },
    list: { state: "stale", made_at: "2026-11-01T00:00:00Z" },
    device: { paired: true, revoked: true },
    outbox: { waiting: 2, refused: 1 },
    alerts: { unread: 3 },
    settings: { server: "https://x.example" },
  };
  assert.deepEqual(
    linesOf(now).map(({ code, action }) => [code, action]),
    [
      ["revoked", "pair"],
      ["list_stale", "update"],
      ["capped", undefined],
      ["refused", "outbox"],
      ["waiting", "outbox"],
      ["alerts", "alerts"],
    ],
  );
  const fresh = { found: {}, list: { state: "none" }, device: { paired: false }, settings: { server: "" } };
  assert.deepEqual(
    linesOf(fresh).map(({ code, action }) => [code, action]),
    [
      ["no_server", "pair"],
      ["list_none", undefined],
    ],
  );
  assert.deepEqual(
    linesOf({ found: {}, list: { state: "fresh" }, device: { paired: true }, settings: { server: "x" } }),
    [],
  );
});

test("a work is shown once for each place; pictures that look alike are works too", () => {
  const work = { key: "flickr:photo:1", how: "key", place: "0:1" };
  const shown = allWorks(
    [work, { ...work }, { ...work, place: "0:2" }],
    [{ place: "0:3", url: "https://x.example/1.jpg", distance: 8 }],
  );
  assert.deepEqual(
    shown.map(({ place, how }) => [place, how]),
    [
      ["0:1", "key"],
      ["0:2", "key"],
      ["0:3", "pdq"],
    ],
  );
});

test("a code is understood however it is typed", () => {
  for (const typed of ["7kqm-2xpa", " 7KQM 2XPA ", "７ＫＱＭ２ＸＰＡ", "7kqm–2xpa"])
    assert.equal(tidyCode(typed), "7KQM2XPA");
  assert.equal(isWholeCode(tidyCode("7KQM-2XP")), false);
});

test("an address of a server is an https origin, or this computer", () => {
  assert.deepEqual(addressOf(" commonswatch.example/devices "), {
    origin: "https://commonswatch.example",
    pattern: "https://commonswatch.example/*",
  });
  assert.deepEqual(addressOf("localhost:5000"), { origin: "http://localhost:5000", pattern: "http://localhost/*" });
  for (const wrong of [
    "",
    "x",
    "http://commonswatch.example",
    "javascript:alert(1)",
    "https://a@b.example",
    "ftp://b.example",
  ])
    assert.equal(addressOf(wrong), null, wrong);
});
