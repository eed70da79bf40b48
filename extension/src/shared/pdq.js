/**
 * PDQ, the perceptual hash of 256 bits: to the bit the one of the server's `pdqhash`.
 *
 * Written after its description (Meta, ThreatExchange, `hashing/hashing.pdf`, BSD). `Math.fround` and `Float32Array`
 * keep every step in 32 bits, as the C++ code does it. From pixels to grey is in grey.js.
 */

import { greyOf } from "./grey.js";

const SMALLEST = 5; // a side below which nothing can be told
const SAMPLES = 64; // a side of what is transformed
const WAVES = 16; // a side of what is left of it
const PASSES = 2;
const float = Math.fround;

/** 16 x 64: the discrete cosine transform without its constant first row. */
const BASIS = Float32Array.from({ length: WAVES * SAMPLES }, (_, at) => {
  const [wave, sample] = [Math.floor(at / SAMPLES) + 1, at % SAMPLES];
  return float(Math.sqrt(2 / SAMPLES)) * Math.cos((Math.PI / 2 / SAMPLES) * wave * (2 * sample + 1));
});

/**
 * @typedef {import("./grey.js").Bytes} Bytes
 * @typedef {import("./grey.js").Grey} Grey
 * @typedef {{hash: Uint8Array, quality: number}} Pdq 32 bytes, the highest bit first; 0 to 100
 */

/** Of all pixels at once. @param {{data: Bytes, width: number, height: number}} picture @returns {Promise<Pdq>} */
export function pdq({ data, width, height }) {
  return pdqOfRows(width, height, (top, rows) => data.subarray(top * width * 4, (top + rows) * width * 4));
}

/**
 * The same where a few rows at a time are read, so that a large picture is never there twice.
 * @param {number} width
 * @param {number} height
 * @param {(top: number, rows: number) => Bytes | Promise<Bytes>} rowsAt
 * @returns {Promise<Pdq>}
 */
export async function pdqOfRows(width, height, rowsAt) {
  const grey = await greyOf(width, height, rowsAt);
  if (Math.min(grey.width, grey.height) < SMALLEST) return { hash: new Uint8Array((WAVES * WAVES) / 8), quality: 0 };
  return hashOf(grey);
}

/** @param {Grey} grey overwritten @returns {Pdq} */
function hashOf(grey) {
  const samples = sampled(blurred(grey));
  const waves = transformed(samples);
  const median = waves.slice().sort()[waves.length / 2 - 1];
  const hash = new Uint8Array(waves.length / 8);
  waves.forEach((wave, bit) => {
    if (wave > median) hash[hash.length - 1 - (bit >> 3)] |= 1 << (bit & 7);
  });
  return { hash, quality: qualityOf(samples) };
}

/** Running means along rows and columns, twice: about a bell curve. @param {Grey} grey @returns {Grey} */
function blurred(grey) {
  const other = { ...grey, values: new Float32Array(grey.values.length) };
  for (let pass = 0; pass < PASSES; pass++) {
    meanOfRows(grey, other);
    meanOfColumns(other, grey);
  }
  return grey;
}

/** How wide a running mean is, and how far it looks ahead. @param {number} side */
function windowOf(side) {
  const size = Math.floor((side + 2 * SAMPLES - 1) / (2 * SAMPLES));
  return { size, ahead: Math.floor((size + 2) / 2) - 1 };
}

/** @param {Grey} from @param {Grey} to */
function meanOfRows({ values, width, height }, to) {
  const { size, ahead } = windowOf(width);
  for (let row = 0; row < height * width; row += width) {
    let [sum, first, last] = [0, 0, 0];
    for (; last < ahead; last++) sum = float(sum + values[row + last]);
    for (let x = 0; x < width; x++) {
      if (last < width) sum = float(sum + values[row + last++]);
      if (last - first > size || x + ahead >= width) sum = float(sum - values[row + first++]);
      to.values[row + x] = sum / (last - first);
    }
  }
}

/** Whole rows at a time, which is kind to the cache. @param {Grey} from @param {Grey} to */
function meanOfColumns({ values, width, height }, to) {
  const { size, ahead } = windowOf(height);
  const sums = new Float32Array(width);
  let [first, last] = [0, 0];
  const add = () => {
    for (let x = 0, at = last++ * width; x < width; x++) sums[x] += values[at + x];
  };
  const drop = () => {
    for (let x = 0, at = first++ * width; x < width; x++) sums[x] -= values[at + x];
  };
  while (last < ahead) add();
  for (let y = 0; y < height; y++) {
    if (last < height) add();
    if (last - first > size || y + ahead >= height) drop();
    for (let x = 0, at = y * width; x < width; x++) to.values[at + x] = sums[x] / (last - first);
  }
}

/** 64 x 64 of the values. @param {Grey} grey */
function sampled({ values, width, height }) {
  const samples = new Float32Array(SAMPLES * SAMPLES);
  for (let row = 0; row < SAMPLES; row++) {
    const start = Math.floor(((row + 0.5) * height) / SAMPLES) * width;
    for (let column = 0; column < SAMPLES; column++) {
      samples[row * SAMPLES + column] = values[start + Math.floor(((column + 0.5) * width) / SAMPLES)];
    }
  }
  return samples;
}

/** How much there is to see: the sum of the steps between neighbours. @param {Float32Array} samples */
function qualityOf(samples) {
  const last = SAMPLES - 1;
  let sum = 0;
  for (let at = 0; at < samples.length; at++) {
    if (at < last * SAMPLES) sum += stepOf(samples[at], samples[at + SAMPLES]);
    if (at % SAMPLES < last) sum += stepOf(samples[at], samples[at + 1]);
  }
  return Math.min(100, Math.trunc(sum / 90));
}

/** @param {number} one @param {number} other */
function stepOf(one, other) {
  return Math.abs(Math.trunc(float(float(float(one - other) * 100) / 255)));
}

/** 16 x 16 of its waves. @param {Float32Array} samples */
function transformed(samples) {
  const half = product(BASIS, WAVES, samples, 1, SAMPLES);
  return product(half, WAVES, BASIS, SAMPLES, 1);
}

/**
 * A product of matrices, 64 deep: rows of the first with columns of the second, or with its rows (steps turned round).
 * @param {Float32Array} left
 * @param {number} rows
 * @param {Float32Array} right
 * @param {number} across from column to column of the second
 * @param {number} down from row to row
 */
function product(left, rows, right, across, down) {
  const columns = right.length / SAMPLES;
  const made = new Float32Array(rows * columns);
  for (let at = 0; at < made.length; at++) {
    const [row, column] = [Math.floor(at / columns) * SAMPLES, (at % columns) * across];
    let sum = 0;
    for (let deep = 0; deep < SAMPLES; deep++) sum = float(sum + float(left[row + deep] * right[column + deep * down]));
    made[at] = sum;
  }
  return made;
}
