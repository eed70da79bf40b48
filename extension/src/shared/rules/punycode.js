/** Letters outside ASCII as letters inside it, for host names [RFC 3492]. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const LAST_CODE = 0x10ffff;
const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * @param {string} plain
 * @returns {string} without the `xn--`
 */
export function packed(plain) {
  const codes = [...plain].map((letter) => /** @type {number} */ (letter.codePointAt(0)));
  const basic = codes.filter((code) => code < FIRST_CODE);
  let output = basic.length ? `${String.fromCodePoint(...basic)}-` : "";
  let [next, delta, bias, handled] = [FIRST_CODE, 0, FIRST_BIAS, basic.length];
  while (handled < codes.length) {
    const smallest = Math.min(...codes.filter((code) => code >= next));
    delta += (smallest - next) * (handled + 1);
    next = smallest;
    for (const code of codes) {
      if (code < next) delta++;
      if (code !== next) continue;
      output += number(delta, bias);
      bias = adapted(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    next++;
  }
  return output;
}

/**
 * @param {string} text without the `xn--`
 * @returns {string | null} null where it is no punycode
 */
export function unpacked(text) {
  const end = text.lastIndexOf("-");
  const codes = [...text.slice(0, Math.max(0, end))].map((letter) => /** @type {number} */ (letter.codePointAt(0)));
  let [code, position, bias, at] = [FIRST_CODE, 0, FIRST_BIAS, end + 1];
  while (at < text.length) {
    const before = position;
    for (let weight = 1, step = BASE; ; step += BASE) {
      const digit = at < text.length ? DIGITS.indexOf(text[at++]) : -1;
      if (digit < 0) return null;
      position += digit * weight;
      const threshold = bounded(step - bias);
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > LAST_CODE * BASE * BASE) return null; // no letter is so far
    }
    const length = codes.length + 1;
    bias = adapted(position - before, length, before === 0);
    code += Math.floor(position / length);
    position %= length;
    if (code > LAST_CODE) return null;
    codes.splice(position++, 0, code);
  }
  return String.fromCodePoint(...codes);
}

/** @param {number} delta @param {number} bias */
function number(delta, bias) {
  let output = "";
  for (let step = BASE; ; step += BASE) {
    const threshold = bounded(step - bias);
    if (delta < threshold) return output + DIGITS[delta];
    output += DIGITS[threshold + ((delta - threshold) % (BASE - threshold))];
    delta = Math.floor((delta - threshold) / (BASE - threshold));
  }
}

/** @param {number} threshold */
function bounded(threshold) {
  return Math.min(Math.max(threshold, T_MIN), T_MAX);
}

/** @param {number} delta @param {number} length @param {boolean} first */
function adapted(delta, length, first) {
  delta = Math.floor(delta / (first ? DAMP : 2));
  delta += Math.floor(delta / length);
  let step = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) / 2; step += BASE) delta = Math.floor(delta / (BASE - T_MIN));
  return step + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW));
}
