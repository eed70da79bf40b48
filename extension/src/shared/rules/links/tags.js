/** HTML tags → the outline. Links are read in inline.js; what no tag here means anything is passed over. */

import { DEEPEST, MOST_CELLS } from "./outline.js";
import { piece } from "./pieces.js";

/** @typedef {import("./outline.js").Outline} Outline */

const HEADINGS = ["title", "h1", "h2", "h3", "h4", "h5", "h6"]; // by level
const OF_TABLES = new Set(["tr", "td", "th", "table"]);
const BREAKING = new Set("p div center section article tbody thead details summary dl hr".split(" "));

/** Takes the tags of a page, one after the other. */
export class TagReader {
  /** @param {Outline} outline */
  constructor(outline) {
    this._outline = outline;
    this._depth = 0; // of lists
    this.inTable = false;
  }

  /** What a tag begins or ends. @param {import("./pieces.js").Tag} tag */
  take({ name, closes }) {
    if (HEADINGS.includes(name)) {
      this._outline.finish();
      if (!closes) this._outline.start("heading", HEADINGS.indexOf(name));
    } else if (OF_TABLES.has(name)) this._takeTable(name, closes);
    else if (name === "br" || this._outline.block?.kind === "row") this._breakLine();
    else if (name === "ul" || name === "ol" || name === "li") this._takeList(name, closes);
    else if (name === "pre") {
      this._outline.finish();
      if (!closes) this._outline.start("code");
    } else if (BREAKING.has(name)) this._outline.finish();
  }

  _breakLine() {
    if (this._outline.block) this._outline.add(piece("\n"));
  }

  /** @param {string} name @param {boolean} closes */
  _takeList(name, closes) {
    if (name === "li") {
      if (!closes) this._outline.startItem(this._depth);
      return;
    }
    this._depth = Math.min(Math.max(this._depth + (closes ? -1 : 1), 0), DEEPEST);
    this._outline.finish();
    this._outline.leaveItems(this._depth + 1);
  }

  /** @param {string} name @param {boolean} closes */
  _takeTable(name, closes) {
    const outline = this._outline;
    if (name === "table") {
      outline.finish();
      outline.heads = null;
      this.inTable = !closes;
    } else if (name === "tr") {
      outline.finish();
      if (!closes) outline.start("row").cells = [];
    } else if (outline.block?.kind === "row" && !closes && outline.block.cells.length < MOST_CELLS) {
      outline.block.cells.push([]);
    }
  }
}
