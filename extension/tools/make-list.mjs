/**
 * Makes a signed watch list of given keys, with the deltas between versions: `node tools/make-list.mjs FOLDER KEYS…`, one
 * file of keys (one a line) for each version. For tests and measurements only: the server makes the real one.
 *
 * In FOLDER: `watch-list` and `key` as the API answers them, and `files/<sha256>`. Rules are those of the extension;
 * pictures: a line `pdq:<64 hexadecimal digits>` among the keys.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

import { Publisher } from "./list_publisher.mjs";
import { signingKey } from "./list_writer.mjs";
import { rules } from "./rules.mjs";

const HOUR = 3600 * 1000;
const PICTURE = /^pdq:([0-9a-f]{64})$/;
const RULE_FILES = ["media_hosts", "sharing_hosts", "datasets", "licences", "links"];

const [folder, ...versions] = process.argv.slice(2);
if (!versions.length) {
  console.error("usage: node tools/make-list.mjs FOLDER KEYS…");
  process.exit(2);
}
const key = signingKey(Buffer.alloc(32, 7)); // everybody knows it: nobody may trust it
const publisher = new Publisher({ key, start: Date.now() - versions.length * HOUR });
const ownRules = { format: 1, ...Object.fromEntries(RULE_FILES.map((name) => [name, rules(`${name}.json`)])) };
for (const file of versions) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const hashes = lines.flatMap((line) => PICTURE.exec(line)?.slice(1) ?? []).map((hex) => Buffer.from(hex, "hex"));
  publisher.publish(
    lines.filter((line) => !PICTURE.test(line)),
    hashes,
    { rules: ownRules },
  );
}

mkdirSync(join(folder, "files"), { recursive: true });
for (const [sha256, bytes] of publisher.files) writeFileSync(join(folder, "files", sha256), bytes);
writeFileSync(join(folder, "watch-list"), JSON.stringify(publisher.envelope));
writeFileSync(join(folder, "key"), JSON.stringify(key.named));
const { version, keys, pictures } = publisher.manifest;
console.log(JSON.stringify({ version, keys: keys.count, pictures: pictures.count, files: publisher.files.size }));
