/**
 * The choices: when reports leave, how long findings stay, quiet hours, language. Each is kept as soon as it is made.
 */

import { announce, fill, h } from "../ui/dom.js";
import { send } from "../ui/seam.js";

/**
 * @typedef {import("../ui/start.js").Words} Words
 * @typedef {import("../shared/settings.js").Settings} Settings
 */

const NIGHT = { from: "22:00", to: "07:00" };
/** The languages in their own words. */
const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", zh_CN: "简体中文" };

/** Show the choices in an element. @param {Words} words @param {HTMLElement} element */
export async function choices(words, element) {
  const answer = await send("settings.get", {});
  if (answer.error) {
    fill(element, h("p", { class: "notice notice-bad" }, words.problem(answer.error)));
    return;
  }
  const settings = /** @type {Settings} */ (answer.settings);
  const problem = h("p", { class: "problem", id: "choices-problem" });
  fill(
    element,
    h(
      "div",
      { class: "card" },
      check(words, "delay", settings.delay, keep),
      check(words, "keepFindings", settings.keepFindings, keep),
      quietHours(words, settings.quiet, keep),
      language(words, settings.language, keep),
      problem,
    ),
  );

  /** @param {Partial<Settings>} changes */
  async function keep(changes) {
    const kept = await send("settings.set", { changes });
    problem.textContent = kept.error ? words.problem(kept.error) : "";
    announce(problem.textContent || words.t("kept"));
    if (!kept.error && "language" in changes) location.reload();
  }
}

/** @typedef {(changes: Partial<Settings>) => Promise<void>} Keep */

/** @param {Words} words @param {"delay" | "keepFindings"} name @param {boolean} value @param {Keep} keep */
function check(words, name, value, keep) {
  const key = name === "delay" ? "choice_delay" : "choice_keep";
  return h(
    "div",
    { class: "check" },
    box(name, value, (on) => keep({ [name]: on })),
    h("label", { for: name }, words.t(key), h("small", {}, words.t(`${key}_help`))),
  );
}

/** @param {string} id @param {boolean} value @param {(on: boolean) => unknown} changed */
function box(id, value, changed) {
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id, checked: value }));
  input.addEventListener("change", () => changed(input.checked));
  return input;
}

/** @param {Words} words @param {Settings["quiet"]} quiet @param {Keep} keep */
function quietHours(words, quiet, keep) {
  const times = { ...(quiet ?? NIGHT) };
  let isOn = quiet !== null;
  const fields = h(
    "div",
    { class: "actions first", hidden: !isOn },
    clock(words, "from", times, save),
    clock(words, "to", times, save),
  );
  const boxed = box("quiet", isOn, (on) => {
    isOn = on;
    fields.hidden = !on;
    return save();
  });

  function save() {
    return keep({ quiet: isOn ? { ...times } : null });
  }

  return h(
    "fieldset",
    {},
    h("legend", { class: "visually-hidden" }, words.t("choice_quiet")),
    h(
      "div",
      { class: "check" },
      boxed,
      h("label", { for: "quiet" }, words.t("choice_quiet"), h("small", {}, words.t("choice_quiet_help"))),
    ),
    fields,
  );
}

/**
 * @param {Words} words
 * @param {"from" | "to"} name
 * @param {{from: string, to: string}} times
 * @param {() => unknown} save
 */
function clock(words, name, times, save) {
  const input = /** @type {HTMLInputElement} */ (h("input", { type: "time", id: `quiet-${name}`, required: true }));
  input.value = times[name];
  input.addEventListener("change", () => {
    if (!input.value) return;
    times[name] = input.value;
    save();
  });
  return h("label", { for: `quiet-${name}`, class: "time-field" }, words.t(`quiet_${name}`), " ", input);
}

/** @param {Words} words @param {string} chosen @param {Keep} keep */
function language(words, chosen, keep) {
  const select = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { id: "language" },
      h("option", { value: "" }, words.t("language_browser")),
      Object.entries(LANGUAGES).map(([code, name]) =>
        h("option", { value: code, lang: code.replace("_", "-"), selected: code === chosen }, name),
      ),
    )
  );
  select.addEventListener("change", () => keep({ language: select.value }));
  return h("div", { class: "field" }, h("label", { for: "language" }, words.t("language")), select);
}
