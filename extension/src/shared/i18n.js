/**
 * The words of the extension in the language that was chosen: an own reader of `_locales`, since the browser's own only
 * knows the browser's language. Where a language lacks a word, English has it.
 */

import { language as browsersLanguage, ownUrl } from "./browser.js";
import { LANGUAGES } from "./settings.js";

/** @typedef {Record<string, {message: string, placeholders?: Record<string, {content: string}>}>} Catalog */

const FALLBACK = "en";

/** @type {{wanted: string | null, language: string, catalogs: Catalog[]}} */
const current = { wanted: null, language: FALLBACK, catalogs: [] };

/**
 * Load the catalog of a language; without one, that of the browser.
 * @param {string} [wanted]
 * @returns {Promise<string>} the language taken
 */
export async function load(wanted = "") {
  if (current.wanted === wanted) return current.language;
  const language = LANGUAGES.includes(wanted) ? wanted : fitting(browsersLanguage());
  const names = language === FALLBACK ? [FALLBACK] : [language, FALLBACK];
  current.catalogs = await Promise.all(names.map(catalog));
  Object.assign(current, { wanted, language });
  return language;
}

/** The catalog for a language as browsers name it: `de-CH` → `de`. @param {string} tag */
export function fitting(tag) {
  const name = tag.replaceAll("-", "_");
  return (
    LANGUAGES.find((one) => one === name) ?? LANGUAGES.find((one) => one.split("_")[0] === name.split("_")[0]) ?? FALLBACK
  );
}

/** @param {string} name @returns {Promise<Catalog>} */
async function catalog(name) {
  try {
    return await (await fetch(ownUrl(`_locales/${name}/messages.json`))).json();
  } catch {
    return {};
  }
}

/**
 * A message with its placeholders filled; its key when nobody has words for it.
 * @param {string} key
 * @param {...(string | number | (string | number)[])} subs
 */
export function t(key, ...subs) {
  const entry = current.catalogs.find((one) => Object.hasOwn(one, key))?.[key];
  return entry ? filled(entry, subs.flat().map(String)) : key;
}

/**
 * The message for a number: `<key>_one`, `<key>_other`… by the rules of the language. The number is the first to fill in.
 * @param {string} key
 * @param {number} n
 * @param {...(string | number | (string | number)[])} subs
 */
export function plural(key, n, ...subs) {
  const tag = current.language.replace("_", "-");
  const form = `${key}_${new Intl.PluralRules(tag).select(n)}`;
  const isThere = current.catalogs[0] && Object.hasOwn(current.catalogs[0], form);
  return t(isThere ? form : `${key}_other`, new Intl.NumberFormat(tag).format(n), ...subs);
}

/** @param {Catalog[string]} entry @param {string[]} subs */
function filled({ message, placeholders = {} }, subs) {
  const named = new Map(Object.entries(placeholders).map(([name, { content }]) => [name.toLowerCase(), content]));
  return message.replace(/\$\$|\$([A-Za-z0-9_@]+)\$|\$([1-9])/g, (all, name, number) => {
    if (all === "$$") return "$";
    const content = number ? `$${number}` : (named.get(name.toLowerCase()) ?? "");
    return content.replace(/\$([1-9])/g, (_, at) => subs[Number(at) - 1] ?? "");
  });
}
