/**
 * The first page: what the extension does and never does, which hosts it may look at, pairing or staying anonymous.
 */

import { byId, drawing, h } from "../ui/dom.js";
import { frameHead } from "../ui/frame.js";
import { HostSwitches } from "../ui/hosts.js";
import { Pairing } from "../ui/pairing.js";
import { openPage } from "../ui/seam.js";
import { start } from "../ui/start.js";

const DOES = ["looks", "compares", "fetches", "shows", "sends"];
const NEVER = ["browsing", "alone", "private", "pictures", "tells"];

const words = await start("welcome_title");
const main = byId("main");
const hosts = h("div", {});
const server = h("div", {});

frameHead(words, { options: () => openPage("options/options.html") });
main.removeAttribute("aria-busy");
main.replaceChildren(
  h("p", { class: "kicker" }, words.t("welcome_kicker")),
  h("h1", {}, words.t("welcome_title")),
  h("p", { class: "lead" }, words.t("welcome_lead")),
  h("section", { class: "two" }, promises("does", DOES), promises("never", NEVER)),
  section("hosts", hosts),
  section("pair", server),
  h(
    "section",
    { "aria-labelledby": "ready" },
    h("h2", { id: "ready" }, words.t("welcome_ready")),
    h("p", {}, words.t("welcome_ready_body")),
  ),
);
await Promise.all([new HostSwitches(words, hosts).paint(), new Pairing(words, server).paint()]);

/** @param {"does" | "never"} name @param {string[]} keys */
function promises(name, keys) {
  return h(
    "div",
    { class: `card promises ${name}` },
    h("h2", {}, words.t(`welcome_${name}`)),
    h(
      "ul",
      {},
      keys.map((key) => h("li", {}, mark(name), h("span", {}, words.t(`welcome_${name}_${key}`)))),
    ),
  );
}

/** @param {"does" | "never"} name */
function mark(name) {
  return drawing(name === "does" ? "done" : "never", 20);
}

/** @param {string} name @param {HTMLElement} inside */
function section(name, inside) {
  return h(
    "section",
    { id: `welcome-${name}`, "aria-labelledby": `${name}-title` },
    h("h2", { id: `${name}-title` }, words.t(`welcome_${name}`)),
    h("p", {}, words.t(`welcome_${name}_body`)),
    inside,
  );
}
