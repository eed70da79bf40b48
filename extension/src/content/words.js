/** Addresses and words on a page: which are worth telling, and in which form. Looks at single elements; walks nowhere. */
"use strict";

{
  const { natives } = globalThis.commonswatch;
  const LONGEST = 4_096; // characters of an address
  const LONGEST_SET = 20_000; // of a srcset
  const MOST_IN_SET = 50;
  const LONGEST_NAME = 255;
  const WHOLE = /^https?:\/\/[!-~]+$/i;
  const FROM_ROOT = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+\/?(?:\?[A-Za-z0-9_~.=&+-]*)?$/;
  const OF_THE_WEB = /^(?:https?:\/\/|magnet:\?)/i;
  const OTHER_SCHEME = /^\s*(?!https?:|magnet:)[a-z][a-z0-9+.-]*:/i; // javascript:, data:, blob:, mailto: …
  const NAME = /^[^/\\<>:"|?*]+\.(?:[a-z][a-z0-9]{1,8}|[0-9]{3})$/i;
  const SIZE = /\s*\(?[0-9][0-9.,]*\s*(?:bytes|[KMGT]i?B)\)?$/i;
  const TELLING = /[0-9]{5}|:\/\/|\.(?:jpe?g|png|gif|webp|avif|tiff?|mp4|webm|zip|rar|7z|t?gz|tar|[ct]sv|jsonl?|lst|txt|torrent)\b/i;
  const SAMPLES = 12; // letters of a text that its sum is made from

  /** An attribute as an address of the web, or nothing. Long ones are not even resolved. @param {Element} element @param {string} name @param {(element: Element) => string} resolve @param {string} [root] */
  const address = (element, name, resolve, root) => {
    const written = natives.attribute(element, name);
    if (!written || written.length > LONGEST) return "";
    if (WHOLE.test(written)) return written;
    if (root && FROM_ROOT.test(written)) return root + written; // what the browser would say, without asking it
    const url = OTHER_SCHEME.test(written) ? "" : resolve(element);
    return url.length <= LONGEST && OF_THE_WEB.test(url) ? url : "";
  };

  /** Where a link leads. @param {Element} element @param {string} name of the element @param {string} root */
  const link = (element, name, root) => address(element, "href", name.length === 1 ? natives.href : natives.areaHref, root);

  /** What stands before the first slash of addresses that begin with one; empty where there is nothing of the kind. */
  const root = () => against("/").slice(0, -1);

  /** @param {string} written */
  const against = (written) => {
    const base = natives.base(document);
    const url = written && URL.canParse(written, base) ? new URL(written, base).href : "";
    return url.length <= LONGEST && OF_THE_WEB.test(url) ? url : "";
  };

  /** The address of the largest picture in a srcset. @param {string} srcset */
  const largest = (srcset) => {
    if (!srcset || srcset.length > LONGEST_SET) return "";
    let best = "";
    let most = 0;
    for (const one of srcset.split(/,\s+|,(?=https?:)/, MOST_IN_SET)) {
      const [url, size] = one.trim().split(/\s+/, 2);
      const factor = size?.endsWith("x") ? 1_000 : 1;
      const wide = (parseFloat(size ?? "1") || 1) * factor;
      if (url && wide > most) [best, most] = [url, wide];
    }
    return best && !OTHER_SCHEME.test(best) ? against(best) : "";
  };

  /** The largest address of a picture or video: of its set, as shown, or as it will be. @param {Element} element @param {boolean} isImage */
  const shown = (element, isImage) =>
    largest(natives.attribute(element, "srcset") ?? "") ||
    address(element, "src", isImage ? natives.source : ofAttribute) ||
    (isImage ? against(first(natives.attribute(element, "data-src") ?? natives.attribute(element, "data-original"))) : "");

  /** A picture or video: its address, width and height in pixels. @param {Element} element @param {boolean} isImage @returns {[string, number, number]} */
  const picture = (element, isImage) => {
    const url = shown(element, isImage);
    if (!url || !isImage) return [url, 0, 0];
    const [w, h] = [natives.width(element), natives.height(element)];
    return w && h ? [url, w, h] : [url, written(element, "width"), written(element, "height")];
  };

  /** @param {Element} element @param {string} name */
  const written = (element, name) => Math.min(parseInt(natives.attribute(element, name) ?? "", 10) || 0, 100_000);

  /** @param {Element} element */
  const ofAttribute = (element) => against(natives.attribute(element, "src") ?? "");

  /** The text of the open file, where a field has it; nothing of other fields. @param {Element} area @param {Site} [site] */
  const openFile = (area, site) => (site?.openFile && natives.matches(area, site.openFile) ? natives.value(area) : "");

  /** The beginning of a text, up to between two words if possible. @param {string} text @param {number} most characters */
  const beginning = (text, most) => {
    const end = Math.max(...[" ", "\t", ",", ";", '"', "'", "|"].map((sign) => text.lastIndexOf(sign, most - 1)));
    return text.slice(0, end > 0 ? end + 1 : most);
  };

  /** @param {string | null} text */
  const first = (text) => (text && text.length <= LONGEST && !OTHER_SCHEME.test(text) ? text : "");

  /** The name of a file, if the words are one; a size behind it is left out. @param {string} text */
  const fileName = (text) => {
    const name = text.length <= LONGEST_NAME && text.includes(".") ? text.replace(SIZE, "").trim() : "";
    return NAME.test(name) ? name : "";
  };

  /** The name of a file that an attribute says in full. @param {Element} element @param {string[]} attributes @param {Site["nameIn"]} [nameIn] */
  const nameOf = (element, attributes, nameIn) => {
    for (const attribute of attributes) {
      const said = natives.attribute(element, attribute);
      const name = said ? fileName(nameIn ? nameIn(said.slice(0, LONGEST_NAME)) : said) : "";
      if (name) return name;
    }
    return "";
  };

  /** Whether words may have an address, a number or a file in them. @param {string} text */
  const isTelling = (text) => TELLING.test(text);

  /** A small number that differs for most texts, from their ends: finds a place again. @param {string} text */
  const sum = (text) => {
    let sum = text.length;
    for (let at = Math.max(0, text.length - SAMPLES); at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) & 0xffffff;
    return sum;
  };

  globalThis.commonswatch.words = { link, root, picture, openFile, beginning, fileName, nameOf, isTelling, sum };
}
