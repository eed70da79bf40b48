/**
 * One line of a page → its pieces: words, and links with their text. Knows neither lists nor tables nor datasets.
 *
 * Markdown and HTML are read side by side, as in READMEs. Hostile input: every step looks at a bounded stretch.
 */

import { clean, isTag, piece, referenceAt, targetAt, trimmed, unescaped, within } from "./pieces.js";
import { BLANK, bare, last, stripped } from "../texts.js";

/**
 * @typedef {import("./pieces.js").Piece} Piece
 * @typedef {import("./pieces.js").Tag} Tag
 * @typedef {import("./pieces.js").Commands} Commands
 * @typedef {{kind: string, start: number, url: string}} Open a link whose text is being read: `[`, `!` or `a`, the
 *   number
 *   of pieces before its text, and for `a` where it leads
 * @typedef {Map<string, {url: string, line: number}>} References targets of `[text][name]`, by lower-case name
 */

const LONGEST_TAG = 4000; // characters
const MOST_OPEN = 16; // brackets in brackets; the outermost of more are none
const MOST_SAID = 60; // pieces of the text of a link
const LONGEST_TEXT = 1000; // characters of it

const SPECIAL =
  /!\[|\[|\]|<|`+|~~|\\|(?:https?|ftp):\/\/|magnet:\?|(?:hf|s3|gs|oss|cos):\/\/|(?:pan|yun)\.baidu\.com\/|drive\.google\.com\/|(?:www\.)?dropbox\.com\/s|1drv\.ms\//g;
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9]*)|<!--/y;
const HREF = attribute("href", `|([^${BLANK.slice(1, -1)}>"']+)`);
const ALT = attribute("alt", "");
const BARE = /[!#-;=?-_a-z{}~]{1,4096}/y; // printable ASCII without quotes, angle brackets, `|`, back-ticks
const SCHEME = /^(?:(?:https?|ftp):\/\/[^/?#]|magnet:\?|(?:hf|s3|gs|oss|cos):\/\/[^\n])/iu;
const LONGEST_SCHEME = 12; // characters, with the one behind it
const RAW = ["script", "style", "noscript", "svg", "textarea", "template"]; // their inside is not read
const RAW_ENDS = new Map(RAW.map((name) => [name, new RegExp(`</${name}`, "gi")]));
const ENDS_LINK = new Set("a td th tr table li ul ol h1 h2 h3 h4 h5 h6".split(" "));

/** @param {string} name @param {string} unquoted */
function attribute(name, unquoted) {
  return new RegExp(`(?:${BLANK}|["'])${name}${BLANK}*=${BLANK}*(?:"([^"]*)"|'([^']*)'${unquoted})`, "iu");
}

/** Reads lines to pieces. */
export class InlineReader {
  /**
   * @param {References} references
   * @param {Commands} commands
   * @param {boolean} markdown
   */
  constructor(references, commands, markdown) {
    this._references = references;
    this._commands = commands;
    this._raw = ""; // the tag whose inside is being passed over
    this._markdown = markdown;
    /** @type {Open[]} */
    this._open = [];
    /** @type {(Piece | Tag)[]} */
    this._pieces = [];
    this._line = 0;
  }

  /**
   * The pieces of a line. An `<a>` that is still open goes on in the next line.
   * @param {string} text
   * @param {number} line
   */
  read(text, line) {
    this._line = line;
    this._pieces = [];
    this._open = this._open
      .filter((one) => one.kind === "a")
      .slice(-1)
      .map((one) => ({ ...one, start: 0 }));
    let at = 0;
    while (at < text.length) {
      if (this._raw) {
        at = this._passOver(text, at);
        continue;
      }
      SPECIAL.lastIndex = at;
      const found = SPECIAL.exec(text);
      this._say(text.slice(at, found ? found.index : text.length));
      at = found ? this._step(text, found[0], found.index) : text.length;
    }
    return this._pieces;
  }

  /** @param {string} text @param {number} at */
  _passOver(text, at) {
    const form = /** @type {RegExp} */ (RAW_ENDS.get(this._raw));
    form.lastIndex = at;
    const end = form.exec(text);
    if (end) this._raw = "";
    return end ? end.index : text.length;
  }

  /** Close what is still open: a block ends. */
  reset() {
    this._open = [];
  }

  /** @param {string} text @param {string} sign @param {number} at */
  _step(text, sign, at) {
    if (sign === "<") return this._tag(text, at);
    if ("/?s".includes(sign.slice(-1)) && sign.length > 3) return this._bare(text, at);
    if (!this._markdown) this._say(sign);
    else if (sign === "]") return this._close(text, at);
    else if (sign === "[" || sign === "![") {
      this._open = this._open.slice(1 - MOST_OPEN);
      this._open.push({ kind: sign[0], start: this._pieces.length, url: "" });
    } else if (sign === "\\") {
      const next = at + 1 < text.length ? String.fromCodePoint(/** @type {number} */ (text.codePointAt(at + 1))) : "";
      this._say(next === "|" ? " " : next);
      return at + 1 + next.length;
    }
    return at + sign.length;
  }

  /** @param {string} words */
  _say(words) {
    let at = 0;
    for (const { end, url } of this._commands.read(words)) {
      this._pieces.push(piece(words.slice(at, end), "", this._line), piece("", url, this._line));
      at = end;
    }
    if (at < words.length) this._pieces.push(piece(unescaped(words.slice(at)), "", this._line));
  }

  /** @param {string} text @param {number} at */
  _close(text, at) {
    const opened = this._open.length && this._top() !== "a" ? this._open.pop() : undefined;
    let { target, end } = targetAt(text, at + 1);
    let line = this._line;
    if (target === null && opened) {
      const named = referenceAt(text, at + 1);
      const known = this._references.get(bare(named.name || this._text(opened.start)).toLowerCase());
      [target, line, end] = [known?.url ?? "", known?.line ?? line, named.end];
    }
    if (target === null || !SCHEME.test(target)) return Math.max(end, at + 1);
    if (!opened || opened.kind === "[") this._link(target, opened?.start ?? this._behindLink(), line);
    return end;
  }

  /** The number of the first piece since the link before. */
  _behindLink() {
    let start = this._pieces.length;
    for (; start > 0; start--) {
      const before = this._pieces[start - 1];
      if (!isTag(before) && before.url) break;
    }
    return start;
  }

  /** The kind of the innermost open link. */
  _top() {
    return this._open[this._open.length - 1]?.kind;
  }

  /** @param {number} start */
  _text(start) {
    const said = this._pieces.slice(Math.max(start, this._pieces.length - MOST_SAID));
    return last(said.map((one) => (isTag(one) ? "" : one.text)).join(""), LONGEST_TEXT);
  }

  /** @param {string} url @param {number} start @param {number} line */
  _link(url, start, line) {
    const text = this._text(start);
    const inside = this._pieces.splice(start);
    this._pieces.push(...inside.filter((one) => !isTag(one) && one.url && one.url !== url));
    this._pieces.push(piece(SCHEME.test(bare(text)) ? "" : text, clean(url), line));
  }

  /** @param {string} text @param {number} at */
  _bare(text, at) {
    BARE.lastIndex = at;
    let url = trimmed(BARE.exec(text)?.[0] ?? "");
    const top = this._top();
    if ((top === "[" || top === "a") && this._markdown && url.includes("](")) url = url.split("](", 1)[0];
    if (top === "a") this._say(url);
    else if (SCHEME.test(url) || !/^(?:http|ftp)/i.test(url)) this._pieces.push(piece("", clean(url), this._line));
    return at + Math.max(url.length, 1);
  }

  /** @param {string} text @param {number} at */
  _tag(text, at) {
    TAG.lastIndex = at;
    const found = TAG.exec(text);
    const sign = found?.[0] === "<!--" ? "-->" : ">";
    const end = within(text, sign, at, LONGEST_TAG);
    if (!found || end < 0) {
      const isAuto = this._markdown && SCHEME.test(text.slice(at + 1, at + 1 + LONGEST_SCHEME));
      this._say(isAuto ? "" : "<");
      return at + 1;
    }
    if (found[2] !== undefined) this._takeTag(found[2].toLowerCase(), found[1] !== "", text.slice(at, end + 1));
    return end + sign.length;
  }

  /** @param {string} name @param {boolean} closes @param {string} written */
  _takeTag(name, closes, written) {
    if (ENDS_LINK.has(name) && this._top() === "a") {
      const opened = /** @type {Open} */ (this._open.pop());
      if (opened.url) this._link(opened.url, opened.start, this._line);
    }
    if (name === "a" && !closes) {
      const url = stripped(unescaped(valueOf(HREF, written)), " ");
      this._open.push({ kind: "a", start: this._pieces.length, url: SCHEME.test(url) ? url : "" });
    } else if (name === "img") this._say(valueOf(ALT, written));
    else if (RAW.includes(name)) this._raw = closes || written.endsWith("/>") ? "" : name;
    else if (name !== "a") this._pieces.push({ name, closes });
  }
}

/** @param {RegExp} attribute @param {string} tag */
function valueOf(attribute, tag) {
  return attribute.exec(tag)?.slice(1).find(Boolean) ?? "";
}
