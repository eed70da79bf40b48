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
 * @property {number} tries
 * @property {"waiting" | "sending" | "sent" | "refused"} state
 * @property {string} page
 * @property {string[]} [datasets]
 * @property {{media: number, links: number}} [counts]
 * @property {string} [receipt]
 * @property {string} [outcome]
 * @property {string} [words] of the server about it
 * @property {{code: string, words?: string}} [problem]
 */

/** @type {Record<string, string>} */
const TONES = { waiting: "wait", sending: "wait", sent: "plain", refused: "bad", received: "wait", checked: "plain", confirmed: "good", rejected: "bad" };

/** @param {Words} words @param {HTMLElement} element */
export function outboxPart(words, element) {
  let problem = "";
  /** @type {any} */
  let last = null;

  /** @param {any} now */
  function show(now) {
    last = now;
    const items = /** @type {Sending[]} */ (now.outbox?.items ?? []);
    const error = now.outbox?.error ? words.problem(now.outbox.error) : problem;
    fill(element,
      h("h1", {}, words.t("tab_outbox")),
      error && h("p", { class: "notice notice-bad" }, error),
      items.length ? filled(items, now.settings?.server ?? "") : h("section", { class: "empty" }, h("h2", {}, words.t("outbox_empty_title")), h("p", {}, words.t("outbox_empty_body"))));
  }

  /** @param {Sending[]} items @param {string} server */
  function filled(items, server) {
    return [
      items.some(({ receipt }) => receipt) &&
        h("div", { class: "actions" }, button(words.t("outbox_refresh"), () => act("outcomes.refresh", {}, words.t("outbox_refreshed")), { class: "secondary small", "data-key": "refresh" })),
      h("ul", { class: "cards" }, items.map((item) => card(item, server))),
    ];
  }

  /** @param {Sending} item @param {string} server */
  function card(item, server) {
    const { id, state, page, receipt } = item;
    const label = hostOf(page) || page;
    return h("li", { class: "card" },
      h("p", {}, h("span", { class: `badge badge-${TONES[toldOf(item)] ?? "plain"}` }, told(item))),
      h("h2", { dir: "auto" }, shorten(page.replace(/^https?:\/\/(www\.)?/i, ""))),
      h("p", { class: "quiet" }, what(item)),
      h("p", { class: "quiet" }, when(item)),
      item.outcome === "rejected" && item.words && h("p", { class: "quiet" }, item.words),
      item.problem && h("p", { class: "problem" }, words.problem(item.problem)),
      receipt && h("p", { class: "quiet" }, words.t("receipt"), " ", receiptLink(server, receipt)),
      state !== "sending" && h("div", { class: "actions" },
        (state === "refused" || (state === "waiting" && item.problem)) && button(words.t("retry"), () => act("outbox.retry", { id }, words.t("retried")), { class: "small", "aria-label": words.t("retry_label", label), "data-key": `retry-${id}` }),
        button(words.t(state === "sent" ? "remove_entry" : "take_back"), () => act("outbox.remove", { id }, words.t("removed_entry")), { class: "secondary small", "aria-label": words.t(state === "sent" ? "remove_label" : "take_back_label", label), "data-key": `remove-${id}` })));
  }

  /** @param {string} server @param {string} receipt */
  function receiptLink(server, receipt) {
    const name = h("span", { class: "mono" }, receipt);
    if (!server) return name;
    return webLink(`${server.replace(/\/+$/, "")}/report/${encodeURIComponent(receipt)}`, receipt, words.t("opens_site"));
  }

  /** @param {Sending} item */
  function told(item) {
    return item.state === "sent" ? words.outcome(item.outcome ?? "received") : words.t(`sending_${item.state}`);
  }

  /** @param {Sending} item */
  function what({ datasets = [], counts = { media: 0, links: 0 } }) {
    const parts = [...datasets];
    if (counts.media) parts.push(words.plural("count_media", counts.media));
    if (counts.links) parts.push(words.plural("count_links", counts.links));
    return parts.join(" · ") || words.t("count_page_only");
  }

  /** @param {Sending} item */
  function when({ state, createdAt, sendAt, tries }) {
    if (state === "waiting" && sendAt) return words.t(tries ? "tried_next" : "sends_at", words.clock(sendAt));
    return words.t("written_at", words.moment(createdAt));
  }

  /** @param {string} type @param {Record<string, unknown>} fields @param {string} done */
  async function act(type, fields, done) {
    const answer = await send(type, fields);
    problem = answer.error ? words.problem(answer.error) : "";
    announce(problem || done);
    const [outbox, settings] = await Promise.all([send("outbox.list", {}), last?.settings]);
    show({ ...last, outbox, settings });
  }

  return { show };
}

/** @param {Sending} item */
function toldOf({ state, outcome }) {
  return state === "sent" ? (outcome ?? "received") : state;
}
