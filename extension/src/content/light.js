/**
 * The readable part of a page as light HTML: headings, paragraphs, lists, tables, links; no scripts, no styles, no fields.
 *
 * The background reads it for links to datasets, with the words around them. What is put in, and in which order: reading.js.
 */
"use strict";

{
  const MOST = 500_000; // characters
  const LONGEST_BLANK = 20; // characters of an indentation that may mean something
  const BREAK = "\n<p>";

  /** @param {Tag["kind"]} kind @param {string} names @param {string} [open] @param {string} [close] @returns {[string, Tag][]} */
  const tags = (kind, names, open = "", close = "") =>
    names.split(" ").flatMap((name) => {
      const tag = { kind, open: open.replace("*", name), close: close.replace("*", name) };
      return /** @type {[string, Tag][]} */ ([
        [name, tag], // as in XHTML
        [name.toUpperCase(), tag],
      ]);
    });

  /** What is done with an element, by its name; what is not named here is looked through. */
  const byName = new Map([
    ...tags("skip", "script style noscript template svg math input select option datalist iframe object embed canvas"),
    ...tags("skip", "#comment #cdata-section"),
    ...tags("text", "#text"),
    ...tags("", "p div center section article main header footer nav aside form details summary", BREAK, BREAK),
    ...tags("", "dl dt dd hr figure figcaption blockquote address dialog body", BREAK, BREAK),
    ...tags("", "title h1 h2 h3 h4 h5 h6", "\n<*>", "</*>"),
    ...tags("", "ul ol", "\n<*>", "</*>\n"),
    ...tags("grid", "table", "\n<*>", "</*>\n"),
    ...tags("grid", "tbody thead", BREAK, BREAK),
    ...tags("grid", "tfoot"),
    ...tags("", "li", "\n<*>", "</*>"),
    ...tags("", "td th", "<*>", "</*>"),
    ...tags("", "br", "<br>\n"),
    ...tags("row", "tr", "\n<*>", "</*>"),
    ...tags("lines", "pre", "\n<*>", "</*>\n"),
    ...tags("link", "a area"),
    ...tags("picture", "img source video"),
    ...tags("area", "textarea"),
  ]);

  class Light {
    /** @param {boolean} isText a text file: its words as they are */
    constructor(isText) {
      this.text = "";
      this._isText = isText;
      this._isBroken = true;
    }

    /** A tag; a paragraph begins once only. @param {string} tag */
    mark(tag) {
      if (!tag || this._isText || this.text.length > MOST) return;
      if (tag !== BREAK || !this._isBroken) this.text += tag;
      this._isBroken = tag === BREAK;
    }

    /** Whether there were words, not blanks only. @param {string} text of the page */
    say(text) {
      const hasWords = /\S/.test(text);
      if (this.text.length > MOST) return hasWords;
      if (hasWords || this._isText) this._add(text);
      else if (!this._isBroken) this.text += text.length > LONGEST_BLANK ? " " : text;
      return hasWords;
    }

    /** @param {string} words */
    _add(words) {
      const isPlain = this._isText || !/[<&>]/.test(words);
      this.text += isPlain ? words : words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      this._isBroken = false;
    }

    /** @param {string} url */
    link(url) {
      const isPlain = !/[&"<>]/.test(url);
      const told = isPlain ? url : url.replaceAll("&", "&amp;").replace(/["<>]/g, encodeURIComponent);
      this.mark(`<a href="${told}">`);
    }
  }

  globalThis.commonswatch.light = { byName, Light };
}
