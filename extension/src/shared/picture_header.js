/** How large a picture is by the head of its file, before anybody decodes it. Only kinds that the server reads, too. */

const START = 65_536; // bytes in which an AVIF says how large it is
const ISPE = [0x69, 0x73, 0x70, 0x65]; // the box of an AVIF that says so
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]); // of a JPEG

/** @typedef {{width: number, height: number}} Size before it is turned upright */

/**
 * The size of a JPEG, PNG, WebP, GIF or AVIF; null when it is none of them, or is cut off.
 * @param {Uint8Array} bytes
 * @returns {Size | null}
 */
export function pictureSize(bytes) {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return sizeIn(head, String.fromCharCode(...bytes.subarray(0, 12)));
  } catch {
    return null; // read past its end
  }
}

/** @param {DataView} head @param {string} start its first letters @returns {Size | null} */
function sizeIn(head, start) {
  if (start.startsWith("\xff\xd8\xff")) return jpegSize(head);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return { width: head.getUint32(16), height: head.getUint32(20) };
  if (/^GIF8[79]a/.test(start)) return { width: head.getUint16(6, true), height: head.getUint16(8, true) };
  if (/^RIFF.{4}WEBP/s.test(start)) return webpSize(head);
  if (/^.{4}ftypavi[fs]/s.test(start)) return avifSize(head);
  return null;
}

/** Walks over the segments to the one that begins the frame. @param {DataView} head @returns {Size | null} */
function jpegSize(head) {
  let at = 2;
  while (head.getUint8(at) === 0xff) {
    const marker = head.getUint8(at + 1);
    if (FRAMES.has(marker)) return { width: head.getUint16(at + 7), height: head.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + head.getUint16(at + 2);
  }
  return null;
}

/** @param {DataView} head @returns {Size | null} */
function webpSize(head) {
  const kind = head.getUint32(12);
  if (kind === 0x56503820)
    return { width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff };
  if (kind === 0x5650384c) {
    const bits = head.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 0x56503858) return null;
  return { width: (head.getUint32(23, true) >>> 8) + 1, height: (head.getUint32(26, true) >>> 8) + 1 };
}

/** The largest of the pictures in it: tiles and masks have sizes, too. @param {DataView} head @returns {Size | null} */
function avifSize(head) {
  /** @type {Size | null} */
  let largest = null;
  for (let at = 12; at < Math.min(head.byteLength, START) - 16; at++) {
    if (!ISPE.every((letter, index) => head.getUint8(at + index) === letter)) continue;
    const size = { width: head.getUint32(at + 8), height: head.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
