/** Places on the pages of tabs, as they are kept: the frame, and what its content script calls the place. */

import { toFrame } from "../shared/browser.js";

/** The content script marks a place on its page. @param {number} tabId @param {string} place */
export async function markPlace(tabId, place) {
  const { frame, own } = placeOf(place);
  const answer = await toFrame(tabId, frame, { mark: own });
  return { found: answer?.found === true };
}

/**
 * A place as it is kept → the frame, and the place as its content script named it.
 * @param {string} place
 * @returns {{frame: number, own: string | number}}
 */
export function placeOf(place) {
  const colon = place.indexOf(":");
  const own = place.slice(colon + 1);
  return { frame: Number(place.slice(0, colon)) || 0, own: /^#[0-9]{1,15}$/.test(own) ? Number(own.slice(1)) : own };
}

/** The place of a frame as it is kept: numbers are marked, so that they come back as numbers. @param {number} frame @param {string | number} own */
export function keptPlace(frame, own) {
  return `${frame}:${typeof own === "number" ? `#${own}` : own}`;
}
