/** Addresses, names and lines as the content scripts read them: the parts that need no page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

/** The classic scripts, run in a room of their own with elements that are plain records of attributes. */
function scripts(...names) {
  const commonswatch = {
    natives: {
      attribute: (element, name) => element[name] ?? null,
      base: () => "https://host.example/folder/page",
      href: (element) => new URL(element.href, "https://host.example/folder/page").href,
      source: (element) => new URL(element.src, "https://host.example/folder/page").href,
      width: () => 0,
      height: () => 0,
    },
  };
  const room = vm.createContext({ commonswatch, URL, document: {} });
  for (const name of names) vm.runInContext(readFileSync(new URL(`../src/content/${name}.js`, import.meta.url), "utf8"), room);
  return room.commonswatch;
}

const { words, Lines } = scripts("words", "lines");

test("a link is an address of the web, in full, or nothing", () => {
  for (const [href, expected] of [
    ["https://a.example/b?c#d", "https://a.example/b?c#d"],
    ["../other", "https://host.example/other"],
    ["//cdn.example/x", "https://cdn.example/x"],
    ["magnet:?xt=urn:btih:0", "magnet:?xt=urn:btih:0"],
    ["javascript:alert(1)", ""],
    [" \tdata:text/html,x", ""],
    [`/${"x".repeat(5_000)}`, ""],
    ["", ""],
  ])
    assert.equal(words.link({ href }, "A"), expected, href.slice(0, 40));
});

test("of a set of pictures the largest is taken", () => {
  const address = (srcset) => words.picture({ srcset, src: "small.jpg" }, true)[0];
  assert.equal(address("a.jpg 100w, b.jpg 900w, c.jpg 300w"), "https://host.example/folder/b.jpg");
  assert.equal(address("a.jpg, b.jpg 2x"), "https://host.example/folder/b.jpg");
  assert.equal(address("data:image/png;base64,AAAA 900w"), "https://host.example/folder/small.jpg");
  assert.equal(address(`${"x".repeat(30_000)}.jpg 9w`), "https://host.example/folder/small.jpg");
  assert.equal(words.picture({ src: "" }, true)[0], "");
});

test("the name of a file is told from other words, its size left out", () => {
  for (const [text, expected] of [
    ["53000000001_0123456789_b.jpg", "53000000001_0123456789_b.jpg"],
    ["list of all.tsv (12.5 MB)", "list of all.tsv"],
    ["part.tar.001", "part.tar.001"],
    ["数据.zip 1,024 bytes", "数据.zip"],
    ["Version 1.2", ""],
    ["see https://a.example/x.jpg", ""],
    ["one. two", ""],
    [`${"x".repeat(300)}.jpg`, ""],
  ])
    assert.equal(words.fileName(text), expected, text.slice(0, 40));
});

test("lines are whole, however their text is cut, and each knows where it begins", () => {
  const text = "first line\nsecond\n\nand a last one";
  for (let size = 1; size <= text.length; size++) {
    const read = [];
    const node = {};
    const lines = new Lines((line, _node, start) => read.push([line, start]));
    for (let at = 0; at < text.length; at += size) lines.add(text.slice(at, at + size), node, at);
    lines.end();
    assert.deepEqual(read, [["first line", 0], ["second", 11], ["", 18], ["and a last one", 19]], `in parts of ${size}`);
  }
});

test("a line without end is given in pieces that end between words", () => {
  const read = [];
  const lines = new Lines((line) => read.push(line));
  for (let at = 0; at < 50; at++) lines.add("12345 ".repeat(500), {}, at * 3_000);
  lines.end();
  assert.equal(read.join(""), "12345 ".repeat(25_000));
  assert.ok(read.length > 10 && read.every((piece) => piece.length < 12_000 && /^12345/.test(piece)));
});
