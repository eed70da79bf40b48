/** Lines of JSON strings on standard input → a line of JSON for each: what the engine makes of it. */

import { createInterface } from "node:readline";
import { Catalogue } from "../src/shared/rules/catalogue.js";
import { makeLicences } from "../src/shared/rules/licences.js";
import { makeLocations } from "../src/shared/rules/locations.js";
import { makeWorks } from "../src/shared/rules/works.js";
import { rules } from "./rules.mjs";

const { workKeys, accountKeys } = makeWorks(rules("media_hosts.json"));
const { location, pageLocation } = makeLocations(rules("sharing_hosts.json"));
const { licence } = makeLicences(rules("licences.json"));
const catalogue = new Catalogue(rules("datasets.json"));

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const text = JSON.parse(line);
  const answer = {
    works: workKeys(text),
    accounts: accountKeys(text),
    location: location(text),
    page: pageLocation(text),
    licence: licence(text),
    dataset: catalogue.dataset(text)?.id ?? null,
    files: catalogue.byFile(text, { generic: true }).map(({ id }) => id),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
