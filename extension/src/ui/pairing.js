/**
 * The server and the pairing with it: the address, the code of eight characters, or staying anonymous.
 */

import { confirmed } from "./confirm.js";
import { announce, button, fill, h } from "./dom.js";
import { addressOf, fieldOf, isWholeCode, tidyCode } from "./pairing_input.js";
import { askFor, send } from "./seam.js";

/**
 * @typedef {import("./start.js").Words} Words
 * @typedef {"server" | "code" | "name"} Field
 */

/** @type {Record<Field, Record<string, any>>} */
const INPUTS = {
  server: {
    type: "url",
    inputmode: "url",
    placeholder: "https://commonswatch.example",
    spellcheck: "false",
    dir: "ltr",
  },
  code: {
    type: "text",
    maxlength: 40,
    autocapitalize: "characters",
    spellcheck: "false",
    class: "mono",
    placeholder: "7KQM-2XPA",
  },
  name: { type: "text", maxlength: 80, dir: "auto" },
};

/** Shows in an element how this browser stands to its server. */
export class Pairing {
  /** @param {Words} words @param {HTMLElement} element @param {() => unknown} [changed] */
  constructor(words, element, changed = () => {}) {
    this._words = words;
    this._element = element;
    this._changed = changed;
    /** @type {Record<string, string>} */
    this._problems = {};
    this._done = "";
    this._typed = { server: "", code: "", name: words.t("device_name_default") };
  }

  async paint() {
    const [device, { settings }] = await Promise.all([send("device.state"), send("settings.get")]);
    this._typed.server ||= settings?.server ?? "";
    fill(
      this._element,
      this._done && h("p", { class: "notice notice-good" }, this._done),
      this._problems.all && h("p", { class: "notice notice-bad" }, this._problems.all),
      device.paired && !device.revoked ? this._paired(device) : this._form(device, settings?.server ?? ""),
    );
  }

  /** @param {any} device */
  _paired(device) {
    const { t, moment } = this._words;
    return h(
      "div",
      { class: "card" },
      h("p", {}, h("span", { class: "badge badge-good" }, t("paired"))),
      h(
        "dl",
        { class: "facts" },
        h("dt", {}, t("server")),
        h("dd", { class: "mono", dir: "ltr" }, device.server),
        h("dt", {}, t("device_name")),
        h("dd", { dir: "auto" }, device.name),
        device.since && [h("dt", {}, t("paired_since")), h("dd", {}, moment(device.since))],
      ),
      button(t("unpair"), () => this._forget(device), { class: "secondary small", id: "unpair", "data-key": "unpair" }),
    );
  }

  /** @param {any} device @param {string} server */
  _form(device, server) {
    const { t } = this._words;
    const anonymous = () => this._anonymous(device.revoked);
    const form = h(
      "form",
      { class: "card", novalidate: true, autocomplete: "off" },
      device.revoked && h("p", { class: "notice notice-bad" }, t("line_revoked")),
      !device.revoked && h("p", {}, t(server ? "anonymous_now" : "no_server_now")),
      this._field("server"),
      h(
        "div",
        { class: "actions first" },
        button(t("use_anonymously"), anonymous, { class: "secondary", id: "use-anonymously", "data-key": "anonymous" }),
      ),
      h("h3", {}, t("pair_title")),
      h("p", { class: "quiet" }, t("pair_help")),
      this._field("code"),
      this._field("name"),
      h("div", { class: "actions" }, h("button", { type: "submit", id: "pair", "data-key": "pair" }, t("pair"))),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._pair();
    });
    return form;
  }

  /** @param {Field} name */
  _field(name) {
    const { t } = this._words;
    const [id, problem] = [`pair-${name}`, this._problems[name]];
    const described = `${id}-help${problem ? ` ${id}-problem` : ""}`;
    const attributes = {
      ...INPUTS[name],
      id,
      "data-key": id,
      "aria-describedby": described,
      "aria-invalid": problem ? "true" : null,
    };
    const input = /** @type {HTMLInputElement} */ (h("input", attributes));
    input.value = this._typed[name];
    input.addEventListener("input", () => {
      this._typed[name] = input.value;
    });
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, t(`pair_${name}`)),
      h("small", { id: `${id}-help` }, t(`pair_${name}_help`)),
      input,
      problem && h("p", { class: "problem", id: `${id}-problem` }, problem),
    );
  }

  /** @param {boolean} isRevoked a token that no longer counts is forgotten first */
  _anonymous(isRevoked) {
    return this._reach(async (server) => {
      const parted = isRevoked ? await send("device.forget") : {};
      return parted.error ? parted : send("settings.set", { changes: { server } });
    }, "anonymous_done");
  }

  _pair() {
    const code = tidyCode(this._typed.code);
    if (!isWholeCode(code))
      return this._fail({ code: this._words.t("problem_code_length", this._words.number(code.length)) });
    const name = this._typed.name.trim() || this._words.t("device_name_default");
    return this._reach((server) => send("device.pair", { code, name, server }), "paired_done");
  }

  /**
   * Ask for the server's permission in the click, then take the step.
   * @param {(server: string) => Promise<any>} step
   * @param {string} done
   */
  async _reach(step, done) {
    const { t, problem } = this._words;
    const address = addressOf(this._typed.server);
    if (!address) return this._fail({ server: problem({ code: "address" }) });
    if (!(await askFor([address.pattern]))) return this._fail({ server: t("problem_server_permission") });
    this._typed.server = address.origin;
    const answer = await step(address.origin);
    if (answer.error) return this._fail({ [fieldOf(answer.error.code)]: problem(answer.error) });
    this._typed.code = "";
    return this._finish(t(done));
  }

  /** @param {any} device */
  async _forget(device) {
    const { t, problem } = this._words;
    const isSure = await confirmed(this._words, {
      title: t("unpair_title"),
      body: [h("p", {}, t("unpair_body", device.name))],
      yes: t("unpair"),
    });
    if (!isSure) return undefined;
    const answer = await send("device.forget");
    return answer.error ? this._fail({ all: problem(answer.error) }) : this._finish(t("unpaired_done"));
  }

  /** Show what is wrong, and go to the field it belongs to. @param {Record<string, string>} problems */
  async _fail(problems) {
    Object.assign(this, { _problems: problems, _done: "" });
    announce(Object.values(problems)[0]);
    await this.paint();
    const field = Object.keys(problems).find((name) => name !== "all");
    if (field) document.getElementById(`pair-${field}`)?.focus();
  }

  /** @param {string} done */
  async _finish(done) {
    Object.assign(this, { _problems: {}, _done: done });
    announce(done);
    await this.paint();
    await this._changed();
  }
}
