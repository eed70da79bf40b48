/**
 * Who may say what to the background: judged by the browser's word about the sender, never by the sender's own.
 *
 * Tier PAGES: our own pages may ask for what shared/messages.js lists. Tier CONTENT: frames of hosts that are switched on
 * may hand over what their page shows, and hear nothing about it. Everybody else (other extensions, web pages, frames
 * of other hosts, floods) gets no answer at all.
 */

import { ownId, ownUrl } from "../shared/browser.js";
import { COLLECT, readMessage } from "../shared/messages.js";
import { readSession } from "../shared/storage.js";
import { answers, errorOf } from "./answers.js";
import { collect } from "./collection.js";
import { isOn } from "./hosts.js";
import { admit, dismiss } from "./ports.js";

/**
 * @typedef {import("../shared/browser.js").Sender} Sender
 * @typedef {import("../shared/browser.js").Port} Port
 */

/**
 * Answer a message of our own pages; anybody else's gets no answer.
 * @param {unknown} message
 * @param {Sender} sender
 * @param {(value: unknown) => void} answer
 * @returns {boolean} whether an answer comes
 */
export function onMessage(message, sender, answer) {
  const asked = isOwnPage(sender) ? readMessage(message) : null;
  if (!asked) return false;
  answers[asked.type](asked.fields).then(
    (value) => answer(value ?? {}),
    (error) => answer({ error: errorOf(error) }),
  );
  return true;
}

/** @param {Sender} sender */
function isOwnPage({ id, url = "" }) {
  return id === ownId() && url.startsWith(ownUrl(""));
}

/** Take in what a frame says, if it may speak; else the port is closed. @param {Port} port */
export function onConnect(port) {
  const { sender, name } = port;
  const tabId = sender?.tab?.id;
  const isOurs = name === COLLECT && sender?.id === ownId() && tabId !== undefined && !sender.tab?.incognito;
  if (!isOurs || !admit(port, tabId)) return port.disconnect();
  collect(port, mayCollect(tabId, sender?.url ?? ""), () => dismiss(port));
}

/** Frames of hosts that are switched on, and of a page somebody asked about. @param {number} tabId @param {string} url */
async function mayCollect(tabId, url) {
  if (!/^https?:\/\//i.test(url)) return false;
  return (await isOn(url)) || (await readSession(`asked/${tabId}`)) === new URL(url).origin;
}
