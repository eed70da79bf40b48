/** Vectors of manifests: which are accepted, and why others are refused. */

import { Publisher } from "../list_publisher.mjs";
import { signedManifest } from "../list_writer.mjs";
import { FIRST, KEYS, PLACES, SECOND, STRANGER, hash } from "./parts.mjs";

const NOW = "2026-11-23T14:00:00Z";

const publisher = () => new Publisher({ key: FIRST, places: PLACES, threshold: 8 });
const one = publisher().publish(KEYS.slice(0, 2), [hash(1)]);
const first = { envelope: one.envelope, trusted: [FIRST.named], own: null };
const skipped = publisher()
  .publish(KEYS)
  .publish(KEYS)
  .publish(KEYS, [hash(3)]);

/** The version after the first, with other words in its manifest. */
function next(changes = {}, options = {}) {
  const two = publisher()
    .publish(KEYS.slice(0, 2), [hash(1)])
    .publish(KEYS, [hash(2)], { changes, ...options });
  return { envelope: two.envelope, trusted: [FIRST.named], own: one.text };
}

export function manifests() {
  return [...accepted(), ...refused()].map(({ name, why = null, ...rest }) => ({ name, why, now: NOW, ...rest }));
}

function accepted() {
  const twice = next({ signing_keys: [FIRST.named, SECOND.named] }, { signers: [FIRST, SECOND] });
  return [
    { name: "the first one", ...first },
    { name: "the same again", ...first, own: one.text },
    { name: "the next one", ...next() },
    { name: "versions left out", ...first, own: one.text, envelope: skipped.envelope },
    { name: "signed by two keys, the client knows the first", ...twice },
    { name: "signed by two keys, the client knows the second", ...twice, trusted: [SECOND.named] },
    { name: "a field nobody knows", ...next({ greeting: "hello" }) },
    { name: "made a little less than a day ahead", ...next({ made_at: "2026-11-24T13:59:59Z" }) },
  ];
}

function refused() {
  const other = publisher().publish(KEYS, [hash(9)]);
  return [
    { name: "by a key nobody knows", why: "signature", ...next({}, { signers: [STRANGER] }) },
    { name: "a stranger under a known name", why: "signature", ...disguised(next()) },
    { name: "one letter of the text changed", why: "signature", ...retold(next()) },
    { name: "without signatures", why: "signature", ...next({}, { signers: [] }) },
    { name: "another format", why: "format", ...next({ format: 2 }) },
    { name: "no keys to sign with", why: "format", ...next({ signing_keys: [] }) },
    {
      name: "a key whose id is not its own",
      why: "format",
      ...next({ signing_keys: [{ ...FIRST.named, key: "0".repeat(16) }] }),
    },
    { name: "version 0", why: "format", ...next({ version: 0 }) },
    { name: "a moment that is none", why: "format", ...next({ made_at: "2026-13-01T00:00:00Z" }) },
    {
      name: "a delta over two versions",
      why: "format",
      ...next({ deltas: [{ from: 0, to: 2, sha256: "0".repeat(64), bytes: 1 }] }),
    },
    { name: "an older version", why: "version", ...first, own: skipped.text },
    { name: "the same version with another text", why: "version", ...first, envelope: other.envelope, own: one.text },
    { name: "the next one after another text", why: "history", ...next({ previous: "0".repeat(64) }) },
    { name: "made more than a day ahead", why: "time", ...next({ made_at: "2026-11-24T14:00:01Z" }) },
    { name: "more than 32 MiB", why: "size", ...next({ keys: { ...one.manifest.keys, bytes: 33_554_433 } }) },
    {
      name: "more than five million entries",
      why: "size",
      ...next({ pictures: { ...one.manifest.pictures, count: 5_000_001 } }),
    },
    { name: "more than 4 MiB of rules", why: "size", ...next({ rules: { ...one.manifest.rules, bytes: 4_194_305 } }) },
  ];
}

function disguised(vector) {
  const [{ signature }] = signedManifest(vector.envelope.manifest, [STRANGER]).signatures;
  return { ...vector, envelope: { ...vector.envelope, signatures: [{ key: FIRST.named.key, signature }] } };
}

function retold(vector) {
  return {
    ...vector,
    envelope: { ...vector.envelope, manifest: vector.envelope.manifest.replace("made_at", "made_it") },
  };
}
