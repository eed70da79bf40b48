/**
 * Follows a watch list from version to version with the extension's own readers, for the test that compares both
 * languages. Standard input: `{trusted, now, envelopes, files: {<sha256>: base64}}`; standard output, for each version:
 * digests of the decoded lists by whole files and by the delta from the version before, and which `keys` are in it.
 */

import { readFileSync } from "node:fs";
import process from "node:process";

import { signer } from "../src/shared/keys.js";
import { applyDelta } from "../src/shared/list/delta.js";
import { digest, needDigest } from "../src/shared/list/digests.js";
import { readKeys, readPictures } from "../src/shared/list/files.js";
import { needSuccessor, readManifest, stepsFrom } from "../src/shared/list/manifest.js";
import { need } from "../src/shared/list/refused.js";
import { hasPrefix, prefixesOf } from "../src/shared/prefixes.js";

const { trusted, now, envelopes, files, keys: wanted } = JSON.parse(readFileSync(process.stdin.fd, "utf8"));
const prefixes = await prefixesOf(wanted);
const told = [];
let own = { text: null, version: 0, lists: null, trusted };
for (const envelope of envelopes) {
  const text = envelope.manifest;
  need(await signer(text, envelope.signatures, own.trusted), "signature");
  const manifest = await readManifest(text);
  await needSuccessor(manifest, text, own.text, Date.parse(now));
  const lists = { keys: readKeys(await file(manifest.keys)), pictures: await file(manifest.pictures) };
  readPictures(lists.pictures);
  const stepped = own.lists && (await steppedTo(manifest));
  const found = prefixes.map((prefix) => hasPrefix(lists.keys, prefix));
  told.push({
    version: manifest.version,
    whole: await digests(lists),
    stepped: stepped && (await digests(stepped)),
    found,
  });
  own = { text, version: manifest.version, lists, trusted: manifest.signing_keys };
}
console.log(JSON.stringify(told));

/** The lists of the version at hand, changed step by step. */
async function steppedTo(manifest) {
  let { lists } = own;
  for (const step of stepsFrom(manifest, own.version)) lists = await applyDelta(await file(step), step.from, lists);
  return lists;
}

async function file({ sha256, bytes }) {
  const content = new Uint8Array(Buffer.from(files[sha256], "base64"));
  need(content.length === bytes, "size");
  await needDigest(content, sha256);
  return content;
}

async function digests({ keys, pictures }) {
  return [await digest(keys), await digest(pictures)];
}
