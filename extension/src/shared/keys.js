/** Public keys of servers and what they signed: Ed25519 by the browser's own WebCrypto. */

import { digest } from "./list/digests.js";

const ALGORITHM = "Ed25519";
const PUBLIC_BYTES = 32;
const SIGNATURE_BYTES = 64;
const ID_DIGITS = 16;
const SAMPLE = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // a key that is one [RFC 8032, 7.1]
const DOMAIN = "commonswatch watch list 1\n"; // so that a signature can never pass for one of something else

/** @typedef {{key: string, public: string}} PublicKey its id, and its bytes as base64 */

/** Whether this browser can check signatures: Chrome from 137, Firefox from 129. */
export async function canVerify() {
  return (await imported(SAMPLE)) !== null;
}

/** Whether a key is one, and its id is its own. @param {unknown} value @returns {Promise<boolean>} */
export async function isPublicKey(value) {
  const { key, public: text } = /** @type {Partial<PublicKey>} */ (value ?? {});
  const bytes = fromBase64(text, PUBLIC_BYTES);
  return bytes !== null && (await digest(bytes)).slice(0, ID_DIGITS) === key;
}

/** The key of its bytes; null when these are not 32. @param {string} text base64 @returns {Promise<PublicKey | null>} */
export async function publicKey(text) {
  const bytes = fromBase64(text, PUBLIC_BYTES);
  return bytes && { key: (await digest(bytes)).slice(0, ID_DIGITS), public: text };
}

/**
 * Which of the trusted keys signed the text; null when none did.
 * @param {string} text
 * @param {unknown} signatures as they came
 * @param {PublicKey[]} trusted
 * @returns {Promise<PublicKey | null>}
 */
export async function signer(text, signatures, trusted) {
  if (!Array.isArray(signatures)) return null;
  for (const one of trusted) {
    const signature = fromBase64(signatures.find((each) => each?.key === one.key)?.signature, SIGNATURE_BYTES);
    if (signature && (await verified(one, signature, text))) return one;
  }
  return null;
}

/** @param {PublicKey} signedWith @param {Uint8Array<ArrayBuffer>} signature @param {string} text */
async function verified(signedWith, signature, text) {
  const key = await imported(signedWith.public);
  return key !== null && crypto.subtle.verify(ALGORITHM, key, signature, new TextEncoder().encode(DOMAIN + text));
}

/** @param {string} text */
async function imported(text) {
  const bytes = fromBase64(text, PUBLIC_BYTES);
  try {
    return bytes && (await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["verify"]));
  } catch {
    return null; // an unknown algorithm, or bytes that are no key
  }
}

/** Bytes of a known length; null when it is anything else. @param {unknown} text @param {number} length */
function fromBase64(text, length) {
  if (typeof text !== "string" || text.length !== 4 * Math.ceil(length / 3)) return null;
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}
