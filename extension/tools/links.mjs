/** Lines of JSON (`page`, `at`, `mediaType`) on standard input → a line of JSON for each: the links of the page. */

import { createInterface } from "node:readline";
import { Catalogue } from "../src/shared/rules/catalogue.js";
import { makeLinks } from "../src/shared/rules/links.js";
import { makeLocations } from "../src/shared/rules/locations.js";
import { rules } from "./rules.mjs";

const { location } = makeLocations(rules("sharing_hosts.json"));
const { readLinks } = makeLinks(rules("links.json"), new Catalogue(rules("datasets.json")), location);

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { page, at, mediaType } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(readLinks(page, at, mediaType))}\n`);
}
