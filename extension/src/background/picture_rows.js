/**
 * The pixels of a decoded picture, some rows at a time: all at once would be there twice. Where they come from and what
 * becomes of them is known elsewhere.
 */

import { opaque } from "../shared/grey.js";

const SHADES = 256;
const GREY = 100; // some shade that is neither black nor white
const ORDERS = new Set(["RGBA", "RGBX", "BGRA", "BGRX"]);

/** @typedef {(top: number, rows: number) => Promise<Uint8Array | Uint8ClampedArray>} Rows RGBA */

/**
 * Calls `work` with a reader of rows, and closes what it needed.
 *
 * Firefox blends half-transparent pixels on a canvas with another rounding than the server; a video frame has them as
 * they were decoded. Chromium's canvas is exact, and its frames forget how a picture is turned.
 * @template T
 * @param {ImageBitmap} bitmap
 * @param {(rowsAt: Rows) => Promise<T>} work
 */
export async function withRows(bitmap, work) {
  if (await isCanvasExact()) return work(rowsOfCanvas(bitmap));
  const frame = new VideoFrame(bitmap, { timestamp: 0 });
  try {
    return await work(frame.format && ORDERS.has(frame.format) ? rowsOfFrame(frame) : rowsOfCanvas(bitmap));
  } finally {
    frame.close();
  }
}

/** Whether a canvas puts every shade of transparency over white as the server does. */
async function isCanvasExact() {
  const shades = new ImageData(SHADES, 1);
  shades.data.forEach((_, at) => (shades.data[at] = at % 4 < 3 ? GREY : at >> 2));
  const bitmap = await createImageBitmap(shades, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const blended = await rowsOfCanvas(bitmap)(0, 1);
  bitmap.close();
  return opaque(shades.data).every((value, at) => at % 4 === 3 || value === blended[at]);
}

/** @param {VideoFrame} frame @returns {Rows} */
function rowsOfFrame(frame) {
  const { format, codedWidth: width } = frame;
  return async (top, rows) => {
    const data = new Uint8Array(width * rows * 4);
    await frame.copyTo(data, { rect: { x: 0, y: top, width, height: rows } });
    if (format?.startsWith("B")) swapRedAndBlue(data);
    if (format?.endsWith("X")) for (let at = 3; at < data.length; at += 4) data[at] = 255;
    return data;
  };
}

/** @param {Uint8Array} data */
function swapRedAndBlue(data) {
  for (let at = 0; at < data.length; at += 4) {
    const first = data[at];
    data[at] = data[at + 2];
    data[at + 2] = first;
  }
}

/** @param {ImageBitmap} bitmap @returns {Rows} */
function rowsOfCanvas(bitmap) {
  const { width } = bitmap;
  return async (top, rows) => {
    const context = new OffscreenCanvas(width, rows).getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("no canvas");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    return context.getImageData(0, 0, width, rows).data;
  };
}
