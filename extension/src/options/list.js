/**
 * The watch list: how old and how large it is, whether it could be trusted, and the key of the server that signs it.
 */

import { announce, button, fill, h } from "../ui/dom.js";
import { send } from "../ui/seam.js";

/** @type {Record<string, string>} */
const TONES = { none: "plain", fresh: "good", stale: "wait", refused: "bad" };

/** Show the list in an element; returns what shows it anew. @param {import("../ui/start.js").Words} words @param {HTMLElement} element */
export function listPart(words, element) {
  let problem = "";

  async function paint() {
    const list = await send("list.status", {});
    const state = list.state ?? "none";
    const wrong = list.error ?? (list.problem ? { code: list.problem } : null);
    fill(element, h("div", { class: "card" },
      h("p", {}, h("span", { class: `badge badge-${TONES[state] ?? "plain"}` }, words.t(`list_${state}`))),
      h("p", {}, words.t(`list_${state}_body`)),
      list.why && h("p", { class: "problem", dir: "auto" }, list.why),
      (problem || wrong) && h("p", { class: "problem" }, problem || words.problem(wrong)),
      facts(list),
      button(words.t("list_update"), update, { class: "secondary", id: "list-update", "data-key": "list-update" })));
  }

  /** @param {any} list */
  function facts(list) {
    /** @type {[string, string | HTMLElement | false][]} */
    const known = [
      ["list_made", Boolean(list.made_at) && `${words.moment(list.made_at)} (${words.ago(list.made_at)})`],
      ["list_fetched", Boolean(list.fetchedAt) && `${words.moment(list.fetchedAt)} (${words.ago(list.fetchedAt)})`],
      ["list_size", Boolean(list.version) && `${words.plural("list_entries", list.count ?? 0)}, ${words.size(list.bytes ?? 0)}`],
      ["list_version", Boolean(list.version) && words.number(list.version)],
      ["list_key", Boolean(list.publicKey) && h("span", { class: "mono", dir: "ltr" }, list.publicKey)],
    ];
    const said = known.filter(([, value]) => value);
    return said.length > 0 && h("dl", { class: "facts" }, said.flatMap(([name, value]) => [h("dt", {}, words.t(name)), h("dd", {}, value)]),
      list.publicKey && [h("dt", {}), h("dd", { class: "quiet" }, words.t("list_key_help"))]);
  }

  async function update() {
    announce(words.t("list_updating"));
    const answer = await send("list.update", {});
    problem = answer.error ? words.problem(answer.error) : "";
    announce(problem || (answer.problem ? words.problem({ code: answer.problem }) : words.t("list_updated")));
    await paint();
  }

  return paint;
}
