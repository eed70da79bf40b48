/** What the tests of pictures stand on: a browser that decodes only files made here, whose pixels follow a PNG head. */

import assert from "node:assert/strict";

import { opaque } from "../src/shared/grey.js";

const HEAD = Buffer.from("iVBORw0KGgoAAAANSUhEUg==", "base64");
const HEAD_BYTES = 24;

/** A picture of waves, by a number; RGBA. */
export function waves(number, width = 80, height = 60) {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const wave =
      Math.sin((x * (number + 1)) / 9) * Math.cos((y * (number + 2)) / 7) + Math.sin((x * y) / (90 + 7 * number));
    data.fill(128 + 60 * wave, 4 * at, 4 * at + 3);
  }
  return { data, width, height };
}

/** As a file that looks like a PNG to who reads only its head. */
export function fileOf({ data, width, height }) {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([HEAD, size, new Uint8Array(data)]);
}

/** How many decoded pictures and frames there are that nobody has closed. */
export const open = { bitmaps: 0 };
/** In which order the browser keeps pixels. */
export const decoded = { format: "BGRA", isExact: false };

globalThis.ImageData = class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(width * height * 4) });
  }
};

globalThis.createImageBitmap = async (source, options) => {
  if (options.colorSpaceConversion !== "none" || options.premultiplyAlpha !== "none")
    throw new Error("not the server's");
  if (source instanceof ImageData) return { ...source, close: () => {} };
  const bytes = new Uint8Array(await source.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (bytes.length !== HEAD_BYTES + width * height * 4) throw new DOMException("damaged", "InvalidStateError");
  open.bitmaps++;
  return { width, height, data: bytes.subarray(HEAD_BYTES), close: () => open.bitmaps-- };
};

globalThis.VideoFrame = class {
  constructor(bitmap) {
    Object.assign(this, { bitmap, format: decoded.format, codedWidth: bitmap.width });
    open.bitmaps++;
  }

  async copyTo(into, { rect: { x, y, width, height } }) {
    assert.equal(x, 0);
    into.set(this.bitmap.data.subarray(y * width * 4, (y + height) * width * 4));
    if (this.format[0] === "B") for (let at = 0; at < into.length; at += 4) into.subarray(at, at + 3).reverse();
    if (this.format[3] === "X") for (let at = 3; at < into.length; at += 4) into[at] = 7; // means nothing
  }

  close() {
    open.bitmaps--;
  }
};

const same = (value) => value;
const darker = (value) => (value === 0 || value % 50 ? value : value - 1); // seldom, and by one: a rounding

globalThis.OffscreenCanvas = class {
  constructor(width, height) {
    this.pixels = new Uint8ClampedArray(width * height * 4);
  }

  getContext() {
    const { pixels } = this;
    return {
      fillRect: () => pixels.fill(255),
      drawImage: ({ data, width }, _x, top, _width, rows) =>
        pixels.set(
          opaque(data.subarray(top * width * 4, (top + rows) * width * 4)).map(decoded.isExact ? same : darker),
        ),
      getImageData: (_x, _y, width, rows) => ({ data: pixels.slice(0, rows * width * 4) }),
    };
  }
};
