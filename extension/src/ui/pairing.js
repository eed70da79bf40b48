/**
 * The server and the pairing with it: the address, the code of eight characters, or staying anonymous.
 */

import { confirmed } from "./confirm.js";
import { announce, button, fill, h } from "./dom.js";
import { addressOf, isWholeCode, tidyCode } from "./pairing_input.js";
import { askFor, send } from "./seam.js";

/** @typedef {import("./start.js").Words} Words */

/**
 * Show how this browser stands to its server; returns what shows it anew.
 * @param {Words} words
 * @param {HTMLElement} element
 * @param {() => unknown} [changed]
 */
export function pairing(words, element, changed = () => {}) {
  /** @type {Record<string, string>} */
  let problems = {};
  let done = "";
  const typed = { server: "", code: "", name: "" };

  async function paint() {
    const [device, { settings }] = await Promise.all([send("device.state", {}), send("settings.get", {})]);
    typed.server ||= settings?.server ?? "";
    typed.name ||= words.t("device_name_default");
    fill(element,
      done && h("p", { class: "notice notice-good" }, done),
      problems.all && h("p", { class: "notice notice-bad" }, problems.all),
      device.paired && !device.revoked ? paired(device) : form(device, settings?.server ?? ""));
  }

  /** @param {any} device */
  function paired(device) {
    return h("div", { class: "card" },
      h("p", {}, h("span", { class: "badge badge-good" }, words.t("paired"))),
      h("dl", { class: "facts" },
        h("dt", {}, words.t("server")), h("dd", { class: "mono" }, device.server),
        h("dt", {}, words.t("device_name")), h("dd", { dir: "auto" }, device.name),
        device.since && [h("dt", {}, words.t("paired_since")), h("dd", {}, words.moment(device.since))]),
      button(words.t("unpair"), () => forget(device), { class: "secondary small", "data-key": "unpair" }));
  }

  /** @param {any} device @param {string} server */
  function form(device, server) {
    const shown = h("form", { class: "card", novalidate: true, autocomplete: "off" },
      device.revoked && h("p", { class: "notice notice-bad" }, words.t("line_revoked")),
      h("p", {}, server ? words.t("anonymous_now") : words.t("no_server_now")),
      field("server", { type: "url", inputmode: "url", placeholder: "https://commonswatch.example", spellcheck: "false" }),
      h("div", { class: "actions first" }, button(words.t("use_anonymously"), anonymous, { class: "secondary", id: "use-anonymously", "data-key": "anonymous" })),
      h("h3", {}, words.t("pair_title")), h("p", { class: "quiet" }, words.t("pair_help")),
      field("code", { type: "text", maxlength: 40, autocapitalize: "characters", spellcheck: "false", class: "mono", placeholder: "7KQM-2XPA" }),
      field("name", { type: "text", maxlength: 80, dir: "auto" }),
      h("div", { class: "actions" }, h("button", { type: "submit", id: "pair", "data-key": "pair" }, words.t("pair"))));
    shown.addEventListener("submit", (event) => {
      event.preventDefault();
      pair();
    });
    return shown;
  }

  /** @param {"server" | "code" | "name"} name @param {Record<string, any>} attributes */
  function field(name, attributes) {
    const problem = problems[name];
    const described = `pair-${name}-help${problem ? ` pair-${name}-problem` : ""}`;
    const input = /** @type {HTMLInputElement} */ (h("input", { ...attributes, id: `pair-${name}`, "data-key": `pair-${name}`, "aria-describedby": described, "aria-invalid": problem ? "true" : null }));
    input.value = typed[name];
    input.addEventListener("input", () => { typed[name] = input.value; });
    return h("div", { class: "field" }, h("label", { for: `pair-${name}` }, words.t(`pair_${name}`)), h("small", { id: `pair-${name}-help` }, words.t(`pair_${name}_help`)), input,
      problem && h("p", { class: "problem", id: `pair-${name}-problem` }, problem));
  }

  /** Show what is wrong, at the first field that is. @param {Record<string, string>} found */
  async function fail(found) {
    problems = found;
    done = "";
    announce(Object.values(found)[0]);
    await paint();
    const first = Object.keys(found).find((name) => name !== "all");
    if (first) document.getElementById(`pair-${first}`)?.focus();
  }

  /** @param {() => Promise<any>} step @param {string} said */
  async function reach(step, said) {
    const address = addressOf(typed.server);
    if (!address) return fail({ server: words.problem({ code: "address" }) });
    if (!(await askFor([address.pattern]))) return fail({ server: words.t("problem_server_permission") });
    typed.server = address.origin;
    const answer = await step();
    if (answer.error) return fail({ [whereOf(answer.error.code)]: words.problem(answer.error) });
    [problems, done, typed.code] = [{}, said, ""];
    announce(said);
    await paint();
    return changed();
  }

  function anonymous() {
    return reach(() => send("settings.set", { changes: { server: typed.server } }), words.t("anonymous_done"));
  }

  function pair() {
    const code = tidyCode(typed.code);
    if (!isWholeCode(code)) return fail({ code: words.t("problem_code_length", [...code].length) });
    return reach(() => send("device.pair", { code, name: typed.name.trim() || words.t("device_name_default"), server: typed.server }), words.t("paired_done"));
  }

  /** @param {any} device */
  async function forget(device) {
    const isSure = await confirmed(words, { title: words.t("unpair_title"), body: [h("p", {}, words.t("unpair_body", device.name))], yes: words.t("unpair") });
    if (!isSure) return;
    const answer = await send("device.forget", {});
    problems = answer.error ? { all: words.problem(answer.error) } : {};
    done = answer.error ? "" : words.t("unpaired_done");
    announce(problems.all || done);
    await paint();
    await changed();
  }

  return paint;
}

/** The field a problem belongs to. @param {string} code */
function whereOf(code) {
  if (["code-wrong", "gone", "refused"].includes(code)) return "code";
  return ["offline", "server", "address"].includes(code) ? "server" : "all";
}
