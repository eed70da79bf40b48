/** How large a picture says it is: real files of 37 by 21 pixels, and spoilt ones. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { pictureSize } from "../src/shared/picture_header.js";

// made with Pillow; cut off behind what is needed
const FILES = {
  png: "iVBORw0KGgoAAAANSUhEUgAAACUAAAAVCAIAAABOhrD5",
  gif: "R0lGODdhJQAVAIQAAPn5+e3t7Q==",
  "webp, lossy": "UklGRkIAAABXRUJQVlA4IDYAAAAQAwCdASolABUAP83g52Y=",
  "webp, lossless": "UklGRjAAAABXRUJQVlA4TCQAAAAvJAAFAM1lRP8DSgMQ",
  "webp, with alpha": "UklGRmYAAABXRUJQVlA4WAoAAAAQAAAAJAAAFAAAQUxQSAoAAAABB1CyiAhERP8D",
  avif:
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAO" +
    "cGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAKwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAA" +
    "AABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAJQAAABUAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHI=",
  jpeg: "/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCAAVACUDASIAAhEBAxEB/8QA",
  "jpeg, progressive, filled up": "/9j//+AAEEpGSUYAAQEAAAEAAQAA/8IAEQgAFQAlAwEiAAIRAQMRAf/EAA==",
};
const bytes = (name) => new Uint8Array(Buffer.from(FILES[name], "base64"));

test("every kind the server reads says its size", () => {
  for (const name of Object.keys(FILES)) assert.deepEqual(pictureSize(bytes(name)), { width: 37, height: 21 }, name);
});

test("a picture that is cut off before its size has none", () => {
  for (const name of Object.keys(FILES)) {
    const file = bytes(name);
    for (let length = 0; length < Math.min(16, file.length); length++) {
      const size = pictureSize(file.subarray(0, length));
      assert.ok(size === null || size.width === 37, name);
    }
  }
});

test("of several pictures in one AVIF the largest counts", () => {
  const tile = Uint8Array.from([..."ispe"].map((letter) => letter.charCodeAt(0)));
  const file = new Uint8Array([...bytes("avif"), ...tile, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 0, 0]);
  assert.deepEqual(pictureSize(file), { width: 4096, height: 4096 });
});

test("whatever else it is, it is no picture", () => {
  const letters = (text) => new TextEncoder().encode(text.padEnd(64));
  const others = [
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "BM",
    "%PDF-1.7",
    "RIFF....AVI ",
    "RIFF....WEBPVP8?",
    "",
  ];
  for (const text of others) assert.equal(pictureSize(letters(text)), null, text);
  assert.equal(pictureSize(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 2, 0x12)), null);
  assert.equal(pictureSize(new Uint8Array()), null);
});
