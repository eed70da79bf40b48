/** PDQ of pictures that both languages make by the same whole numbers: the vectors that the server's tests read, too. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { pdq } from "../src/shared/pdq.js";

const vectors = JSON.parse(readFileSync(new URL("../../tests/fixtures/vectors/pdq.json", import.meta.url), "utf8"));

function waves({ width, height, alpha }) {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      for (const channel of [1, 2, 3]) {
        data[at + channel - 1] = Math.floor((x * x * 3 + y * y * 5 + x * y * channel) / (16 * (width + height))) % 256;
      }
      data[at + 3] = alpha === null ? 255 : (x + y * alpha) % 256;
    }
  }
  return { data, width, height };
}

test("a picture has the hash and the quality of its vector, and stays as it is", async () => {
  for (const vector of vectors) {
    const picture = waves(vector);
    const before = picture.data.slice(0, 4000);
    const { hash, quality } = await pdq(picture);
    const { width, height } = vector;
    assert.deepEqual(
      [Buffer.from(hash).toString("hex"), quality],
      [vector.pdq, vector.quality],
      `${width} x ${height}`,
    );
    assert.deepEqual(picture.data.subarray(0, 4000), before);
  }
});
