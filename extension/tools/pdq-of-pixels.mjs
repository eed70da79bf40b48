/**
 * PDQ of raw pixels, for the test that compares it with the server's: on standard input, for each picture, width and
 * height as u32 (little-endian) and RGBA; on standard output one line of JSON for each.
 */

import { Buffer } from "node:buffer";
import process from "node:process";

import { pdq } from "../src/shared/pdq.js";

const HEAD = 8; // bytes
let waiting = [];
let size = 0;

for await (const chunk of process.stdin) {
  waiting.push(chunk);
  size += chunk.length;
  while (size >= HEAD && size >= lengthOfFirst()) await answerFirst();
}

function joined() {
  if (waiting.length > 1) waiting = [Buffer.concat(waiting)];
  return waiting[0];
}

function lengthOfFirst() {
  if (waiting[0].length < HEAD) joined();
  return HEAD + waiting[0].readUInt32LE(0) * waiting[0].readUInt32LE(4) * 4;
}

async function answerFirst() {
  const [bytes, length] = [joined(), lengthOfFirst()];
  const picture = { width: bytes.readUInt32LE(0), height: bytes.readUInt32LE(4), data: bytes.subarray(HEAD, length) };
  const { hash, quality } = await pdq(picture);
  console.log(JSON.stringify({ hash: Buffer.from(hash).toString("hex"), quality }));
  waiting = [bytes.subarray(length)];
  size -= length;
}
