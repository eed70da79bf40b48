/**
 * The side panel (sidebar in Firefox), also a page in a tab: this page, the outbox, the alerts, as three tabs.
 */

import { byId, fill, h, soon } from "../ui/dom.js";
import { frameFoot, frameHead } from "../ui/frame.js";
import { Look } from "../ui/look.js";
import { onChanged, onTab, openPage } from "../ui/seam.js";
import { start } from "../ui/start.js";
import { AlertsPart } from "./alerts.js";
import { OutboxPart } from "./outbox.js";

const MOST = 20; // rows before the rest folds
const NAMES = ["page", "outbox", "alerts"];
const STEPS = new Map([
  ["ArrowRight", 1],
  ["ArrowLeft", -1],
]);

const words = await start("panel_title");
const parts = new Map(
  NAMES.map((name) => [
    name,
    h("section", { id: `part-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, class: "part" }),
  ]),
);
const list = h("div", { class: "tabs", role: "tablist", "aria-label": words.t("panel_title") });
/** @type {Record<string, number>} */
let counts = {};
let chosen = NAMES.includes(location.hash.slice(1)) ? location.hash.slice(1) : NAMES[0];

frameHead(words, { options: () => openPage("options/options.html") });
byId("top").append(list);
byId("main").removeAttribute("aria-busy");
byId("main").replaceChildren(...parts.values());
list.addEventListener("keydown", step);
window.addEventListener("hashchange", () => choose(location.hash.slice(1), false));

const outbox = new OutboxPart(words, part("outbox"));
const alerts = new AlertsPart(words, part("alerts"));
const page = new Look(words, part("page"), {
  most: MOST,
  isBeside: true,
  openTab: (name) => choose(name, true),
  changed(now) {
    frameFoot(words, now.list);
    counts = { outbox: (now.outbox?.waiting ?? 0) + (now.outbox?.refused ?? 0), alerts: now.alerts?.unread ?? 0 };
    tabs();
    outbox.show(now);
    alerts.show(now);
  },
});
for (const [name, element] of parts) {
  const title = h("h1", { class: "visually-hidden" }, words.t(`tab_${name}`));
  fill(element, title, h("p", { class: "loading", role: "status" }, words.t("loading")));
}
choose(chosen, false);
onChanged(soon(() => page.paint()));
onTab(soon(() => page.paint()));
await page.paint();

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (parts.get(name));
}

/** @param {string} name @param {boolean} focus */
function choose(name, focus) {
  if (!parts.has(name)) return;
  chosen = name;
  for (const [other, element] of parts) element.hidden = other !== name;
  tabs();
  if (!focus) return;
  byId(`tab-${name}`).focus();
  history.replaceState(null, "", `#${name}`); // who is asked to show a part looks at the address
}

function tabs() {
  fill(
    list,
    NAMES.map((name) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "data-key": `tab-${name}`,
          "aria-controls": `part-${name}`,
          "aria-selected": String(name === chosen),
          tabindex: name === chosen ? 0 : -1,
          onclick: () => choose(name, true),
        },
        words.t(`tab_${name}`),
        counts[name] ? h("span", { class: "badge" }, words.number(counts[name])) : null,
      ),
    ),
  );
}

/** Arrow keys, Home and End go from tab to tab. @param {KeyboardEvent} event */
function step(event) {
  const at = NAMES.indexOf(chosen);
  const forward = STEPS.get(event.key);
  const ends = new Map([
    ["Home", 0],
    ["End", NAMES.length - 1],
  ]);
  const next =
    forward === undefined
      ? ends.get(event.key)
      : (at + forward * (document.dir === "rtl" ? -1 : 1) + NAMES.length) % NAMES.length;
  if (next === undefined) return;
  event.preventDefault();
  choose(NAMES[next], true);
}
