/** From pixels to the shades of grey PDQ starts from, rounded as the server's decoder does it. */

/**
 * @typedef {Uint8Array | Uint8ClampedArray} Bytes RGBA
 */

/**
 * How light the eye sees each pixel: the first plane of a JPEG, which the server reads without its colours.
 * @param {Bytes} pixels
 */
export function greyOf(pixels) {
  const data = opaque(pixels);
  const grey = new Uint8Array(data.length / 4);
  for (let at = 0, pixel = 0; at < data.length; at += 4, pixel++) {
    grey[pixel] = (data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 0x8000) >> 16;
  }
  return grey;
}

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
