/** Reads a file of the watch list from its first byte to its last; what is too short or too long is refused. */

import { readAscending } from "../rice.js";
import { need } from "./refused.js";

/** Every number is little-endian. */
export class ByteReader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** @param {string} word four letters */
  magic(word) {
    need(String.fromCharCode(...this.take(word.length)) === word, "format");
  }

  u8() {
    return this.view.getUint8(this.#step(1));
  }

  u16() {
    return this.view.getUint16(this.#step(2), true);
  }

  u32() {
    return this.view.getUint32(this.#step(4), true);
  }

  /** The next bytes, not copied. @param {number} length */
  take(length) {
    const start = this.#step(length);
    return this.bytes.subarray(start, start + length);
  }

  /**
   * @param {import("../rice.js").Coded} coded
   * @param {(value: number, index: number) => void} each
   */
  ascending(coded, each) {
    this.at = readAscending(this.bytes, this.at, coded, each);
  }

  end() {
    need(this.at === this.bytes.length, "rest");
  }

  /** @param {number} length */
  #step(length) {
    const start = this.at;
    need(length <= this.bytes.length - start, "truncated");
    this.at = start + length;
    return start;
  }
}
