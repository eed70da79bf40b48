/** Why a manifest or a file of the watch list is refused. What each word means is written in docs/watch-list.md. */

/**
 * @typedef {"unsupported" | "signature" | "format" | "version" | "history" | "time" | "size" | "digest" | "truncated" |
 *   "rest" | "range" | "order"} Why
 */

/** Thrown by whatever reads the server's files; the list at hand stays. */
export class Refused extends Error {
  /** @param {Why} why */
  constructor(why) {
    super(`The watch list is refused: ${why}`);
    this.name = "Refused";
    this.why = why;
  }
}

/**
 * Refuse unless it holds.
 * @param {unknown} holds
 * @param {Why} why
 * @returns {asserts holds}
 */
export function need(holds, why) {
  if (!holds) throw new Refused(why);
}
