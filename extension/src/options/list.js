/**
 * The watch list: how old and how large it is, whether it could be trusted, and the key of the server that signs it.
 */

import { announce, button, fill, h } from "../ui/dom.js";
import { send } from "../ui/seam.js";

/** @typedef {import("../ui/start.js").Words} Words */

/** @type {Record<string, string>} */
const TONES = { none: "plain", fresh: "good", stale: "wait", refused: "bad" };

/** Show the list in an element; returns what shows it anew. @param {Words} words @param {HTMLElement} element */
export function listPart(words, element) {
  async function paint() {
    const list = await send("list.status");
    const state = list.state ?? "none";
    fill(
      element,
      h(
        "div",
        { class: "card", "data-state": state },
        h("p", {}, h("span", { class: `badge badge-${TONES[state] ?? "plain"}` }, words.t(`list_${state}`))),
        h("p", {}, words.t(`list_${state}_body`)),
        list.why && h("p", { class: "problem" }, words.refusal(list.why)),
        problemOf(words, list) && h("p", { class: "problem" }, problemOf(words, list)),
        facts(words, list),
        button(words.t("list_update"), update, { class: "secondary", id: "list-update", "data-key": "list-update" }),
      ),
    );
  }

  async function update() {
    announce(words.t("list_updating"));
    const list = await send("list.update");
    announce(problemOf(words, list) || words.t("list_updated"));
    await paint();
  }

  return paint;
}

/** What went wrong on the way to a list. @param {Words} words @param {any} list */
function problemOf(words, { error, problem }) {
  if (error) return words.problem(error);
  return problem ? words.problem({ code: problem }) : "";
}

/** @param {Words} words @param {any} list */
function facts(words, { made_at: made, fetchedAt, version, count = 0, bytes = 0, publicKey }) {
  const when = (/** @type {string | number} */ at) => `${words.moment(at)} (${words.ago(at)})`;
  /** @type {[string, string | HTMLElement | ""][]} */
  const known = [
    ["list_made", made && when(made)],
    ["list_fetched", fetchedAt ? when(fetchedAt) : ""],
    ["list_size", version ? `${words.plural("list_entries", count)}, ${words.size(bytes)}` : ""],
    ["list_version", version ? words.number(version) : ""],
    ["list_key", publicKey && h("span", { class: "mono", dir: "ltr" }, publicKey)],
  ];
  const said = known.filter(([, value]) => value);
  return (
    said.length > 0 && [
      h(
        "dl",
        { class: "facts" },
        said.flatMap(([name, value]) => [h("dt", {}, words.t(name)), h("dd", {}, value)]),
      ),
      publicKey ? h("p", { class: "quiet" }, words.t("list_key_help")) : null,
    ]
  );
}
