/**
 * The alerts: confirmed cases that concern the account this browser is paired with.
 */

import { announce, button, fill, h, webLink } from "../ui/dom.js";
import { shorten, workName } from "../ui/names.js";
import { openPage, send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {import("../shared/shapes.js").Alert & {read: boolean}} Alert
 */

const MOST_WORKS = 3;

/** Shows the alerts in an element. */
export class AlertsPart {
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
    const { alerts, device } = now;
    const error = alerts?.error ?? alerts?.problem;
    const problem = error ? this._words.problem(error) : this._problem;
    const isUnpaired = !device?.paired && !alerts?.items?.length;
    fill(
      this._element,
      h("h1", {}, this._words.t("tab_alerts")),
      problem && h("p", { class: "notice notice-bad" }, problem),
      isUnpaired ? this._unpaired() : this._paired(alerts),
    );
  }

  _unpaired() {
    const { t } = this._words;
    const toServer = () => openPage("options/options.html#server");
    return [
      h(
        "section",
        { class: "empty" },
        h("h2", {}, t("alerts_unpaired_title")),
        h("p", {}, t("alerts_unpaired_body")),
        h("div", { class: "actions" }, button(t("action_pair"), toServer, { "data-key": "pair" })),
      ),
    ];
  }

  /** @param {any} alerts */
  _paired(alerts) {
    const { t, ago } = this._words;
    const items = /** @type {Alert[]} */ (alerts?.items ?? []);
    const check = () => this._act("alerts.check", {}, t("alerts_checked"));
    return [
      h(
        "div",
        { class: "actions" },
        button(t("alerts_check"), check, { class: "secondary small", "data-key": "check" }),
        alerts?.unread > 0 &&
          button(t("alerts_read_all"), () => this._read(items), { class: "secondary small", "data-key": "read-all" }),
      ),
      alerts?.checkedAt > 0 && h("p", { class: "quiet" }, t("alerts_checked_at", ago(alerts.checkedAt))),
      items.length > 0
        ? h(
            "ul",
            { class: "cards" },
            items.map((item) => this._card(item, alerts.page ?? "")),
          )
        : h("section", { class: "empty" }, h("h2", {}, t("alerts_empty_title")), h("p", {}, t("alerts_empty_body"))),
    ];
  }

  /** @param {Alert} alert @param {string} page */
  _card(alert, page) {
    const { t, plural, moment } = this._words;
    const isTaken = alert.state === "dismissed";
    return h(
      "li",
      { class: "card", "data-alert": alert.id },
      h("p", {}, this._badge(alert)),
      h("h2", {}, plural("alert_title", alert.works_total, alert.site)),
      h("p", {}, webLink(alert.url, shorten(alert.url.replace(/^https?:\/\//i, "")), t("opens_site"))),
      h(
        "ul",
        {},
        alert.works.slice(0, MOST_WORKS).map((work) => this._work(work)),
      ),
      h(
        "p",
        { class: "quiet" },
        t("alert_since", moment(alert.since)),
        h("br"),
        t(isTaken ? "alert_taken_back" : "found_condition_short"),
      ),
      h(
        "div",
        { class: "actions" },
        page && webLink(page, t("alert_more"), t("opens_site")),
        !alert.read && this._readButton(alert),
      ),
    );
  }

  /** @param {Alert} alert */
  _badge({ state, read }) {
    const [tone, word] =
      state === "dismissed" ? ["plain", "alert_dismissed"] : read ? ["plain", "alert_read"] : ["good", "alert_new"];
    return h("span", { class: `badge badge-${tone}` }, this._words.t(word));
  }

  /** @param {Alert["works"][number]} work */
  _work({ title, key, why, certainty }) {
    const reason = why === "membership" ? (certainty ?? "may-hold").replace("-", "_") : why;
    return h(
      "li",
      {},
      h("strong", { dir: "auto" }, title || workName(key)),
      h("span", { class: "quiet" }, ` ${this._words.why(reason)}`),
    );
  }

  /** @param {Alert} alert */
  _readButton(alert) {
    const { t } = this._words;
    const named = { "aria-label": t("alert_mark_read_label", alert.site), "data-key": `read-${alert.id}` };
    return button(t("alert_mark_read"), () => this._read([alert]), { class: "secondary small", ...named });
  }

  /** @param {Alert[]} items */
  _read(items) {
    const ids = items.filter(({ read }) => !read).map(({ id }) => id);
    return this._act("alerts.read", { ids }, this._words.t("alerts_read_done"));
  }

  /** @param {string} type @param {Record<string, unknown>} fields @param {string} done */
  async _act(type, fields, done) {
    const answer = await send(type, fields);
    this._problem = answer.error ? this._words.problem(answer.error) : "";
    announce(this._problem || done);
    this.show({ ...this._now, alerts: await send("alerts.list", {}) });
  }
}
