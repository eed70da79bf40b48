/** Paths of addresses: those a query fell into, and what of those nobody described may be shown. Knows no host. */

import { Address } from "./address.js";

const MARK = /[&;]|%(?:25){0,3}(2[36]|3[BbFf])/; // where a query or fragment starts, escaped or mistaken
const FRAGMENT = "23";
const WORD = /^[A-Za-z]+(?:[_-][A-Za-z]+)*$/; // what no token looks like
const LONGEST_WORD = 24;

/**
 * With what stands behind an escaped or mistaken mark in its path as its query or fragment.
 * @param {Address} address
 */
export function repaired({ explicit, host, port, path, search, fragment }) {
  const found = MARK.exec(path);
  if (found === null) return new Address(explicit, host, port, path, search, fragment);
  const start = path.slice(0, found.index);
  const rest = path.slice(found.index + found[0].length);
  if (found[1] === FRAGMENT) return new Address(explicit, host, port, start, search, rest);
  return new Address(explicit, host, port, start, [`?${rest}`, search.slice(1)].filter(Boolean).join("&"), fragment);
}

/** As much of a path as consists of plain words. @param {string} path */
export function wordsOf(path) {
  const parts = path.split("/");
  const end = parts.findIndex((part) => part !== "" && !isWord(part));
  return (end < 0 ? path : parts.slice(0, end).join("/")) || "/";
}

/** @param {string} part */
function isWord(part) {
  return part.length <= LONGEST_WORD && WORD.test(part);
}
