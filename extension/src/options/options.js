/**
 * The options: hosts, server, list, sending, quiet hours, language, data. Each part looks after itself.
 */

import { byId, fill, h, soon } from "../ui/dom.js";
import { frameHead } from "../ui/frame.js";
import { HostSwitches } from "../ui/hosts.js";
import { Pairing } from "../ui/pairing.js";
import { onChanged, openPage } from "../ui/seam.js";
import { start } from "../ui/start.js";
import { choices } from "./choices.js";
import { listPart } from "./list.js";
import { StoredPart } from "./stored.js";

const words = await start("options_title");
const main = byId("main");

frameHead(words, { panel: () => openPage("panel/panel.html") });
const hosts = part("hosts");
const server = part("server");
const list = part("list");
const choice = part("choices");
const stored = part("stored");
main.removeAttribute("aria-busy");
main.replaceChildren(
  h("h1", {}, words.t("options_title")),
  hosts.whole,
  server.whole,
  list.whole,
  choice.whole,
  stored.whole,
  h("p", { class: "quiet after" }, h("a", { href: "../welcome/welcome.html" }, words.t("open_welcome"))),
);

const switches = new HostSwitches(words, hosts.inside);
const showList = listPart(words, list.inside);
const data = new StoredPart(words, stored.inside);
const showBoth = () => Promise.all([showList(), data.paint()]);
onChanged(soon(showBoth));
const pairing = new Pairing(words, server.inside, showBoth);
const showAll = () =>
  Promise.all([switches.paint(), pairing.paint(), showList(), choices(words, choice.inside), data.paint()]);
document.addEventListener("deleted", showAll);
await showAll();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();

/** A section with its heading and a place to fill. @param {string} name */
function part(name) {
  const inside = h("div", {});
  fill(inside, h("p", { class: "loading" }, words.t("loading")));
  const whole = h(
    "section",
    { id: name, "aria-labelledby": `${name}-title` },
    h("h2", { id: `${name}-title` }, words.t(`options_${name}`)),
    h("p", { class: "quiet" }, words.t(`options_${name}_help`)),
    inside,
  );
  return { whole, inside };
}
