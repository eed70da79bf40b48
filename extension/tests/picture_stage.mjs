/** What the tests of pictures stand on: a browser that decodes only files made here, whose pixels follow a PNG head. */

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

/** How many decoded pictures there are that nobody has closed. */
export const open = { bitmaps: 0 };

globalThis.createImageBitmap = async (blob, options) => {
  if (options.colorSpaceConversion !== "none" || options.premultiplyAlpha !== "none")
    throw new Error("not the server's");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (bytes.length !== HEAD_BYTES + width * height * 4) throw new DOMException("damaged", "InvalidStateError");
  open.bitmaps++;
  return { width, height, data: bytes.subarray(HEAD_BYTES), close: () => open.bitmaps-- };
};

globalThis.OffscreenCanvas = class {
  constructor(width, height) {
    this.pixels = new Uint8ClampedArray(width * height * 4);
  }

  getContext() {
    const { pixels } = this;
    return {
      fillRect: () => pixels.fill(255),
      drawImage: ({ data, width }, _x, top, _width, rows) =>
        pixels.set(data.subarray(top * width * 4, (top + rows) * width * 4)),
      getImageData: (_x, _y, width, rows) => ({ data: pixels.slice(0, rows * width * 4) }),
    };
  }
};
