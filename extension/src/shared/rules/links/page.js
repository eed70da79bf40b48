/**
 * A page, Markdown or HTML → its blocks in order. Knows no dataset.
 *
 * A small tolerant reader instead of a library: the same in both languages, linear, and it keeps line numbers.
 */

import { first } from "../texts.js";
import { InlineReader } from "./inline.js";
import { MarkdownReader } from "./markdown.js";
import { Outline } from "./outline.js";
import { isTag } from "./pieces.js";
import { TagReader } from "./tags.js";

/** @typedef {import("./pieces.js").Commands} Commands */

export const LONGEST_PAGE = 1_000_000; // characters; the rest is not read
export const MOST_LINES = 200_000;
const MOST_JOINED = 6; // lines a tag may be spread over
const LONGEST_OPEN_TAG = 1000; // characters
const OPEN_TAG = /^<[A-Za-z][^<>]*$/u;

/**
 * The blocks of a page. At most 1,000,000 characters and 200,000 lines are read. Never throws.
 * @param {string} page
 * @param {boolean} markdown
 * @param {Commands} commands
 */
export function readBlocks(page, markdown, commands) {
  const lines = first(page, LONGEST_PAGE)
    .split(/\r\n|\r|\n/)
    .slice(0, MOST_LINES);
  const outline = markdown ? new MarkdownReader(joined(lines), commands).read() : readHtml(joined(lines), commands);
  return outline.blocks;
}

/** @param {string[]} lines @param {Commands} commands */
function readHtml(lines, commands) {
  const outline = new Outline();
  const tags = new TagReader(outline);
  const inline = new InlineReader(new Map(), commands, false);
  lines.forEach((line, number) => {
    for (const one of inline.read(`${line.replaceAll("\t", " ")} `, number + 1)) {
      if (isTag(one)) tags.take(one);
      else outline.add(one);
    }
  });
  outline.finish();
  return outline;
}

/** The lines with tags that go on over the next lines put together; as many as before. @param {string[]} lines */
function joined(lines) {
  for (let at = 0, end = 1; at < lines.length; at = end) {
    for (end = at + 1; end < Math.min(lines.length, at + MOST_JOINED) && isOpen(lines[at]); end++) {
      lines[at] += ` ${lines[end]}`;
      lines[end] = "";
    }
  }
  return lines;
}

/** @param {string} line */
function isOpen(line) {
  const at = line.slice(-LONGEST_OPEN_TAG).lastIndexOf("<");
  return at >= 0 && OPEN_TAG.test(line.slice(-LONGEST_OPEN_TAG).slice(at));
}
