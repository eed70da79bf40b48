/**
 * PDQ, the perceptual hash of 256 bits: to the bit the one of the server (fingerprints/pdq.py says how it is made).
 *
 * After its description (Meta, ThreatExchange, `hashing/hashing.pdf`). All is counted in whole numbers, so that every
 * language and every order of adding gives the same sums. From pixels to grey is in grey.js.
 */

import { greyOf } from "./grey.js";

const SMALLEST = 5; // a side below which nothing can be told
const SAMPLES = 64; // a side of what is transformed
const WAVES = 16; // a side of what is left of it
const UNIT = 2 ** 14; // of the weights, and of the transform
const FINE = 2 ** 40; // of a share, before weights are rounded
const LARGEST_STEP = 255 * 256; // between samples, which have eight bits after the point
const PIXELS_READ_AT_ONCE = 2_000_000;

/** 16 x 64: the discrete cosine transform without its constant first row. */
const BASIS = Int16Array.from({ length: WAVES * SAMPLES }, (_, at) => {
  const [wave, sample] = [Math.floor(at / SAMPLES) + 1, at % SAMPLES];
  return Math.floor(Math.cos((Math.PI / (2 * SAMPLES)) * wave * (2 * sample + 1)) * Math.sqrt(2 / SAMPLES) * UNIT + 0.5);
});

/**
 * @typedef {import("./grey.js").Bytes} Bytes
 * @typedef {{hash: Uint8Array, quality: number}} Pdq 32 bytes, the highest bit first; 0 to 100
 * @typedef {{start: number, weights: Int16Array}} Sample where its weights start; they add up to 2^14
 */

/** Of all pixels at once. @param {{data: Bytes, width: number, height: number}} picture @returns {Promise<Pdq>} */
export function pdq({ data, width, height }) {
  return pdqOfRows(width, height, (top, rows) => data.subarray(top * width * 4, (top + rows) * width * 4));
}

/**
 * The same where a few rows at a time are read, so that a large picture is never there as a whole.
 * @param {number} width
 * @param {number} height
 * @param {(top: number, rows: number) => Bytes | Promise<Bytes>} rowsAt
 * @returns {Promise<Pdq>}
 */
export async function pdqOfRows(width, height, rowsAt) {
  if (Math.min(width, height) < SMALLEST) return { hash: new Uint8Array((WAVES * WAVES) / 8), quality: 0 };
  const [down, sums] = [samplesOf(height), new Int32Array(SAMPLES * width)];
  const strip = Math.max(1, Math.floor(PIXELS_READ_AT_ONCE / width)); // rows
  for (let top = 0; top < height; top += strip) {
    const rows = Math.min(strip, height - top);
    addRows(greyOf(await rowsAt(top, rows)), width, top, down, sums);
  }
  return hashOf(acrossColumns(sums, width));
}

/** The weights of the 64 samples of a side: means of means around each. @param {number} side @returns {Sample[]} */
function samplesOf(side) {
  const size = Math.floor((side + 2 * SAMPLES - 1) / (2 * SAMPLES)); // how wide a mean is
  const ahead = Math.floor((size + 2) / 2) - 1; // how far it looks ahead
  /** @param {number} at @returns {[number, number]} */
  const windowAt = (at) => [Math.max(0, at + ahead + 1 - size), Math.min(side, at + ahead + 1)];
  return Array.from({ length: SAMPLES }, (_, sample) =>
    sampleAt(Math.floor(((2 * sample + 1) * side) / (2 * SAMPLES)), windowAt),
  );
}

/** @param {number} at @param {(at: number) => [number, number]} windowAt @returns {Sample} */
function sampleAt(at, windowAt) {
  const [first, last] = windowAt(at);
  const start = windowAt(first)[0];
  const shares = new Float64Array(windowAt(last - 1)[1] - start);
  for (let near = first; near < last; near++) {
    const [from, to] = windowAt(near);
    const share = Math.floor(FINE / ((last - first) * (to - from)));
    for (let x = from; x < to; x++) shares[x - start] += share;
  }
  const weights = Int16Array.from(shares, (share) => Math.floor((share + FINE / UNIT / 2) / (FINE / UNIT)));
  weights[at - start] += UNIT - weights.reduce((sum, weight) => sum + weight, 0); // what rounding lost
  return { start, weights };
}

/**
 * Adds rows of grey to the sums of each sample they belong to.
 * @param {Uint8Array} grey
 * @param {number} width
 * @param {number} top number of the first row
 * @param {Sample[]} down
 * @param {Int32Array} sums 64 rows
 */
function addRows(grey, width, top, down, sums) {
  const rows = grey.length / width;
  down.forEach(({ start, weights }, sample) => {
    const end = Math.min(start + weights.length, top + rows);
    const into = sample * width;
    for (let y = Math.max(start, top); y < end; y++) {
      const [weight, from] = [weights[y - start], (y - top) * width];
      for (let x = 0; x < width; x++) sums[into + x] += weight * grey[from + x];
    }
  });
}

/** 64 x 64 samples of the sums of columns. @param {Int32Array} sums @param {number} width */
function acrossColumns(sums, width) {
  const across = samplesOf(width);
  const samples = new Uint16Array(SAMPLES * SAMPLES);
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] + 32) >> 6;
  for (let at = 0; at < samples.length; at++) {
    const { start, weights } = across[at % SAMPLES];
    const from = Math.floor(at / SAMPLES) * width + start;
    let sum = UNIT / 2;
    for (let x = 0; x < weights.length; x++) sum += weights[x] * sums[from + x];
    samples[at] = sum >> 14;
  }
  return samples;
}

/** @param {Uint16Array} samples @returns {Pdq} */
function hashOf(samples) {
  const waves = transformed(samples);
  const median = waves.slice().sort()[waves.length / 2 - 1];
  const hash = new Uint8Array(waves.length / 8);
  waves.forEach((wave, bit) => {
    if (wave > median) hash[hash.length - 1 - (bit >> 3)] |= 1 << (bit & 7);
  });
  return { hash, quality: qualityOf(samples) };
}

/** How much there is to see: the sum of the steps between neighbours. @param {Uint16Array} samples */
function qualityOf(samples) {
  const last = SAMPLES - 1;
  let sum = 0;
  for (let at = 0; at < samples.length; at++) {
    if (at < last * SAMPLES) sum += stepOf(samples[at], samples[at + SAMPLES]);
    if (at % SAMPLES < last) sum += stepOf(samples[at], samples[at + 1]);
  }
  return Math.min(100, Math.floor(sum / 90));
}

/** In whole hundredths. @param {number} one @param {number} other */
function stepOf(one, other) {
  return Math.floor((Math.abs(one - other) * 100) / LARGEST_STEP);
}

/** 16 x 16 of its waves. @param {Uint16Array} samples */
function transformed(samples) {
  const half = product(BASIS, WAVES, samples, 1, SAMPLES);
  return product(half, WAVES, BASIS, SAMPLES, 1);
}

/**
 * A product of matrices, 64 deep: rows of the first with columns of the second, or with its rows (steps turned round).
 * No sum reaches 2^53.
 * @param {Int16Array | Float64Array} left
 * @param {number} rows
 * @param {Int16Array | Uint16Array} right
 * @param {number} across from column to column of the second
 * @param {number} down from row to row
 */
function product(left, rows, right, across, down) {
  const columns = right.length / SAMPLES;
  const made = new Float64Array(rows * columns);
  for (let at = 0; at < made.length; at++) {
    const [row, column] = [Math.floor(at / columns) * SAMPLES, (at % columns) * across];
    let sum = 0;
    for (let deep = 0; deep < SAMPLES; deep++) sum += left[row + deep] * right[column + deep * down];
    made[at] = sum;
  }
  return made;
}
