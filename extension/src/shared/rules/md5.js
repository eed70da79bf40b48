/** The MD5 of a text [RFC 1321]. Wikimedia chooses folders by it; it keeps nothing secret and proves nothing. */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Uint32Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32));
const BLOCK = 64; // bytes

/**
 * In lower-case hexadecimal.
 * @param {string} text
 */
export function md5(text) {
  const words = padded(new TextEncoder().encode(text));
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let start = 0; start < words.length; start += BLOCK / 4) stir(state, words.subarray(start, start + BLOCK / 4));
  return [...new Uint8Array(state.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The bytes, a 1 bit, zeros, and the length in bits: whole blocks, as little-endian words. (All platforms are today.)
 * @param {Uint8Array} bytes
 */
function padded(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK);
  const all = new Uint8Array(blocks * BLOCK);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const words = new Uint32Array(all.buffer);
  words[words.length - 2] = bytes.length * 8;
  return words;
}

/** @param {Uint32Array} state @param {Uint32Array} words */
function stir(state, words) {
  let [a, b, c, d] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
    const word = words[[step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15];
    const sum = (a + mixed + SINES[step] + word) | 0;
    const shift = SHIFTS[round * 4 + (step & 3)];
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}
