/**
 * The hosts the extension can look at, each with a switch. The browser asks for a host's permission from the click.
 */

import { announce, fill, h } from "./dom.js";
import { askFor, send } from "./seam.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {{id: string, name: string, origins: string[], on: boolean, granted: boolean}} Host
 */

/**
 * Show the hosts in an element; returns what shows them anew.
 * @param {Words} words
 * @param {HTMLElement} element
 */
export function hostSwitches(words, element) {
  let problem = "";

  async function paint() {
    const { hosts = [], error } = await send("hosts.list", {});
    if (error) problem = words.problem(error);
    fill(element,
      problem && h("p", { class: "notice notice-bad" }, problem),
      h("ul", { class: "card rows-of-switches", "aria-label": words.t("hosts_label") }, hosts.map(row)));
  }

  /** @param {Host} host */
  function row(host) {
    const { id, name, origins, on, granted } = host;
    const isOn = on && granted;
    return h("li", { class: "switch-row" },
      h("strong", { id: `host-${id}` }, name),
      h("p", { class: "quiet", id: `host-${id}-where` }, on && !granted ? words.t("host_not_granted") : [...new Set(origins.map(place))].join(", ")),
      h("button", {
        type: "button", role: "switch", class: "switch", "aria-checked": String(isOn), "aria-labelledby": `host-${id}`,
        "aria-describedby": `host-${id}-where`, "data-key": `switch-${id}`, "data-host": id, onclick: () => turn(host, !isOn),
      }));
  }

  /** @param {Host} host @param {boolean} on */
  async function turn({ id, name, origins }, on) {
    const isGranted = !on || (await askFor(origins)); // in the click: nothing is awaited before
    const answer = isGranted ? await send("hosts.set", { id, on }) : { error: { code: "permission" } };
    problem = answer.error ? words.problem(answer.error) : "";
    announce(problem || words.t(on ? "host_on" : "host_off", name));
    await paint();
  }

  return paint;
}

/** `https://*.kaggle.com/*` → `kaggle.com`. @param {string} pattern */
export function place(pattern) {
  return pattern.replace(/^[a-z*]+:\/\/(?:\*\.|www\.)?/, "").replace(/\/\*$/, "");
}
