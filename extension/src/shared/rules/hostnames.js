/**
 * A host name as people write it → its ASCII spelling, the same in every language this engine is written in.
 *
 * Browsers and IDNA libraries disagree with each other and from version to version. So the letters are listed here:
 * those of living scripts that all versions treat alike. A name with any other is refused.
 */

import { packed, unpacked } from "./punycode.js";

const DOTS = /[\u3002\uff0e\uff61]/gu; // the full stops of CJK keyboards
const LETTERS = new RegExp(
  "^[0-9A-Za-z_\\-\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0300-\u036f\u0370-\u058f" + // of Europe
    "\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff" + // Hebrew, Arabic
    "\u0900-\u0dff\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u10d0-\u10fa\u1200-\u135a\u1780-\u17d3" + // of South Asia
    "\u1e00-\u1fff\u3005\u3007\u3041-\u3096\u3099\u309a\u309d\u309e\u30a1-\u30fe\u3400-\u4db5\u4e00-\u9fef\uac00-\ud7a3" +
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f]+$", // full and half width: made usual below
  "u",
);
const MARK_FIRST = /^[\u0300-\u036f\u3099\u309a]/u;
const LATIN = /[a-z\u00c0-\u02af\u1e00-\u1eff]/u;
const LIKE_LATIN = /[\u0370-\u058f\u1f00-\u1fff]/u; // Greek, Cyrillic, Armenian
const LONGEST_LABEL = 63;
const PREFIX = "xn--";
const OUTSIDE_ASCII = /[^\0-\x7f]/;

/**
 * The lower-case ASCII spelling of a host name. Null where it has none, or is there to imitate another.
 * @param {string} written
 * @returns {string | null}
 */
export function asciiHost(written) {
  const small = OUTSIDE_ASCII.test(written) ? null : written.toLowerCase();
  if (small !== null && !small.includes(PREFIX)) return small;
  const labels = written.replace(DOTS, ".").split(".").map(asciiLabel);
  return labels.includes(null) ? null : labels.join(".");
}

/** @param {string} label @returns {string | null} */
function asciiLabel(label) {
  if (OUTSIDE_ASCII.test(label)) return packedLabel(label);
  const small = label.toLowerCase();
  if (!small.startsWith(PREFIX)) return small;
  const plain = small.length > LONGEST_LABEL ? null : unpacked(small.slice(PREFIX.length));
  return plain !== null && OUTSIDE_ASCII.test(plain) && packedLabel(plain) === small ? small : null;
}

/** @param {string} label @returns {string | null} */
function packedLabel(label) {
  const plain = label.length > LONGEST_LABEL ? null : usual(label);
  if (plain === null || plain !== usual(plain) || imitates(plain)) return null;
  if (OUTSIDE_ASCII.test(plain)) return PREFIX + packed(plain);
  return plain.startsWith(PREFIX) ? null : plain; // it was written in full width
}

/**
 * The label in small letters of usual width, composed. Null for letters that are not listed.
 * @param {string} label
 * @returns {string | null}
 */
function usual(label) {
  if (!LETTERS.test(label)) return null;
  const small = [...label.normalize("NFKC")].map((letter) => letter.toLowerCase()).join("");
  const composed = small.normalize("NFKC");
  return LETTERS.test(composed) && !MARK_FIRST.test(composed) ? composed : null;
}

/**
 * Whether a label mixes Latin with Greek, Cyrillic or Armenian letters: nobody's name.
 * @param {string} plain
 */
function imitates(plain) {
  return LATIN.test(plain) && LIKE_LATIN.test(plain);
}
