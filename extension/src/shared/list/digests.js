/** SHA-256 of files and lists, by the browser's own WebCrypto. */

import { need } from "./refused.js";

/** In hexadecimal. @param {Uint8Array} bytes */
export async function digest(bytes) {
  const sum = await crypto.subtle.digest("SHA-256", /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
  return hex(new Uint8Array(sum));
}

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Refuses bytes that have another digest than was said. @param {Uint8Array} bytes @param {string} said */
export async function needDigest(bytes, said) {
  need((await digest(bytes)) === said, "digest");
}
