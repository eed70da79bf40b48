/** How many addresses a second the engine reads: `node tools/measure-keys.mjs FILE…`, one address a line. */

import { readFileSync } from "node:fs";
import { makeWorks } from "../src/shared/rules/works.js";
import { rules } from "./rules.mjs";

const TRIES = 3; // the best counts
const AT_LEAST = 200_000; // addresses a try: the files are read again and again

const urls = process.argv.slice(2).flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean));
const rounds = Math.ceil(AT_LEAST / urls.length);
const { workKeys } = makeWorks(rules("media_hosts.json"));

function perSecond() {
  const start = process.cpuUsage();
  for (let round = 0; round < rounds; round++) for (const url of urls) workKeys(url);
  const { user, system } = process.cpuUsage(start); // microseconds
  return (rounds * urls.length * 1e6) / (user + system);
}

perSecond(); // warms the compiler up
const best = Math.max(...Array.from({ length: TRIES }, perSecond));
console.log(JSON.stringify({ urls: urls.length, urls_per_second: Math.round(best) }));
