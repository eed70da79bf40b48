/**
 * Rice coding: strictly ascending whole numbers out of a stream of bits, as docs/watch-list.md has it. Only reading is
 * needed here; tools/list_writer.mjs writes.
 */

import { need } from "./list/refused.js";

export const MOST_LOW_BITS = 48;
const MOST_QUOTIENT = 2 ** 20;
const STEP = 24; // bits taken at once: what is left of 32 behind the place within a byte

/** @typedef {{k: number, count: number, below: number}} Coded how many numbers, all smaller than `below` */

/**
 * Hands every number to `each` and gives the place of the byte behind the stream. Raises Refused.
 * @param {Uint8Array} bytes
 * @param {number} start the byte it begins at
 * @param {Coded} coded
 * @param {(value: number, index: number) => void} each
 * @returns {number}
 */
export function readAscending(bytes, start, { k, count, below }, each) {
  need(k <= MOST_LOW_BITS, "range");
  const bits = new Bits(bytes, start);
  need(count * (k + 1) <= bits.left, "truncated"); // before anything is made for them
  const scale = 2 ** k;
  let value = -1;
  for (let index = 0; index < count; index++) {
    value += 1 + bits.ones() * scale + bits.number(k);
    need(bits.left >= 0, "truncated");
    need(value < below, "range");
    each(value, index);
  }
  return bits.close();
}

/** Bits, the lowest of each byte first. Past the end there are zeros, and `left` is negative. */
class Bits {
  /** @param {Uint8Array} bytes @param {number} start */
  constructor(bytes, start) {
    this.bytes = bytes;
    this.at = start * 8;
  }

  get left() {
    return this.bytes.length * 8 - this.at;
  }

  /** How many ones there are before the next zero, which is read, too. */
  ones() {
    let count = 0;
    while ((this.bytes[this.at >>> 3] >>> (this.at & 7)) & 1) {
      need(++count <= MOST_QUOTIENT, "range");
      this.at++;
    }
    this.at++;
    return count;
  }

  /** @param {number} size in bits, at most 48 */
  number(size) {
    let value = 0;
    for (let read = 0; read < size; read += STEP) {
      const taken = Math.min(STEP, size - read);
      value += (this.word() & ((1 << taken) - 1)) * 2 ** read;
      this.at += taken;
    }
    return value;
  }

  /** The next bits: at least 25 of them. */
  word() {
    const { bytes } = this;
    const byte = this.at >>> 3;
    const word = bytes[byte] | (bytes[byte + 1] << 8) | (bytes[byte + 2] << 16) | (bytes[byte + 3] << 24);
    return word >>> (this.at & 7);
  }

  /** The place of the byte behind; refuses what fills up the last byte and is not zero. */
  close() {
    const unread = (8 - (this.at & 7)) & 7;
    need(unread === 0 || this.bytes[this.at >>> 3] >>> (8 - unread) === 0, "rest");
    return (this.at + unread) / 8;
  }
}
