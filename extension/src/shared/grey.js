/** From pixels to the grey values PDQ starts from, by the server's rules for large and for transparent pictures. */

const MOST_PIXELS_AT_ONCE = 12_000_000; // above, a picture is halved by averaging first, as the server does it
const PIXELS_READ_AT_ONCE = 2_000_000;

/**
 * @typedef {Uint8Array | Uint8ClampedArray} Bytes RGBA
 * @typedef {{values: Float32Array, width: number, height: number}} Grey
 */

/**
 * @param {number} width
 * @param {number} height
 * @param {(top: number, rows: number) => Bytes | Promise<Bytes>} rowsAt
 * @returns {Promise<Grey>}
 */
export async function greyOf(width, height, rowsAt) {
  const scale = width * height > MOST_PIXELS_AT_ONCE ? 2 : 1;
  const [columns, lines] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  const values = new Float32Array(columns * lines);
  const strip = Math.max(2, 2 * Math.floor(PIXELS_READ_AT_ONCE / 2 / width)); // rows; even
  for (let top = 0; top < height; top += strip) {
    const rows = Math.min(strip, height - top);
    const data = opaque(await rowsAt(top, rows));
    const into = values.subarray((top / scale) * columns);
    if (scale === 1) lumaOf(data, into);
    else halvedLumaOf(data, width, rows, into);
  }
  return { values, width: columns, height: lines };
}

/** How much darker or lighter the eye sees a colour. @param {number} red @param {number} green @param {number} blue */
const luma = (red, green, blue) => red * 0.299 + green * 0.587 + blue * 0.114;

/** Over white, rounded as Pillow does it. @param {Bytes} data left as it is */
export function opaque(data) {
  let flat = data;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3];
    if (alpha === 255) continue;
    if (flat === data) flat = data.slice();
    for (let channel = at; channel < at + 3; channel++) {
      const sum = 255 * (255 - alpha) + data[channel] * alpha + 128;
      flat[channel] = ((sum >> 8) + sum) >> 8;
    }
  }
  return flat;
}

/** @param {Bytes} data @param {Float32Array} into */
function lumaOf(data, into) {
  for (let at = 0; at < data.length; at += 4) into[at / 4] = luma(data[at], data[at + 1], data[at + 2]);
}

/**
 * The mean of every two by two pixels, rounded, and its luma; at the right and lower edge of what is there.
 * @param {Bytes} data
 * @param {number} width
 * @param {number} rows
 * @param {Float32Array} into
 */
function halvedLumaOf(data, width, rows, into) {
  let made = 0;
  for (let y = 0; y < rows; y += 2) {
    const below = y + 1 < rows ? width * 4 : 0;
    for (let x = 0; x < width; x += 2) {
      const first = (y * width + x) * 4;
      const beside = x + 1 < width ? 4 : 0;
      /** @param {number} at a missing neighbour is the pixel itself: the same mean, and the same rounding */
      const mean = (at) => (data[at] + data[at + beside] + data[at + below] + data[at + beside + below] + 2) >> 2;
      into[made++] = luma(mean(first), mean(first + 1), mean(first + 2));
    }
  }
}
