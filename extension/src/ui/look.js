/**
 * "This page" of the popup and the panel: asks the background for everything, shows it, and does what the buttons say.
 */

import { announce, fill, h } from "./dom.js";
import { found, ways } from "./found.js";
import { notices } from "./notices.js";
import { askFor, currentTab, openPage, send } from "./seam.js";
import { linesOf } from "./states.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {import("./states.js").Now} Now
 */

/** @type {{id: number, url: string, windowId?: number}} */
const NO_TAB = { id: -1, url: "" };

/** Everything a page says, asked for at once. @param {number} tabId @returns {Promise<Now>} */
export async function ask(tabId) {
  const [found, list, device, outbox, alerts, settings] = await Promise.all([
    send("findings.get", { tabId }), send("list.status", {}), send("device.state", {}), send("outbox.list", {}),
    send("alerts.list", {}), send("settings.get", {}),
  ]);
  return { found, list, device, outbox, alerts, settings: settings.settings };
}

/**
 * Keeps an element showing what is known about the tab in front.
 * @param {Words} words
 * @param {HTMLElement} element
 * @param {{most: number, openTab: (name: string) => unknown, close?: () => void, changed?: (now: Now) => void}} options
 */
export function look(words, element, { most, openTab, close = () => {}, changed = () => {} }) {
  let tab = NO_TAB;
  /** @type {Now | undefined} */
  let now;
  let problem = "";
  let asked = 0;

  /** Ask again and show the answer; an answer that was overtaken is dropped. */
  async function paint() {
    const mine = (asked += 1);
    tab = (await currentTab()) ?? NO_TAB;
    const answers = await ask(tab.id);
    if (mine !== asked) return;
    now = answers;
    show();
    changed(answers);
  }

  function show() {
    if (!now) return;
    element.removeAttribute("aria-busy");
    fill(element,
      problem && h("p", { class: "notice notice-bad" }, problem),
      found(words, now.found, most, doing), ways(words, now.found, doing), notices(words, linesOf(now), doing));
  }

  /** What a step came to: said, and shown where it went wrong. @param {any} answer @param {string} [done] */
  function say(answer, done = "") {
    problem = answer.error ? words.problem(answer.error) : "";
    if (problem || done) announce(problem || done);
    show();
    return !problem;
  }

  /** Only for this site, and only from the click. @param {string[]} origins @param {() => Promise<any>} then */
  async function permit(origins, then) {
    const isGranted = await askFor(origins);
    if (say(isGranted ? await then() : { error: { code: "permission" } })) await paint();
  }

  const doing = {
    again: paint,
    /** @param {string} place */
    async mark(place) {
      const answer = await send("findings.mark", { tabId: tab.id, place });
      if (say(answer, words.t(answer.found === false ? "mark_gone" : "mark_done")) && answer.found !== false) close();
      else if (answer.found === false) say({ error: { code: "gone" } });
    },
    async compare() {
      const answer = await send("pictures.compare", { tabId: tab.id });
      if (say(answer, compared(words, answer))) await paint();
    },
    review: () => open(`review/review.html?tab=${tab.id}`),
    switchOn() {
      const host = now?.found.host;
      return host ? permit(host.origins, () => send("hosts.set", { id: host.id, on: true })) : undefined;
    },
    askSite: () => permit([originOf(tab.url)], () => send("page.ask", { tabId: tab.id })),
    pair: () => open("options/options.html#server"),
    list: () => open("options/options.html#list"),
    outbox: () => openTab("outbox"),
    alerts: () => openTab("alerts"),
    async update() {
      const list = await send("list.update", {});
      if (say(list.problem ? { error: { code: list.problem } } : list, words.t("list_updated"))) await paint();
    },
  };

  /** @param {string} path */
  async function open(path) {
    await openPage(path);
    close();
  }

  return { paint, windowId: () => tab.windowId ?? -1 };
}

/** The pattern of one site. @param {string} url */
export function originOf(url) {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${hostname}/*`;
}

/** @param {Words} words @param {any} answer */
function compared(words, answer) {
  if (answer.error) return "";
  const looked = words.plural("compared", answer.looked ?? 0, words.number(answer.matched ?? 0));
  const unread = answer.unreadable ? ` ${words.plural("compared_unreadable", answer.unreadable)}` : "";
  return looked + unread;
}
