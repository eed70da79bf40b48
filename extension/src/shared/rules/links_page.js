/**
 * A page, Markdown or HTML → its blocks in order: headings, paragraphs, list items, table rows, code.
 *
 * A small tolerant reader instead of a library: the same in both languages, linear, and it keeps line numbers.
 */

import { stripped, strippedAtStart } from "./address.js";
import { Block, Section, leadsOn, said } from "./links_blocks.js";
import { InlineReader, isTag, piece } from "./links_inline.js";
import { bare, bareAtEnd, first } from "./texts.js";

/**
 * @typedef {import("./links_inline.js").Piece} Piece
 * @typedef {import("./links_inline.js").Tag} Tag
 * @typedef {import("./links_inline.js").Command} Command
 */

export const LONGEST_PAGE = 5_000_000; // characters; the rest is not read
export const MOST_LINES = 200_000;
const MOST_CELLS = 200; // of a row
const DEEPEST = 12; // list items inside list items
const MOST_JOINED = 6; // lines a tag may be spread over
const LONGEST_OPEN_TAG = 1000; // characters
const ALL_ITEMS = 99;
const BOLD_LEVEL = 7; // below all headings

const DEFINITION = /^ {0,3}\[([^[\]]{1,100})\]: {0,4}<?([^ \t<>]{4,4096})>?/u;
const HEADING = /^ {0,3}(#{1,6})([^#0-9!].*)$/su;
const UNDERLINE = /^ {0,3}(?:=+|-+|\^+)[ \t]*$/;
const RULE = /^[ \t]*(?:-[- ]{2,}|\*[* ]{2,}|_[_ ]{2,})$/;
const ITEM = /^([ \t]*)((?:[-*+]|[0-9]{1,3}[.)])[ \t]+)(.*)$/su;
const FENCE = /^[ \t]*(?:[-*+][ \t]+)?(`{3,}|~{3,})/;
const DELIMITER = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*$/;
const MATTER = /^(?:title|pretty_name) *: *(.+)$/su;
const BOLD = /^[ \t]*(?:\*\*|__)([^*_]{2,100})(?:\*\*|__) *[:：]?[ \t]*$/u;
const OPEN_TAG = /^<[A-Za-z][^<>]*$/u;
const NUMBERED = // a paragraph that is a heading: `1、MegaFace`, `（二）MegaFace`
  /^ *(?:[0-9]{1,2}[、．]|[一二三四五六七八九十]{1,3}、|[（(][0-9一二三四五六七八九十]{1,2}[)）])[^。.：:；;]{2,40}$/u;
const NUMBERED_LEVEL = 8;
const HEADINGS = new Set(["h1", "h2", "h3", "h4", "h5", "h6", "title"]);
const IN_ROW = new Set(["tr", "td", "th", "table"]);
const BREAKING = new Set("p div center section article table tbody thead details summary dl hr".split(" "));

/**
 * The blocks of a page. At most 5,000,000 characters and 200,000 lines are read. Never throws.
 * @param {string} page
 * @param {boolean} markdown
 * @param {Command[]} commands
 */
export function readBlocks(page, markdown, commands) {
  const lines = first(page, LONGEST_PAGE)
    .split(/\r\n|\r|\n/)
    .slice(0, MOST_LINES);
  return new PageReader(joined(lines), commands, markdown).read();
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

class PageReader {
  /** @param {string[]} lines @param {Command[]} commands @param {boolean} markdown */
  constructor(lines, commands, markdown) {
    this._lines = lines;
    this._markdown = markdown;
    this._inline = new InlineReader(markdown ? definitions(lines) : new Map(), commands, markdown);
    this._codeReader = new InlineReader(new Map(), commands, false);
    /** @type {Block[]} */
    this._blocks = [];
    this._section = sectionOf([]);
    /** @type {{level: number, text: string}[]} */
    this._headings = [];
    /** @type {{indent: number, block: Block}[]} */
    this._items = [];
    /** @type {Block | null} */
    this._block = null;
    /** The paragraph before, in this section; or an item that leads on. @type {Block | null} */
    this._lead = null;
    this._heading = 0; // level of the heading being read from tags
    /** Of the table being read. @type {string[] | null} */
    this._heads = null;
    this._inTable = false; // of HTML
    this._rowName = "";
    this._fence = "";
    this._matter = false;
    this._depth = 0; // of HTML lists
  }

  read() {
    this._lines.forEach((line, number) => this._take(number, line));
    this._finish();
    return this._blocks;
  }

  /** @param {number} number @param {string} line */
  _take(number, line) {
    if (!this._markdown) this._add(this._inline.read(`${line.replaceAll("\t", " ")} `, number + 1));
    else if (this._fenced(line) || this._inMatter(number, line)) return;
    else if (this._fence) this._addCode(this._codeReader.read(`${line}\n`, number + 1));
    else this._takeMarkdown(number, line);
  }

  /** @param {string} line */
  _fenced(line) {
    const found = FENCE.exec(line);
    if (!this._fence && found && !line.slice(found[0].length).includes("`")) {
      this._start("code");
      this._fence = found[1];
      return true;
    }
    if (this._fence && found?.[1].startsWith(this._fence)) {
      this._fence = "";
      this._finish();
      return true;
    }
    return false;
  }

  /** @param {number} number @param {string} line */
  _inMatter(number, line) {
    if (number === 0 && bareAtEnd(line) === "---") this._matter = true;
    else if (this._matter && ["---", "..."].includes(bareAtEnd(line))) {
      this._matter = false;
      return true;
    }
    const found = this._matter ? MATTER.exec(line) : null;
    if (found) {
      this._headings.push({ level: 0, text: found[1] });
      this._section = sectionOf(this._headings);
    }
    return this._matter;
  }

  /** @param {number} number @param {string} quoted */
  _takeMarkdown(number, quoted) {
    const line = strippedAtStart(quoted, ">");
    const following = this._lines[number + 1] ?? "";
    if (!stripped(line, " \t")) this._takeEmpty();
    else if (isDelimiter(line) || (RULE.test(line) && !this._inParagraph())) this._finish();
    else if (line.includes("|") && this._isRow(line, following)) this._row(number, line, isDelimiter(following));
    else if (this._inParagraph() && UNDERLINE.test(line) && stripped(line, " \t").length > 2) {
      this._underlined(line.includes("=") ? 1 : 2);
    } else this._takeWords(number, line);
  }

  _takeEmpty() {
    if (this._inTable) return;
    this._finish();
    this._heads = null;
    this._inline.reset();
  }

  /** @param {string} line @param {string} following */
  _isRow(line, following) {
    return this._heads !== null || strippedAtStart(line, " \t").startsWith("|") || isDelimiter(following);
  }

  _inParagraph() {
    return this._block?.kind === "text";
  }

  /** @param {number} number @param {string} line @param {boolean} isHead */
  _row(number, line, isHead) {
    const cells = cellsOf(this._inline.read(stripped(line, " \t"), number + 1));
    this._inline.reset();
    this._finish();
    const block = this._new("row");
    block.cells = cells.length ? cells : [[]];
    this._closeRow(block, isHead);
  }

  /** @param {Block} block @param {boolean} isHead */
  _closeRow(block, isHead) {
    block.lead = this._lead;
    const texts = block.cells.map((cell) => stripped(said(cell), " "));
    if (isHead) {
      this._heads = texts;
      this._rowName = "";
    } else {
      this._heads ??= [];
      const isLeftOut = texts.length < this._heads.length || !texts[0];
      if (!isLeftOut) this._rowName = texts[0];
      block.heads = this._heads;
      block.rowName = this._rowName;
    }
    this._keep(block);
  }

  /** @param {number} number @param {string} line */
  _takeWords(number, line) {
    const ownHeading = HEADING.exec(line);
    const item = ownHeading ? null : ITEM.exec(line);
    const isBold = !ownHeading && !item && this._block === null && BOLD.test(line);
    if (/^[[ ]/.test(line) && line.includes("]:") && DEFINITION.test(line)) {
      this._whole("reference", 0, number, line.slice(line.indexOf("]:") + 2));
      return;
    }
    if (item) this._item(width(item[1]));
    const words = item ? item[3] : line;
    const heading = item ? HEADING.exec(words) : ownHeading;
    if (heading) this._whole("heading", heading[1].length, number, stripped(heading[2], " #\t"));
    else if (isBold) this._whole("heading", BOLD_LEVEL, number, words);
    else {
      if (!item && this._block === null)
        this._leaveItems(width(words.slice(0, words.length - strippedAtStart(words, " \t").length)));
      this._add(this._inline.read(`${stripped(words, " \t")} `, number + 1));
    }
  }

  /** A block of one line. @param {string} kind @param {number} level @param {number} number @param {string} words */
  _whole(kind, level, number, words) {
    this._start(kind, level);
    this._add(this._inline.read(words, number + 1));
    this._finish();
  }

  /** @param {number} level */
  _underlined(level) {
    if (this._block === null) return;
    this._block.kind = "heading";
    this._heading = level;
    this._finish();
  }

  /** @param {number} indent */
  _item(indent) {
    this._finish();
    this._leaveItems(indent);
    const block = this._start("item");
    if (this._items.length < DEEPEST) this._items.push({ indent, block });
  }

  /** @param {number} indent */
  _leaveItems(indent) {
    while (this._items.length && this._items[this._items.length - 1].indent >= indent) this._items.pop();
  }

  /** @param {string} kind @param {number} [level] */
  _start(kind, level = 0) {
    this._finish();
    const block = this._new(kind);
    block.lead = this._lead;
    this._block = block;
    this._heading = level;
    return block;
  }

  /** @param {string} kind */
  _new(kind) {
    return new Block(kind, this._section, this._items.map(({ block }) => block).reverse());
  }

  _finish() {
    const block = this._block;
    this._block = null;
    if (block === null || block.cells.every((cell) => cell.length === 0)) return;
    if (block.kind === "row") {
      this._closeRow(block, this._heads === null && !block.cells.flat().some(({ url }) => url));
      return;
    }
    if (block.kind === "text" && NUMBERED.test(block.text) && !block.hasLinks) {
      block.kind = "heading";
      this._heading = NUMBERED_LEVEL;
    }
    this._keep(block);
    if (block.kind === "heading") this._enter(stripped(block.text, " "));
  }

  /** Under a heading. @param {string} text */
  _enter(text) {
    while (this._headings.length && this._headings[this._headings.length - 1].level >= this._heading)
      this._headings.pop();
    this._headings.push({ level: this._heading, text });
    this._section = sectionOf(this._headings);
    this._lead = null;
    this._heads = null;
  }

  /** @param {Block} block */
  _keep(block) {
    this._blocks.push(block);
    block.section.add(block);
    if (block.kind === "text" || (block.kind === "item" && leadsOn(block))) this._lead = block;
  }

  /** @param {(Piece | Tag)[]} pieces */
  _addCode(pieces) {
    for (const one of pieces) if (!isTag(one)) this._block?.cells.at(-1)?.push(one);
  }

  /** @param {(Piece | Tag)[]} pieces */
  _add(pieces) {
    for (const one of pieces) {
      if (isTag(one)) this._takeTag(one);
      else {
        if (this._block === null && (one.url || bare(one.text))) this._start("text");
        this._block?.cells.at(-1)?.push(one);
      }
    }
  }

  /** @param {Tag} tag */
  _takeTag(tag) {
    const { name, closes } = tag;
    if (HEADINGS.has(name)) {
      this._finish();
      if (!closes) this._start("heading", name === "title" ? 0 : Number(name[1]));
    } else if (this._block?.kind === "row" && !IN_ROW.has(name)) this._breakLine();
    else if (name === "ul" || name === "ol") this._takeList(closes);
    else if (name === "li" && !closes) this._item(this._depth);
    else if (name === "pre") {
      this._finish();
      if (!closes) this._start("code");
    } else if (name === "br") this._breakLine();
    else this._takeTableTag(tag);
  }

  /** @param {boolean} closes */
  _takeList(closes) {
    this._depth = Math.min(Math.max(this._depth + (closes ? -1 : 1), 0), DEEPEST);
    this._finish();
    this._leaveItems(closes ? this._depth + 1 : ALL_ITEMS);
  }

  _breakLine() {
    this._block?.cells.at(-1)?.push(piece("\n"));
  }

  /** @param {Tag} tag */
  _takeTableTag({ name, closes }) {
    if (name === "tr") {
      this._finish();
      if (!closes) this._start("row").cells = [];
    } else if (name === "td" || name === "th") {
      const block = this._block;
      if (block?.kind === "row" && !closes && block.cells.length < MOST_CELLS) block.cells.push([]);
    } else if (BREAKING.has(name)) {
      this._finish();
      if (name === "table") {
        this._heads = null;
        this._inTable = !closes;
      }
    }
  }
}

/** @param {{text: string}[]} headings */
function sectionOf(headings) {
  return new Section(headings.map(({ text }) => text).reverse());
}

/** Whether a line is the one under the head of a table: `|---|:-:|`. @param {string} line */
function isDelimiter(line) {
  return line.includes("|") && line.includes("-") && DELIMITER.test(line);
}

/** @param {string} blanks */
function width(blanks) {
  return blanks.length + 3 * (blanks.split("\t").length - 1);
}

/** @param {(Piece | Tag)[]} pieces */
function cellsOf(pieces) {
  /** @type {Piece[][]} */
  const cells = [[]];
  for (const one of pieces) {
    const last = cells[cells.length - 1];
    if (isTag(one)) {
      if (one.name === "br") last.push(piece("\n")); // other tags say nothing in a row
      continue;
    }
    const [start, ...others] = one.url ? [one.text] : one.text.split("|");
    last.push(others.length ? piece(start, "", one.line) : one);
    for (const text of others.slice(0, Math.max(0, MOST_CELLS - cells.length))) cells.push([piece(text, "", one.line)]);
  }
  return cells[0].some(({ text, url }) => url || bare(text)) ? cells : cells.slice(1);
}

/** @param {string[]} lines @returns {import("./links_inline.js").References} */
function definitions(lines) {
  const found = new Map();
  lines.forEach((line, number) => {
    const match = line.includes("]:") ? DEFINITION.exec(line) : null;
    const name = match && bare(match[1]).toLowerCase();
    if (match && !found.has(name)) found.set(name, { url: match[2], line: number + 1 });
  });
  return found;
}
