/** The vectors that the server's tests read too: one engine in two languages, one truth. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { Catalogue } from "../src/shared/rules/catalogue.js";
import { makeLicences } from "../src/shared/rules/licences.js";
import { makeLinks } from "../src/shared/rules/links.js";
import { makeLocations } from "../src/shared/rules/locations.js";
import { makeWorks } from "../src/shared/rules/works.js";
import { rules } from "../tools/rules.mjs";

const VECTORS = new URL("../../tests/fixtures/vectors/", import.meta.url);
const PAGES = new URL("../../tests/fixtures/pages/", import.meta.url);
const SERVER_RULES = new URL("../../server/commonswatch/rules/", import.meta.url);
const OWN_RULES = new URL("../src/rules/", import.meta.url);

const { workKeys, accountKeys } = makeWorks(rules("media_hosts.json"));
const { location } = makeLocations(rules("sharing_hosts.json"));
const { licence } = makeLicences(rules("licences.json"));
const catalogue = new Catalogue(rules("datasets.json"));
const { readLinks } = makeLinks(rules("links.json"), catalogue, location);

const rows = (name) => JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
const ids = (datasets) => datasets.map(({ id }) => id);
const plain = (keys) => keys.map(({ key, kind, how }) => [key, kind, how]);

test("a work has the keys of its vector", () => {
  for (const row of rows("works.json")) {
    assert.deepEqual(plain(workKeys(row.text)), row.keys, row.text);
    if (row.accounts)
      assert.deepEqual(
        accountKeys(row.text).map(({ key }) => key),
        row.accounts,
        row.text,
      );
  }
});

test("a location has the key of its vector", () => {
  for (const row of rows("locations.json")) {
    const found = location(row.text);
    if (row.location === null) assert.equal(found, null, row.text);
    else for (const [name, value] of Object.entries(row.location)) assert.deepEqual(found?.[name], value, row.text);
  }
});

test("a licence is the one of its vector", () => {
  for (const row of rows("licences.json")) {
    const found = licence(row.text);
    if (row.licence === null) assert.equal(found, null, row.text);
    else for (const [name, value] of Object.entries(row.licence)) assert.deepEqual(found?.[name], value, row.text);
  }
});

test("a dataset has the relatives, names and files of its vector", () => {
  const { datasets, names, files } = rows("datasets.json");
  assert.deepEqual(ids(catalogue.datasets), Object.keys(datasets));
  for (const [id, expected] of Object.entries(datasets)) {
    for (const relation of ["ancestors", "derived", "family"])
      assert.deepEqual(ids(catalogue[relation](id)), expected[relation], id);
  }
  for (const [name, id] of Object.entries(names)) assert.equal(catalogue.dataset(name)?.id ?? null, id, name);
  for (const [path, expected] of Object.entries(files)) {
    assert.deepEqual(ids(catalogue.byFile(path)), expected.datasets, path);
    assert.deepEqual(ids(catalogue.byFile(path, { generic: true })), expected.with_generic, path);
  }
});

test("the links of a page are those of its vector", () => {
  for (const { page, at, links } of rows("links.json")) {
    const found = readLinks(readFileSync(new URL(page, PAGES), "utf8"), at);
    const shown = found.map(({ line, url, dataset, role, access }) => ({ line, url, dataset, role, access }));
    assert.deepEqual(shown, links, page);
  }
});

test("the rule files are copies of the server's, byte for byte", () => {
  const names = readdirSync(SERVER_RULES).filter((name) => name.endsWith(".json"));
  assert.ok(names.length > 0);
  for (const name of names) assert.ok(readdirSync(OWN_RULES).includes(name), `${name} is missing: run make rules`);
  for (const name of names) {
    const same = readFileSync(new URL(name, SERVER_RULES)).equals(readFileSync(new URL(name, OWN_RULES)));
    assert.ok(same, `${name} differs: run make rules`);
  }
});
