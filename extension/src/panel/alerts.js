/**
 * The alerts: confirmed cases that concern the account this browser is paired with.
 */

import { announce, button, fill, h, webLink } from "../ui/dom.js";
import { shorten, workName } from "../ui/names.js";
import { openPage, send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {object} Alert one of docs/openapi.json, with its read state
 * @property {number} id
 * @property {string} url
 * @property {string} site
 * @property {string} state
 * @property {string} since
 * @property {string} created_at
 * @property {{title: string, key: string, why: string}[]} works
 * @property {number} works_total
 * @property {boolean} read
 */

const MOST_WORKS = 3;

/** @param {Words} words @param {HTMLElement} element */
export function alertsPart(words, element) {
  /** @type {any} */
  let last = null;
  let problem = "";

  /** @param {any} now */
  function show(now) {
    last = now;
    const { alerts, device } = now;
    const error = alerts?.error ?? alerts?.problem;
    fill(element,
      h("h1", {}, words.t("tab_alerts")),
      (error || problem) && h("p", { class: "notice notice-bad" }, error ? words.problem(error) : problem),
      body(alerts, device));
  }

  /** @param {any} alerts @param {any} device */
  function body(alerts, device) {
    const items = /** @type {Alert[]} */ (alerts?.items ?? []);
    if (!device?.paired && !items.length) return unpaired();
    return [
      h("div", { class: "actions" },
        button(words.t("alerts_check"), () => act("alerts.check", {}, words.t("alerts_checked")), { class: "secondary small", "data-key": "check" }),
        alerts?.unread > 0 && button(words.t("alerts_read_all"), () => read(items), { class: "secondary small", "data-key": "read-all" })),
      alerts?.checkedAt && h("p", { class: "quiet" }, words.t("alerts_checked_at", words.ago(alerts.checkedAt))),
      items.length ? h("ul", { class: "cards" }, items.map((item) => card(item, alerts.page ?? ""))) : h("section", { class: "empty" }, h("h2", {}, words.t("alerts_empty_title")), h("p", {}, words.t("alerts_empty_body"))),
    ];
  }

  function unpaired() {
    return h("section", { class: "empty" }, h("h2", {}, words.t("alerts_unpaired_title")), h("p", {}, words.t("alerts_unpaired_body")),
      h("div", { class: "actions" }, button(words.t("action_pair"), () => openPage("options/options.html#server"), { "data-key": "pair" })));
  }

  /** @param {Alert} alert @param {string} page */
  function card(alert, page) {
    const isTaken = alert.state === "dismissed";
    const badge = isTaken ? ["plain", "alert_dismissed"] : alert.read ? ["plain", "alert_read"] : ["good", "alert_new"];
    return h("li", { class: "card" },
      h("p", {}, h("span", { class: `badge badge-${badge[0]}` }, words.t(badge[1]))),
      h("h2", {}, words.plural("alert_title", alert.works_total, alert.site)),
      h("p", { class: "quiet" }, words.t("alert_since", words.moment(alert.since))),
      h("p", {}, webLink(alert.url, shorten(alert.url.replace(/^https?:\/\//i, "")), words.t("opens_site"))),
      h("ul", {}, alert.works.slice(0, MOST_WORKS).map((work) => h("li", {}, h("span", { dir: "auto" }, work.title || workName(work.key)), ` – ${words.why(work.why)}`))),
      h("p", { class: "quiet" }, words.t(isTaken ? "alert_taken_back" : "found_condition_short")),
      h("div", { class: "actions" },
        page && webLink(page, words.t("alert_more"), words.t("opens_site")),
        !alert.read && button(words.t("alert_mark_read"), () => read([alert]), { class: "secondary small", "aria-label": words.t("alert_mark_read_label", alert.site), "data-key": `read-${alert.id}` })));
  }

  /** @param {Alert[]} items */
  function read(items) {
    return act("alerts.read", { ids: items.filter((item) => !item.read).map(({ id }) => id) }, words.t("alerts_read_done"));
  }

  /** @param {string} type @param {Record<string, unknown>} fields @param {string} done */
  async function act(type, fields, done) {
    const answer = await send(type, fields);
    problem = answer.error ? words.problem(answer.error) : "";
    announce(problem || done);
    show({ ...last, alerts: await send("alerts.list", {}) });
  }

  return { show };
}
