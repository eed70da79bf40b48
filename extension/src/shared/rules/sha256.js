/** The SHA-256 of a text [FIPS 180-4], at once: the browser's own gives only a promise, thousands of which take long. */

const BLOCK = 64; // bytes
const ROUNDS = 64;
const PRIMES = primes(ROUNDS);
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const encoder = new TextEncoder();
const words = new Int32Array(ROUNDS); // of the block that is stirred in, one at a time

/**
 * In lower-case hexadecimal.
 * @param {string} text
 */
export function sha256(text) {
  return Array.from(stateOf(text), (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Its first 48 bits, as a number. @param {string} text */
export function first48Bits(text) {
  const [one, two] = stateOf(text);
  return (one >>> 0) * 2 ** 16 + (two >>> 16);
}

/** @param {string} text */
function stateOf(text) {
  const bytes = padded(encoder.encode(text));
  const view = new DataView(bytes.buffer);
  const state = START.slice();
  for (let start = 0; start < bytes.length; start += BLOCK) {
    for (let at = 0; at < 16; at++) words[at] = view.getInt32(start + 4 * at);
    stir(state);
  }
  return state;
}

/** The bytes, a 1 bit, zeros, and the length in bits: whole blocks. @param {Uint8Array} bytes */
function padded(bytes) {
  const all = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  all.set(bytes);
  all[bytes.length] = 0x80;
  new DataView(all.buffer).setUint32(all.length - 4, bytes.length * 8);
  return all;
}

/** Written out, without a call or a list in a round: it runs for every key of a page. @param {Int32Array} state */
function stir(state) {
  for (let at = 16; at < ROUNDS; at++) {
    const near = words[at - 2];
    const far = words[at - 15];
    const first = ((far >>> 7) | (far << 25)) ^ ((far >>> 18) | (far << 14)) ^ (far >>> 3);
    const second = ((near >>> 17) | (near << 15)) ^ ((near >>> 19) | (near << 13)) ^ (near >>> 10);
    words[at] = (words[at - 16] + first + words[at - 7] + second) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let round = 0; round < ROUNDS; round++) {
    const turnedE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + turnedE + ((e & f) ^ (~e & g)) + CONSTANTS[round] + words[round]) | 0;
    const turnedA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (turnedA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The first 32 bits behind the point. @param {number} number */
function fraction(number) {
  return Math.floor((number - Math.floor(number)) * 2 ** 32);
}

/** @param {number} count */
function primes(count) {
  /** @type {number[]} */
  const found = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
}
