/** Rows of bytes of one width, strictly ascending, one behind the other: what a decoded list is. */

import { need } from "./refused.js";

/**
 * Refuses rows that do not ascend.
 * @param {Uint8Array} rows
 * @param {number} width in bytes
 */
export function needAscending(rows, width) {
  for (let at = width; at < rows.length; at += width) need(compared(rows, at - width, rows, at, width) < 0, "order");
}

/**
 * The rows without some and with others, as new bytes behind `head`.
 * @param {{rows: Uint8Array, width: number, head?: Uint8Array}} old
 * @param {Uint32Array} removed places in the old rows, ascending
 * @param {Uint8Array} added rows, ascending
 */
export function changedRows({ rows, width, head = new Uint8Array() }, removed, added) {
  needAscending(added, width);
  const made = new Uint8Array(head.length + rows.length - removed.length * width + added.length);
  made.set(head);
  let [from, to, gone] = [0, head.length, 0];
  /** @param {Uint8Array} some */
  const put = (some) => {
    made.set(some, to);
    to += some.length;
  };
  /** @param {number} place up to which old rows stay, but for those removed */
  const keepTo = (place) => {
    for (; gone < removed.length && removed[gone] < place; gone++) {
      put(rows.subarray(from, removed[gone] * width));
      from = (removed[gone] + 1) * width;
    }
    put(rows.subarray(from, place * width));
    from = place * width;
  };
  for (let at = 0; at < added.length; at += width) {
    keepTo(placeFor(rows, added, at, width));
    put(added.subarray(at, at + width));
  }
  keepTo(rows.length / width);
  return made;
}

/**
 * Before which row a new one belongs; refuses one that is there already.
 * @param {Uint8Array} rows
 * @param {Uint8Array} added
 * @param {number} at where the new one begins
 * @param {number} width
 */
function placeFor(rows, added, at, width) {
  let low = 0;
  let high = rows.length / width;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compared(rows, middle * width, added, at, width);
    need(order !== 0, "order");
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Negative, zero or positive, as the first row is before, like or behind the second.
 * @param {Uint8Array} one
 * @param {number} oneAt
 * @param {Uint8Array} other
 * @param {number} otherAt
 * @param {number} width
 */
function compared(one, oneAt, other, otherAt, width) {
  for (let byte = 0; byte < width; byte++) {
    const difference = one[oneAt + byte] - other[otherAt + byte];
    if (difference !== 0) return difference;
  }
  return 0;
}
