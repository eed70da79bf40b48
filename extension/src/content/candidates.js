/**
 * What may be a work, as it is told to the background: candidates in slices, each with its place.
 *
 * A place is a number and a sum of what stands there: it is found again by reading again, so that no element has to be
 * held. How a page is read: reading.js.
 */
"use strict";

{
  const { words } = globalThis.commonswatch;
  const FULL = 1_200; // candidates; one step of reading adds 700 at most
  const MOST = 200_000;
  const LONGEST = 4_096; // characters of a row
  const SHORTEST = 5;

  /** @returns {Slice} */
  const empty = () => ({ links: [], images: [], names: [], rows: [] });

  class Candidates {
    /** @param {Found} [found] told of each, with where it stands; then nothing is kept */
    constructor(found) {
      this.count = 0;
      this.sum = 0; // of all
      this.isFull = false; // it is time to take a slice
      this._waiting = 0;
      this._slice = empty();
      this._found = found;
    }

    get isOver() {
      return this.count >= MOST;
    }

    /** @returns {Slice} */
    take() {
      const slice = this._slice;
      this._slice = empty();
      this._waiting = 0;
      this.isFull = false;
      return slice;
    }

    /** @param {string} url @param {string} text @param {Node} node */
    link(url, text, node) {
      const place = this._place(url, node);
      if (place) this._slice.links.push({ url, text, near: "", place });
    }

    /** @param {string} url @param {Node} node @param {number} w @param {number} h */
    image(url, node, w, h) {
      const place = this._place(url, node);
      if (place) this._slice.images.push({ url, place, w, h });
    }

    /** @param {string} text @param {Node} node */
    name(text, node) {
      const place = this._place(text, node);
      if (place) this._slice.names.push({ text, place });
    }

    /** A row; a long one in pieces. @param {string} text @param {Node} node @param {number} start @param {number} end */
    row(text, node, start, end) {
      for (let rest = text; rest.length >= SHORTEST; ) {
        const piece = rest.length <= LONGEST ? rest : words.beginning(rest, LONGEST);
        rest = rest.slice(piece.length);
        const place = this._place(piece, node, start, end);
        if (place) this._slice.rows.push({ text: piece, place });
      }
    }

    /** @param {string} text @param {Node} node @param {number} start @param {number} end */
    _place(text, node, start = 0, end = 0) {
      if (this.isOver) return "";
      const sum = words.sum(text);
      const place = `${this.count++}.${sum}`;
      this.sum = (this.sum * 31 + sum) & 0xffffff;
      if (this._found) this._found(place, { node, start, end });
      else this.isFull = ++this._waiting >= FULL;
      return this._found ? "" : place;
    }
  }

  globalThis.commonswatch.Candidates = Candidates;
}
