/** The ports that are open now: few for a tab, few in all, and all can be ended. Reads nothing of what comes through. */

/** @typedef {import("../shared/browser.js").Port} Port */

const MOST_OF_TAB = 40; // frames
const MOST = 400;

/** @type {Map<Port, number>} */
const open = new Map();

/** Whether there is room for one more port of a tab; it is counted until it ends. @param {Port} port @param {number} tabId */
export function admit(port, tabId) {
  const ofTab = [...open.values()].filter((one) => one === tabId).length;
  if (open.size >= MOST || ofTab >= MOST_OF_TAB) return false;
  open.set(port, tabId);
  port.onDisconnect.addListener(() => dismiss(port));
  return true;
}

/** Whether it was admitted and has not ended. @param {Port} port */
export function isOpen(port) {
  return open.has(port);
}

/** @param {Port} port */
export function dismiss(port) {
  open.delete(port);
}

/** End all. */
export function endAll() {
  for (const port of open.keys()) port.disconnect();
  open.clear();
}
