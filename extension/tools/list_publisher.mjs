/** A made-up server's watch list, version after version, in memory. For tests and measurements. */

import { decodedKeys, deltaFile, fileEntry, keysFile, pictureRows, picturesFile, prefixes } from "./list_writer.mjs";
import { sha256, signedManifest, signingKey } from "./list_writer.mjs";

/** Spread over the hash. */
export const PLACES = Array.from({ length: 96 }, (_, bit) => ((bit * 8) % 256) + Math.floor(bit / 32));
export const THRESHOLD = 20;
const RULE_FILES = ["media_hosts", "sharing_hosts", "datasets", "licences", "links"];
const PLAIN_RULES = { format: 1, ...Object.fromEntries(RULE_FILES.map((name) => [name, { format: 1 }])) };
const HOUR = 3600 * 1000;

export class Publisher {
  /** @param {{key?: object, start?: number, places?: number[], threshold?: number}} [options] */
  constructor({
    key = signingKey(Buffer.alloc(32, 7)),
    start = Date.UTC(2026, 10, 23, 12),
    places = PLACES,
    threshold = THRESHOLD,
  } = {}) {
    Object.assign(this, {
      keys: [key],
      now: start,
      places,
      threshold,
      version: 0,
      previous: "",
      steps: [],
      files: new Map(),
    });
    this.lists = { version: 0, numbers: [], rows: [], places, threshold };
  }

  /** The next version, of these work keys and PDQ hashes; `changes` goes over the manifest before it is signed. */
  publish(workKeys, hashes = [], { rules = PLAIN_RULES, changes = {}, signers = this.keys } = {}) {
    const { places, threshold } = this;
    const version = this.version + 1;
    const lists = { version, numbers: prefixes(workKeys), rows: pictureRows(places, hashes), places, threshold };
    if (this.version) this.steps.push({ from: this.version, to: version, ...this.add(deltaFile(this.lists, lists)) });
    Object.assign(this, { version, lists, now: this.now + HOUR });
    this.manifest = { ...this.described(lists, rules), ...changes };
    this.text = JSON.stringify(this.manifest);
    this.envelope = signedManifest(this.text, signers);
    this.previous = sha256(this.text);
    return this;
  }

  described(lists, rules) {
    const pictures = picturesFile(lists.places, lists.threshold, lists.rows);
    return {
      ...{ format: 1, version: lists.version, made_at: moment(this.now), next_update: moment(this.now + HOUR) },
      ...{ previous: this.previous, signing_keys: this.keys.map(({ named }) => named) },
      keys: {
        ...this.add(keysFile(lists.numbers)),
        count: lists.numbers.length,
        decoded: sha256(decodedKeys(lists.numbers)),
      },
      pictures: { ...this.add(pictures), count: lists.rows.length, decoded: sha256(pictures) },
      rules: this.add(Buffer.from(JSON.stringify(rules))),
      deltas: [...this.steps],
    };
  }

  add(file) {
    const entry = fileEntry(file);
    this.files.set(entry.sha256, file);
    return entry;
  }
}

const moment = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;
