/**
 * The hosts the extension can look at, each with a switch. The browser asks for a host's permission from the click.
 */

import { announce, fill, h } from "./dom.js";
import { askFor, send } from "./seam.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {{id: string, name: string, origins: string[], on: boolean, granted: boolean}} Host
 */

/** Shows the hosts with their switches in an element. */
export class HostSwitches {
  /** @param {Words} words @param {HTMLElement} element */
  constructor(words, element) {
    this._words = words;
    this._element = element;
    this._problem = "";
  }

  async paint() {
    const { hosts = [], error } = await send("hosts.list");
    const problem = error ? this._words.problem(error) : this._problem;
    const label = this._words.t("hosts_label");
    fill(
      this._element,
      problem && h("p", { class: "notice notice-bad" }, problem),
      h(
        "ul",
        { class: "card rows-of-switches", "aria-label": label },
        hosts.map((/** @type {Host} */ one) => this._row(one)),
      ),
    );
  }

  /** @param {Host} host */
  _row(host) {
    const { id, name, origins, on, granted } = host;
    const isOn = on && granted;
    const where = on && !granted ? this._words.t("host_not_granted") : [...new Set(origins.map(place))].join(", ");
    const named = { "aria-labelledby": `host-${id}`, "aria-describedby": `host-${id}-where` };
    const kept = { "data-key": `switch-${id}`, "data-host": id, onclick: () => this._turn(host, !isOn) };
    return h(
      "li",
      { class: "switch-row" },
      h("strong", { id: `host-${id}` }, name),
      h("p", { class: "quiet", id: `host-${id}-where` }, where),
      h("button", { type: "button", role: "switch", class: "switch", "aria-checked": String(isOn), ...named, ...kept }),
    );
  }

  /** @param {Host} host @param {boolean} on */
  async _turn({ id, name, origins }, on) {
    const isGranted = !on || (await askFor(origins)); // in the click: nothing is awaited before
    const answer = isGranted ? await send("hosts.set", { id, on }) : { error: { code: "permission" } };
    this._problem = answer.error ? this._words.problem(answer.error) : "";
    announce(this._problem || this._words.t(on ? "host_on" : "host_off", name));
    await this.paint();
  }
}

/** `https://*.kaggle.com/*` → `kaggle.com`. @param {string} pattern */
export function place(pattern) {
  return pattern.replace(/^[a-z*]+:\/\/(?:\*\.|www\.)?/, "").replace(/\/\*$/, "");
}
