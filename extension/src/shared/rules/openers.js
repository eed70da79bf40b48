/**
 * What in an address nobody described may open something: found, so that it is cut off. Knows no host.
 *
 * Names of secret parameters behind any sign that may separate them, hashes of torrents, and links that are secret
 * themselves; each also escaped once more, up to three times. Which names: the `generic` part of a rule file.
 */

import { decoded } from "./address.js";
import { CHANGES } from "./changes.js";
import { dotted, wholly } from "./patterns.js";

/** @typedef {import("./patterns.js").Values} Values */
/** @typedef {(text: string) => boolean} Opens */

const ESCAPED_AT_MOST = 3; // times
const MOST_LINKS = 12; // in one path; what is behind them is cut
const ASCII_ESCAPE = /%([2-7][0-9A-Fa-f])/g;
const NAMED = /[&;?#]([^&;?#=:：＝]{1,100})[=:：＝]/gu;
const BEHIND = /[&;?#]|%(?:25){0,3}(?:2[36]|3[BbFf])/;
const SLASHES = /^([Hh][Tt][Tt][Pp][Ss]?):\/*/; // some are lost where addresses are cleaned
const LINK = /[Hh][Tt][Tt][Pp][Ss]?:/;
const HOST = /^(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}$/;
const HARMLESS = /^[A-Za-z0-9_-]{0,30}$/; // most parts of paths: neither a link nor a hash nor named
// Most addresses: nothing escaped, no link, no hash; their parameters have been looked at.
const QUIET =
  /^(?:\/[A-Za-z0-9_-]{0,30})*(?:\.[A-Za-z0-9]{1,5})?(?:[?&][A-Za-z0-9_-]{0,30}(?:=[A-Za-z0-9_.+-]{0,30})?)*$/;
const SCHEME = /^(?:[Hh][Tt][Tt][Pp][Ss]?|[Hh][Ff]|[Ss]3|[Gg][Ss]|[Oo][Ss][Ss]):/;
const BLANKS = /^ +| +$/g;

/** What the `generic` part of a rule file says about secrets. */
export class Openers {
  /** @param {{secrets: string, opens: string, hash: string, beside: string}} entry */
  constructor(entry) {
    this._names = wholly(entry.secrets);
    this._opening = new RegExp(dotted(entry.opens), "u");
    this._hash = new RegExp(dotted(entry.hash), "u");
    this._beside = new RegExp(dotted(entry.beside), "u");
  }

  /**
   * Move what may open something from the path and the query to the secret.
   * @param {Values} values
   * @param {Opens} opens
   */
  cut(values, opens) {
    const { path, query = "" } = values;
    values.query = query;
    if (QUIET.test(path + query)) return;
    const near = this._beside.test(lower(`${values.site}${path}${query}`));
    const end = this._end(path, query, near, opens);
    /** @type {string[]} */
    const kept = [];
    const secret = [path.slice(end)];
    for (const pair of query.slice(1).split("&").filter(Boolean)) {
      const isKept = end === path.length && !this._tells(`&${pair}`, near, opens);
      (isKept ? kept : secret).push(pair);
    }
    secret.push(values.secret ?? "");
    values.path = path.slice(0, end) || "/";
    values.query = kept.length ? `?${kept.join("&")}` : "";
    values.secret = secret.filter(Boolean).join("&");
  }

  /**
   * Up to where a field of a known host may be shown.
   * @param {string} text
   * @param {Opens} opens
   */
  shownEnd(text, opens) {
    const start = text.search(LINK);
    const hasSecret = start >= 0 && opensAnyhow(text.slice(start), opens);
    return Math.min(hasSecret ? start : text.length, this.namedEnd(text));
  }

  /**
   * Where the first parameter starts that stands behind a text and has the name of a secret; else its length.
   * @param {string} text
   */
  namedEnd(text) {
    const found = BEHIND.exec(text);
    return found && readings(text).some((one) => this._namesSecret(one)) ? found.index : text.length;
  }

  /**
   * Up to where a path may be shown.
   * @param {string} path
   * @param {string} query
   * @param {boolean} near
   * @param {Opens} opens
   */
  _end(path, query, near, opens) {
    let at = 0;
    let links = 0;
    for (const part of path.split("/")) {
      if (!HARMLESS.test(part)) {
        const startsLink = readings(part).some((one) => SCHEME.test(one) || HOST.test(one));
        if (startsLink && (++links > MOST_LINKS || opensAnyhow(`${path.slice(at)}${query}`, opens))) return at;
        if (this._tells(part.includes("=") ? `&${part}` : part, near, opens)) {
          const end = at + this.namedEnd(part);
          return end === at + part.length || this._tells(path.slice(at, end), near, opens) ? at : end;
        }
      }
      at += part.length + 1;
    }
    return path.length;
  }

  /**
   * Whether a part of a path or a parameter (with its `&`) may open something.
   * @param {string} text
   * @param {boolean} near a word like "torrent"
   * @param {Opens} opens
   */
  _tells(text, near, opens) {
    return readings(text).some((one) => {
      const small = lower(one);
      if (this._opening.test(small) || (near && this._hash.test(small)) || this._namesSecret(one)) return true;
      const value = one.startsWith("&") ? behindEquals(one.slice(1)) : one;
      return value.includes("/") && value.includes(".") && opens(value.replace(SLASHES, "$1://"));
    });
  }

  /** @param {string} text */
  _namesSecret(text) {
    return Array.from(lower(text).matchAll(NAMED)).some((found) => this._names.test(found[1].replace(BLANKS, "")));
  }
}

/** @param {string} link @param {Opens} opens */
function opensAnyhow(link, opens) {
  return readings(link).some((one) => opens(one.replace(SLASHES, "$1://")));
}

/** A text as it is, and with its escapes resolved once, twice and three times. @param {string} text */
function readings(text) {
  const all = [text];
  for (let left = ESCAPED_AT_MOST; left > 0 && text.includes("%"); left--) {
    const plain = decoded(text) ?? text.replace(ASCII_ESCAPE, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
    if (plain === text) break;
    all.push((text = plain));
  }
  return all;
}

/** @param {string} pair */
function behindEquals(pair) {
  const at = pair.indexOf("=");
  return at < 0 ? "" : pair.slice(at + 1);
}

/** @param {string} text */
function lower(text) {
  return CHANGES.lower(text) ?? "";
}
