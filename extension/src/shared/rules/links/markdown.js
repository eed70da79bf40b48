/** Lines of Markdown → the outline: headings, lists, tables, code, quotes, front matter. HTML in it goes to tags.js. */

import { InlineReader } from "./inline.js";
import { MOST_CELLS, Outline } from "./outline.js";
import { isTag, piece } from "./pieces.js";
import { TagReader } from "./tags.js";
import { bare, bareAtEnd, stripped, strippedAtStart } from "../texts.js";

/**
 * @typedef {import("./pieces.js").Piece} Piece
 * @typedef {import("./pieces.js").Tag} Tag
 * @typedef {import("./pieces.js").Commands} Commands
 */

const BOLD_LEVEL = 7; // of a line all in bold
const DEFINITION = /^ {0,3}\[([^[\]]{1,100})\]: {0,4}<?([^ \t<>]{4,4096})>?/u;
const HEADING = /^ {0,3}(#{1,6})([^#0-9!].*)$/su;
const UNDERLINE = /^ {0,3}(?:=+|-+|\^+)[ \t]*$/;
const RULE = /^[ \t]*(?:-[- ]{2,}|\*[* ]{2,}|_[_ ]{2,})$/;
const ITEM = /^([ \t]*)(?:[-*+]|[0-9]{1,3}[.)])[ \t]+(.*)$/su;
const FENCE = /^[ \t]*(?:[-*+][ \t]+)?(`{3,}|~{3,})/;
const DASHES = /^[ \t]*:?-+:?[ \t]*$/;
const MATTER = /^(?:title|pretty_name) *: *(.+)$/su;
const BOLD = /^[ \t]*(?:\*\*|__)([^*_]{2,100})(?:\*\*|__) *[:：]?[ \t]*$/u;

/** Takes the lines of a page, one after the other. */
export class MarkdownReader {
  /** @param {string[]} lines @param {Commands} commands */
  constructor(lines, commands) {
    this._lines = lines;
    this._outline = new Outline();
    this._tags = new TagReader(this._outline);
    this._inline = new InlineReader(definitions(lines), commands, true);
    this._commands = commands;
    this._code = new InlineReader(new Map(), commands, false);
    this._fence = "";
    this._inMatter = false;
  }

  /** All lines. */
  read() {
    this._lines.forEach((line, number) => {
      if (this._takeFence(line) || this._takeMatter(number, line)) return;
      if (this._fence) this._addCode(this._code.read(`${line}\n`, number + 1));
      else this._take(number, strippedAtStart(line, ">"));
    });
    this._outline.finish();
    return this._outline;
  }

  /** @param {string} line */
  _takeFence(line) {
    const found = FENCE.exec(line);
    if (!this._fence && found && !line.slice(found[0].length).includes("`")) {
      this._outline.start("code");
      this._fence = found[1];
      this._code = new InlineReader(new Map(), this._commands, false);
      return true;
    }
    if (this._fence && found?.[1].startsWith(this._fence)) {
      this._fence = "";
      this._outline.finish();
      return true;
    }
    return false;
  }

  /** The front matter: only its titles are read. @param {number} number @param {string} line */
  _takeMatter(number, line) {
    if (number === 0 && bareAtEnd(line) === "---") this._inMatter = true;
    else if (this._inMatter && ["---", "..."].includes(bareAtEnd(line))) {
      this._inMatter = false;
      return true;
    }
    const found = this._inMatter ? MATTER.exec(line) : null;
    if (found) this._outline.openSection(0, found[1]);
    return this._inMatter;
  }

  /** @param {number} number @param {string} line */
  _take(number, line) {
    const following = this._lines[number + 1] ?? "";
    const inParagraph = this._outline.block?.kind === "text";
    if (!stripped(line, " \t")) this._takeBlank();
    else if (isDelimiter(line) || (RULE.test(line) && !inParagraph)) this._outline.finish();
    else if (line.includes("|") && this._beginsRow(line, following))
      this._takeRow(number, line, isDelimiter(following));
    else if (inParagraph && UNDERLINE.test(line) && stripped(line, " \t").length > 2) {
      this._outline.makeHeading(line.includes("=") ? 1 : 2);
    } else if (/^[[ ]/.test(line) && line.includes("]:") && DEFINITION.test(line)) {
      this._outline.start("reference");
      this._add(this._inline.read(line.slice(line.indexOf("]:") + 2), number + 1));
      this._outline.finish();
    } else this._takeWords(number, line);
  }

  _takeBlank() {
    if (this._tags.inTable) return;
    this._outline.finish();
    this._outline.heads = null;
    this._inline.reset();
  }

  /** @param {string} line @param {string} following */
  _beginsRow(line, following) {
    return this._outline.heads !== null || strippedAtStart(line, " \t").startsWith("|") || isDelimiter(following);
  }

  /** @param {number} number @param {string} line @param {boolean} isHead */
  _takeRow(number, line, isHead) {
    const cells = cellsOf(this._inline.read(stripped(line, " \t"), number + 1));
    this._inline.reset();
    const block = this._outline.start("row");
    block.cells = cells;
    this._outline.block = null;
    this._outline.finishRow(block, isHead);
  }

  /** @param {number} number @param {string} written */
  _takeWords(number, written) {
    const outline = this._outline;
    const item = HEADING.test(written) ? null : ITEM.exec(written);
    if (item) outline.startItem(width(item[1]));
    const line = item ? item[2] : written;
    const heading = HEADING.exec(line);
    if (heading || (!item && outline.block === null && BOLD.test(line))) {
      outline.start("heading", heading ? heading[1].length : BOLD_LEVEL);
      this._add(this._inline.read(heading ? stripped(heading[2], " #\t") : line, number + 1));
      outline.finish();
      return;
    }
    const words = strippedAtStart(line, " \t");
    if (!item && outline.block === null) outline.leaveItems(width(line.slice(0, line.length - words.length)));
    const pieces = this._inline.read(`${stripped(words, " \t")} `, number + 1);
    if (!item) outline.breakBetween(pieces);
    this._add(pieces);
  }

  /** @param {(Piece | Tag)[]} pieces */
  _add(pieces) {
    for (const one of pieces) {
      if (isTag(one)) this._tags.take(one);
      else this._outline.add(one);
    }
  }

  /** @param {(Piece | Tag)[]} pieces */
  _addCode(pieces) {
    for (const one of pieces) if (!isTag(one)) this._outline.add(one);
  }
}

/** Whether a line is the one under the head of a table: `|---|:-:|`. @param {string} line */
function isDelimiter(line) {
  if (!line.includes("|") || !line.includes("-") || stripped(line, "|:- \t")) return false;
  const cells = stripped(line, " \t").replace(/^\|/, "").replace(/\|$/, "").split("|");
  return cells.every((cell) => DASHES.test(cell));
}

/** @param {string} blanks */
function width(blanks) {
  return blanks.length + 3 * (blanks.split("\t").length - 1);
}

/** The cells of a row. Tags are line breaks there. @param {(Piece | Tag)[]} pieces */
function cellsOf(pieces) {
  /** @type {Piece[][]} */
  const cells = [[]];
  for (const one of pieces) {
    const last = cells[cells.length - 1];
    if (isTag(one)) {
      if (one.name === "br") last.push(piece("\n"));
      continue;
    }
    const [start, ...others] = one.url ? [one.text] : one.text.split("|");
    last.push(others.length ? piece(start, "", one.line) : one);
    for (const text of others.slice(0, Math.max(0, MOST_CELLS - cells.length))) cells.push([piece(text, "", one.line)]);
  }
  if (cells[0].some(({ text, url }) => url || bare(text))) return cells;
  return cells.length > 1 ? cells.slice(1) : [[]]; // it started with the sign
}

/** The targets of `[text][name]` and their lines, by lower-case name. @param {string[]} lines @returns {import("./inline.js").References} */
function definitions(lines) {
  const found = new Map();
  lines.forEach((line, number) => {
    const match = line.includes("]:") ? DEFINITION.exec(line) : null;
    const name = match && bare(match[1]).toLowerCase();
    if (match && !found.has(name)) found.set(name, { url: match[2], line: number + 1 });
  });
  return found;
}
