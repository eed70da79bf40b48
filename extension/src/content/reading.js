/**
 * A document → its links, pictures, file names and rows in order, and its words.
 *
 * Goes from node to node and can stop after any; memory and steps are bounded whatever the page does meanwhile. Form
 * fields are not read. Whom it is told, and when: collect.js.
 */
"use strict";

{
  const { natives, words, Candidates, Lines, light, site } = globalThis.commonswatch;
  const { nodeName, firstChild, nextSibling, firstElement, nextElement, part, attribute } = natives;
  const MOST_STEPS = 4_000_000;
  const PART = 4_096; // characters of a text that are read at once
  const LONGEST_ROW = 4_096;
  const LONGEST_SHOWN = 300; // characters of the words of a link
  const LONGEST_NAME = 300; // characters of words that may be the name of a file, its size behind it
  const BETWEEN = 16; // steps between two looks at the clock
  const TAGS = light.byName;
  const OTHER = /** @type {Tag} */ ({ kind: "", open: "", close: "" });

  class Reading {
    /** @param {Node | null} root @param {boolean} isText it is an open text file @param {Found} [found] for finding places again */
    constructor(root, isText, found) {
      this.candidates = new Candidates(found);
      this.light = new light.Light(isText);
      this._isText = isText;
      this._steps = 0;
      this._at = root;
      this._isUp = false; // the children of where it is are read
      this._around = /** @type {{node: Node, tag: Tag, isGrid: boolean}[]} */ ([]); // in a grid, there are elements only
      this._offset = 0; // in a text
      this._root = words.root();
      this._value = ""; // of a text area
      this._linear = isText ? 1 : 0; // elements around whose text is read line by line
      this._lines = new Lines((line, node, start) => this._addLine(line, node, start));
      this._link = /** @type {{url: string, shown: string, node: Node} | null} */ (null);
      this._row = /** @type {string | null} */ (null);
    }

    get isOver() {
      return !this._at;
    }

    /** Go on until this moment, or until a slice is full. @param {number} until */
    step(until) {
      while (this._at && !this.candidates.isFull) {
        if ((this._steps += BETWEEN) > MOST_STEPS || this.candidates.isOver) this._at = null;
        try {
          for (let left = BETWEEN; this._at && left > 0 && !this.candidates.isFull; left--) this._visit(this._at);
        } catch {
          if (this._at) this._pass(this._at); // what is odd, such as a text that became shorter meanwhile, is left out
        }
        if (performance.now() >= until) break;
      }
      if (!this._at) this._lines.end();
    }

    /** @param {Node} node */
    _visit(node) {
      if (this._isUp) return this._end(node, this._around.pop()?.tag ?? OTHER);
      const name = nodeName(node);
      const tag = TAGS.get(name) ?? OTHER;
      if (tag.kind === "text") return this._readText(node);
      if (tag.kind === "skip") return this._goOn(node);
      if (tag.kind === "area") return this._readArea(node);
      if (tag !== OTHER) this._begin(/** @type {Element} */ (node), name, tag);
      if (site.names?.[name]) this._addName(/** @type {Element} */ (node), site.names[name]);
      this._enter(node, tag);
    }

    /** Go into an element, or past it where there is nothing more in it. @param {Node} node @param {Tag} tag */
    _enter(node, tag) {
      const element = firstElement(node);
      const isGrid = element !== null && (tag.kind === "grid" || tag.kind === "row");
      if (!element && !this._linear && this._hasRead(node)) return this._end(node, tag);
      this._at = isGrid ? element : firstChild(node);
      if (this._at) this._around.push({ node, tag, isGrid });
      else this._end(node, tag);
    }

    /** Read the words of an element with nothing else in it at once; not long ones. @param {Node} node */
    _hasRead(node) {
      const text = natives.words(node);
      if (text && text.length < PART) this._addText(text, node);
      return text.length < PART;
    }

    /** @param {Node} node */
    _goOn(node) {
      const around = this._around[this._around.length - 1];
      const next = around?.isGrid ? nextElement(node) : nextSibling(node);
      this._isUp = !next;
      this._at = next ?? around?.node ?? null;
    }

    /** @param {Element} element @param {string} name @param {Tag} tag */
    _begin(element, name, { kind, open }) {
      if (kind === "link") this._openLink(element, name);
      else if (kind === "picture") this._addPicture(element, name.length === 3);
      else if (kind === "lines") this._linear++;
      else if (kind === "row") this._row = "";
      this.light.mark(open);
    }

    /** @param {Node} node @param {Tag} tag */
    _end(node, { kind, close }) {
      if (kind === "link" && this._link?.node === node) this._closeLink();
      else if (kind === "row") this._closeRow(node);
      else if (kind === "lines") {
        this._linear--;
        this._lines.end();
      }
      this.light.mark(close);
      this._goOn(node);
    }

    /** A part of a text. @param {Node} node */
    _readText(node) {
      const text = part(node, this._offset, PART);
      this._addText(text, node);
      if (text.length === PART) this._offset += PART;
      else this._pass(node);
    }

    /** @param {string} text @param {Node} node */
    _addText(text, node) {
      const hasWords = this.light.say(text);
      if (this._linear) this._lines.add(text, node, this._offset);
      else if (hasWords) this._takeWords(text, node);
    }

    /** Leave a text behind. @param {Node} node */
    _pass(node) {
      this._offset = 0;
      this._value = "";
      this._goOn(node);
    }

    /** @param {string} text @param {Node} node */
    _takeWords(text, node) {
      const name = text.length <= LONGEST_NAME && /\.[a-z0-9]/i.test(text) ? words.fileName(text.trim()) : "";
      if (name) this.candidates.name(name, node);
      if (this._link) this._link.shown = this._link.shown ? (this._link.shown + text).slice(0, LONGEST_SHOWN) : text;
      else if (this._row !== null && this._row.length + text.length < LONGEST_ROW) this._row += `${text}\t`;
      else if (!name && words.isTelling(text)) this.candidates.row(text, node, this._offset, this._offset + text.length);
    }

    /** A field; only that with the open file is read. @param {Node} node */
    _readArea(node) {
      if (this._offset === 0) this._value = words.openFile(/** @type {Element} */ (node), site);
      const text = this._value.slice(this._offset, this._offset + PART);
      this.light.say(text);
      this._lines.add(text, node, this._offset);
      this._offset += PART;
      if (this._offset < this._value.length) return;
      this._lines.end();
      this._pass(node);
    }

    /** @param {string} line @param {Node} node @param {number} start */
    _addLine(line, node, start) {
      const isFile = this._isText || this._value !== "";
      if (isFile ? /[0-9./]/.test(line) : words.isTelling(line)) this.candidates.row(line, node, start, start + line.length);
    }

    /** @param {Element} element @param {string} name */
    _openLink(element, name) {
      const url = words.link(element, name, this._root);
      this._link = url ? { url, shown: "", node: element } : null;
      if (url) this.light.link(url);
    }

    _closeLink() {
      this.light.mark("</a>");
      if (this._link) this.candidates.link(this._link.url, this._link.shown.trim().slice(0, LONGEST_SHOWN), this._link.node);
      this._link = null;
    }

    /** @param {Node} node */
    _closeRow(node) {
      if (this._row && words.isTelling(this._row)) this.candidates.row(this._row, node, 0, 0);
      this._row = null;
    }

    /** @param {Element} element @param {string[]} attributes */
    _addName(element, attributes) {
      const name = words.nameOf(element, attributes, site.nameIn);
      if (name) this.candidates.name(name, element);
    }

    /** @param {Element} element @param {boolean} isImage not a video or a source */
    _addPicture(element, isImage) {
      const [url, w, h] = words.picture(element, isImage);
      if (url) this.candidates.image(url, element, w, h);
      if (isImage) this.light.say(attribute(element, "alt")?.slice(0, LONGEST_SHOWN) ?? "");
    }
  }

  globalThis.commonswatch.Reading = Reading;
}
