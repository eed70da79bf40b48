/**
 * The start of every page: its language, direction and title, and the words it is written in.
 */

import { announce } from "./dom.js";
import { load, plural, send, t } from "./seam.js";
import { makeWords } from "./words.js";

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ps", "ur", "yi"]);

/** @typedef {ReturnType<typeof makeWords>} Words */

/**
 * Load the language of the settings and name the page.
 * @param {string} title key of its title
 * @returns {Promise<Words>}
 */
export async function start(title) {
  const answer = await send("settings.get", {});
  const locale = String((await load(answer.settings?.language ?? "")) || "en").replace("_", "-");
  const root = document.documentElement;
  root.lang = locale;
  root.dir = RIGHT_TO_LEFT.has(locale.split("-")[0]) ? "rtl" : "ltr";
  document.title = `${t(title)} · ${t("extension_name")}`;
  return makeWords({ t, plural, locale });
}

/**
 * What went wrong, in words; also said to screen readers.
 * @param {Words} words
 * @param {{error?: {code: string, words?: string}}} answer
 */
export function problemOf(words, answer) {
  const text = answer.error ? words.problem(answer.error) : "";
  if (text) announce(text);
  return text;
}
