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
 * @typedef {object} Options
 * @property {number} most rows of a list before the rest folds
 * @property {(name: string) => unknown} openTab shows a part of the panel
 * @property {boolean} [isBeside] the page, without a click that would tell its address
 * @property {() => void} [close] after something that is to be seen elsewhere
 * @property {(now: Now) => void} [changed]
 */

/** @type {{id: number, url: string, windowId: number}} */
const NO_TAB = { id: -1, url: "", windowId: -1 };

/**
 * The tab in front; the one the address names, where the page is a tab of its own.
 * @returns {Promise<typeof NO_TAB>}
 */
async function shownTab() {
  const front = (await currentTab()) ?? NO_TAB;
  const named = new URLSearchParams(location.search).get("tab");
  return named ? { ...front, id: Number(named), url: "" } : front;
}

/** Everything a page says, asked for at once. @param {number} tabId @returns {Promise<Now>} */
export async function ask(tabId) {
  const [found, list, device, outbox, alerts, settings] = await Promise.all([
    send("findings.get", { tabId }),
    send("list.status", {}),
    send("device.state", {}),
    send("outbox.list", {}),
    send("alerts.list", {}),
    send("settings.get", {}),
  ]);
  return { found, list, device, outbox, alerts, settings: settings.settings };
}

/** Keeps an element showing what is known about the tab in front. */
export class Look {
  /** @param {Words} words @param {HTMLElement} element @param {Options} options */
  constructor(words, element, options) {
    this._words = words;
    this._element = element;
    this._options = options;
    this._tab = NO_TAB;
    /** @type {Now | undefined} */
    this._now = undefined;
    this._problem = "";
    this._said = "";
    this._asked = 0;
    this._doing = this._whatButtonsDo();
  }

  get windowId() {
    return this._tab.windowId;
  }

  /** Ask again and show the answer; an answer that was overtaken is dropped. */
  async paint() {
    const mine = (this._asked += 1);
    const tab = await shownTab();
    const now = { ...(await ask(tab.id)), isBeside: this._options.isBeside };
    if (mine !== this._asked) return;
    if (tab.id !== this._tab.id) this._problem = this._said = "";
    Object.assign(this, { _tab: { ...tab, url: tab.url || (now.found.tab?.url ?? "") }, _now: now });
    this._show();
    this._options.changed?.(now);
  }

  _show() {
    if (!this._now) return;
    const { found: answer } = this._now;
    this._element.removeAttribute("aria-busy");
    fill(
      this._element,
      this._problem && h("p", { class: "notice notice-bad" }, this._problem),
      this._said && h("p", { class: "notice notice-good" }, this._said),
      found(this._words, this._now, this._options.most, this._doing),
      ways(this._words, answer, this._doing),
      notices(this._words, linesOf(this._now), this._doing),
    );
  }

  /**
   * What a step came to: said and shown.
   * @param {any} answer
   * @param {string} [done]
   * @returns {boolean} whether it went well
   */
  _tell(answer, done = "") {
    this._problem = answer.error ? this._words.problem(answer.error) : "";
    this._said = this._problem ? "" : done;
    announce(this._problem || done);
    this._show();
    return !this._problem;
  }

  /** What each button starts, by its name. @returns {import("./found.js").Doing} */
  _whatButtonsDo() {
    return {
      again: () => this.paint(),
      mark: (place) => this._mark(place),
      compare: () => this._compare(),
      review: () => this._open(`review/review.html?tab=${this._tab.id}`),
      switchOn: () => this._switchOn(),
      askSite: () => this._permit([originOf(this._tab.url)], () => send("page.ask", { tabId: this._tab.id })),
      pair: () => this._open("options/options.html#server"),
      list: () => this._open("options/options.html#list"),
      outbox: () => this._options.openTab("outbox"),
      alerts: () => this._options.openTab("alerts"),
      update: () => this._update(),
      reach: () => this._update(),
    };
  }

  /** @param {string} place */
  async _mark(place) {
    const answer = await send("findings.mark", { tabId: this._tab.id, place });
    const isGone = !answer.error && answer.found === false;
    if (isGone) this._tell({ error: { code: "gone" } });
    else if (this._tell(answer, this._words.t("mark_done"))) this._options.close?.();
  }

  async _compare() {
    announce(this._words.t("comparing"));
    const answer = await send("pictures.compare", { tabId: this._tab.id });
    if (this._tell(answer, compared(this._words, answer))) await this.paint();
  }

  async _update() {
    const list = await send("list.update", {});
    const answer = list.problem ? { error: { code: list.problem } } : list;
    if (this._tell(answer, this._words.t("list_updated"))) await this.paint();
  }

  _switchOn() {
    const host = this._now?.found.host;
    return host ? this._permit(host.origins, () => send("hosts.set", { id: host.id, on: true })) : undefined;
  }

  /**
   * Only for this site, and asked in the click: nothing is awaited before.
   * @param {string[]} origins
   * @param {() => Promise<any>} then
   */
  async _permit(origins, then) {
    const isGranted = await askFor(origins);
    if (this._tell(isGranted ? await then() : { error: { code: "permission" } })) await this.paint();
  }

  /** @param {string} path */
  async _open(path) {
    await openPage(path);
    this._options.close?.();
  }
}

/** The pattern of one site. @param {string} url */
function originOf(url) {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${hostname}/*`;
}

/** @param {Words} words @param {any} answer */
function compared({ plural, number }, { error, looked = 0, matched = 0, unreadable = 0 }) {
  if (error) return "";
  const seen = plural("compared", looked, number(matched));
  return unreadable ? `${seen} ${plural("compared_unreadable", unreadable)}` : seen;
}
