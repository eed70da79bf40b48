/** No page keeps the reader of links busy: time grows with the length, also on pages written to make it slow. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Catalogue } from "../../src/shared/rules/catalogue.js";
import { makeLinks } from "../../src/shared/rules/links.js";
import { makeLocations } from "../../src/shared/rules/locations.js";
import { rules } from "../../tools/rules.mjs";

const { location } = makeLocations(rules("sharing_hosts.json"));
const { readLinks } = makeLinks(rules("links.json"), new Catalogue(rules("datasets.json")), location);
const SLOW = JSON.parse(readFileSync(new URL("../../../tests/fixtures/slow_pages.json", import.meta.url), "utf8"));
const AT = "https://github.com/example-lab/face-kit/blob/main/README.md";
const SHORT = 20_000;
const LONG = 80_000;
const AT_LEAST = 50_000; // microseconds; shorter times say nothing
const GROWTH = 8; // linear is 4, quadratic is 16
const MOST_LINKS = 5_000;

/** A page of about so many characters: each unit repeated to its share of them, with its number in it. */
function longPage(parts, size) {
  const many = ([unit, share]) => Math.max(1, Math.floor(Math.floor(size * share) / unit.length));
  const repeated = (part) => Array.from({ length: many(part) }, (_, number) => part[0].replaceAll("{i}", number));
  return parts.flatMap(repeated).join("");
}

function time(written, size) {
  const page = longPage(written.parts, size);
  const start = process.cpuUsage();
  const links = readLinks(page, AT, written.html ? "text/html" : "text/markdown");
  const { user, system } = process.cpuUsage(start);
  assert.ok(links.length <= MOST_LINKS);
  return user + system;
}

for (const written of SLOW) {
  test(`reading takes time in proportion to the length: ${written.name}`, () => {
    const most = GROWTH * Math.max(time(written, SHORT), AT_LEAST);
    const isQuick = () => time(written, LONG) < most;
    assert.ok(isQuick() || isQuick() || isQuick(), "three times: one may compile or collect garbage");
  });
}

test("what stands behind the first million characters is not read", () => {
  const link = " [a](https://pan.baidu.com/s/1ExampleExampleExampleE)";
  assert.equal(readLinks(`${" ".repeat(999_999 - link.length)}\n${link}`, AT).length, 1);
  assert.equal(readLinks(`${" ".repeat(1_000_000)}\n${link}`, AT).length, 0);
});
