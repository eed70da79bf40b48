/** Text that is read line by line, however it is cut into nodes and parts: open files, preformatted text. */
"use strict";

{
  const LONGEST = 4_096; // characters of a line that are kept in wait for its end

  class Lines {
    /** @param {(line: string, node: Node, start: number) => void} each a line, where it begins */
    constructor(each) {
      this._each = each;
      this._rest = "";
      /** @type {Node | null} */
      this._node = null;
      this._start = 0; // of the rest, in its node
    }

    /** The next part of a text. @param {string} text @param {Node} node @param {number} start */
    add(text, node, start) {
      if (!this._rest) [this._node, this._start] = [node, start];
      const lines = (this._rest + text).split("\n");
      let at = start - this._rest.length; // before 0 where the line began in another node
      this._rest = lines.pop() ?? "";
      lines.forEach((line, number) => {
        const isFirst = number === 0 && this._node;
        this._each(line, isFirst ? /** @type {Node} */ (this._node) : node, isFirst ? this._start : at);
        at += line.length + 1;
      });
      if (lines.length) [this._node, this._start] = [node, Math.max(at, 0)];
      if (this._rest.length > LONGEST) this._cut(node, start + text.length);
    }

    /** The text is over: so is its last line. */
    end() {
      if (this._rest && this._node) this._each(this._rest, this._node, this._start);
      this._rest = "";
      this._node = null;
    }

    /** A long line, such as a whole file without any end of line: all but its last words. @param {Node} node @param {number} end */
    _cut(node, end) {
      const most = globalThis.commonswatch.words.beginning(this._rest, this._rest.length - 1);
      this._each(most, this._node ?? node, this._start);
      this._rest = this._rest.slice(most.length);
      [this._node, this._start] = [node, Math.max(end - this._rest.length, 0)];
    }
  }

  globalThis.commonswatch.Lines = Lines;
}
