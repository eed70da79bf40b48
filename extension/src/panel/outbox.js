/**
 * The outbox: reports that wait, were sent or were refused, with their receipts and what became of them.
 */

import { announce, button, fill, h, webLink } from "../ui/dom.js";
import { hostOf, shorten } from "../ui/names.js";
import { send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {object} Sending an entry of the outbox
 * @property {string} id
 * @property {number} createdAt
 * @property {number} [sendAt]
 * @property {string} [server] that gave the receipt
 * @property {number} tries
 * @property {"waiting" | "sending" | "sent" | "refused"} state
 * @property {string} page
 * @property {string[]} [datasets]
 * @property {{media: number, links: number}} [counts]
 * @property {string} [receipt]
 * @property {string} [outcome]
 * @property {string} [words] of the server about it
 * @property {{code: string, words?: string} | null} [problem]
 */

/** @type {Record<string, string>} */
const TONES = {
  waiting: "wait",
  sending: "wait",
  refused: "bad",
  received: "wait",
  confirmed: "good",
  rejected: "bad",
};

const HELD = new Set(["revoked", "address"]); // waits for somebody to pair or to choose a server

/** Shows the outbox in an element. */
export class OutboxPart {
  /** @param {Words} words @param {HTMLElement} element */
  constructor(words, element) {
    this._words = words;
    this._element = element;
    this._problem = "";
    /** @type {any} */
    this._now = null;
  }

  /** @param {import("../ui/states.js").Now} now */
  show(now) {
    this._now = now;
    const { t, problem } = this._words;
    const items = /** @type {Sending[]} */ (now.outbox?.items ?? []);
    const error = now.outbox?.error ? problem(now.outbox.error) : this._problem;
    fill(
      this._element,
      h("h1", {}, t("tab_outbox")),
      error && h("p", { class: "notice notice-bad" }, error),
      items.some(({ receipt }) => receipt) && h("div", { class: "actions" }, this._refresh()),
      items.length
        ? h(
            "ul",
            { class: "cards" },
            items.map((item) => this._card(item)),
          )
        : h("section", { class: "empty" }, h("h2", {}, t("outbox_empty_title")), h("p", {}, t("outbox_empty_body"))),
    );
  }

  _refresh() {
    const { t } = this._words;
    const ask = () => this._act("outcomes.refresh", {}, t("outbox_refreshed"));
    return button(t("outbox_refresh"), ask, { class: "secondary small", "data-key": "refresh" });
  }

  /** @param {Sending} item */
  _card(item) {
    const { state, page, receipt, server, problem, outcome, words: told } = item;
    const { t } = this._words;
    return h(
      "li",
      { class: "card", "data-state": state },
      h("p", {}, this._badge(item)),
      h("h2", { dir: "auto" }, shorten(page.replace(/^https?:\/\/(www\.)?/i, ""))),
      h("p", { class: "quiet" }, this._what(item), h("br"), this._when(item)),
      outcome === "rejected" && told && h("p", { class: "quiet" }, told),
      problem && h("p", { class: "problem" }, this._words.problem(problem)),
      receipt && h("p", { class: "quiet" }, t("receipt"), " ", this._receipt(receipt, server)),
      this._actions(item),
    );
  }

  /** @param {Sending} item */
  _badge({ state, outcome = "received" }) {
    const isSent = state === "sent";
    const tone = TONES[isSent ? outcome : state] ?? "plain";
    return h(
      "span",
      { class: `badge badge-${tone}` },
      isSent ? this._words.outcome(outcome) : this._words.t(`sending_${state}`),
    );
  }

  /** @param {Sending} item */
  _actions({ id, state, page, problem }) {
    if (state === "sending") return null;
    const { t } = this._words;
    const label = hostOf(page) || page;
    const [word, name] = state === "sent" ? ["remove_entry", "remove_label"] : ["take_back", "take_back_label"];
    const again = () => this._act("outbox.retry", { id }, t("retried"));
    const remove = () => this._act("outbox.remove", { id }, t("removed_entry"));
    return h(
      "div",
      { class: "actions" },
      (state === "refused" || (state === "waiting" && problem)) &&
        button(t("retry"), again, { class: "small", "aria-label": t("retry_label", label), "data-key": `retry-${id}` }),
      button(t(word), remove, { class: "secondary small", "aria-label": t(name, label), "data-key": `remove-${id}` }),
    );
  }

  /** The receipt leads to its page at the server that gave it. @param {string} receipt @param {string} [server] */
  _receipt(receipt, server) {
    if (!server) return h("span", { class: "mono" }, receipt);
    return webLink(`${server}/report/${encodeURIComponent(receipt)}`, receipt, this._words.t("opens_site"));
  }

  /** @param {Sending} item */
  _what({ datasets = [], counts = { media: 0, links: 0 } }) {
    const { t, plural } = this._words;
    const parts = [...datasets];
    if (counts.media) parts.push(plural("count_media", counts.media));
    if (counts.links) parts.push(plural("count_links", counts.links));
    return parts.join(" · ") || t("count_page_only");
  }

  /** @param {Sending} item */
  _when({ state, createdAt, sendAt, tries, problem }) {
    const { t, clock, moment } = this._words;
    if (state === "waiting" && sendAt && !HELD.has(problem?.code ?? ""))
      return t(tries ? "tried_next" : "sends_at", clock(sendAt));
    return t("written_at", moment(createdAt));
  }

  /** @param {string} type @param {Record<string, unknown>} fields @param {string} done */
  async _act(type, fields, done) {
    const answer = await send(type, fields);
    this._problem = answer.error ? this._words.problem(answer.error) : "";
    announce(this._problem || done);
    this.show({ ...this._now, outbox: await send("outbox.list", {}) });
  }
}
