/**
 * What the pages say about datasets, works, moments and problems, in the chosen language. Builds no elements.
 */

import { placeName } from "./names.js";
import { reasonIn } from "./reasons.js";

/**
 * @typedef {object} Language
 * @property {(key: string, ...subs: any[]) => string} t
 * @property {(key: string, n: number, ...subs: any[]) => string} plural
 * @property {string} locale
 * @typedef {object} Copy a link to a dataset, as background/detect.js found it
 * @property {string} dataset id in the catalogue
 * @property {string} [name]
 * @property {string} [state] what became of the dataset
 * @property {string | null} [date] of that state
 * @property {string} [role]
 * @property {string} [from] family of the host
 * @property {string} [location] its key
 * @property {string} [url]
 */

export const MARK = "\u0001"; // where an element will stand in a sentence
const PARTS = /** @type {const} */ (["year", "month", "day"]);
const DATE = /^\d{4}(-\d{2}){0,2}$/;
// of a dataset; "unknown" says nothing
const STATES = new Set(["withdrawn", "live", "restricted", "gone", "replaced", "disputed"]);
const WHYS = new Set(["key", "name", "pdq", "sha256", "dataset", "holds", "should_hold", "may_hold"]);
const ROLES = new Set(["data", "features", "list", "weights", "other"]);
const PROBLEMS = new Set([
  "offline",
  "server",
  "revoked",
  "not-paired",
  "limit",
  "refused",
  "permission",
  "code-wrong",
  "address",
  "gone",
  "busy",
  "unknown",
  "nothing",
  "already-sent",
  "host",
  "no-tab",
]);
const REFUSALS = new Set(["signature", "unsupported", "version", "history", "time"]); // all others: damaged
const OUTCOMES = new Set(["received", "checked", "confirmed", "rejected", "gone"]);
const KILO = 1000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const SPANS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** All wordings in one language. @param {Language} language */
export function makeWords({ t, plural, locale }) {
  const status = statusIn(t, locale);
  return {
    t,
    plural,
    locale,
    status,
    ...figuresIn(locale),
    /**
     * What a link of the page leads to; the name is MARK, for an element to stand there.
     * @param {Copy} copy
     * @param {string} [page]
     */
    copy(copy, page = "") {
      const [kind, said, place] = [kindOf(copy, page), status(copy), placeName(copy)];
      if (said && place) return t(`found_${kind}_status_place`, MARK, said, place);
      if (said) return t(`found_${kind}_status`, MARK, said);
      return place ? t(`found_${kind}_place`, MARK, place) : t(`found_${kind}`, MARK);
    },
    /** Why a work was recognised. @param {string} how */
    why: (how) => t(`why_${WHYS.has(how) ? how : "key"}`),
    /** What of a dataset a link leads to. @param {string} role */
    role: (role) => (ROLES.has(role) ? t(`role_${role}`) : role),
    /** @param {string} outcome */
    outcome: (outcome) => t(`outcome_${OUTCOMES.has(outcome) ? outcome : "received"}`),
    /** Why a new watch list was not taken. @param {string} why of shared/list/refused.js */
    refusal: (why) => t(`list_why_${REFUSALS.has(why) ? why : "damaged"}`),
    /** @param {string} reason of rules/links.js */
    reason: (reason) => reasonIn(t, reason),
    /** A problem and what to do about it. @param {{code: string, words?: string}} problem */
    problem({ code, words = "" }) {
      if (code !== "unknown" && PROBLEMS.has(code)) return t(`problem_${code.replaceAll("-", "_")}`);
      return words || t("problem_unknown");
    },
  };
}

/** @param {Copy} copy @param {string} page */
function kindOf({ role, url }, page) {
  if (role === "list" || role === "features") return role;
  return url && url === page ? "page" : "copy";
}

/**
 * "withdrawn in June 2019"; the word alone without a date. Nothing where nothing is known.
 * @param {Language["t"]} t
 * @param {string} locale
 */
function statusIn(t, locale) {
  return (/** @type {{state?: string, date?: string | null}} */ { state = "", date }) => {
    if (!STATES.has(state)) return "";
    const word = t(`state_${state}`);
    if (!date || state === "disputed" || !DATE.test(date)) return word;
    const parts = PARTS.slice(0, date.split("-").length);
    return t(`state_${parts.at(-1)}`, word, partOfDate(date, parts, locale));
  };
}

/** @param {string} date @param {readonly string[]} parts @param {string} locale */
function partOfDate(date, parts, locale) {
  const shape = Object.fromEntries(parts.map((part) => [part, part === "month" ? "long" : "numeric"]));
  const day = new Date(`${date}-01-01`.slice(0, "2019-06-01".length));
  return new Intl.DateTimeFormat(locale, { ...shape, timeZone: "UTC" }).format(day);
}

/** Numbers, sizes and moments. @param {string} locale */
function figuresIn(locale) {
  const numbers = new Intl.NumberFormat(locale);
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    /** @param {number} count */
    number: (count) => numbers.format(count),
    /** "23 Nov 2026, 14:05". @param {string | number} at */
    moment: (at) => moments.format(new Date(at)),
    /** "14:05". @param {string | number} at */
    clock: (at) => clock.format(new Date(at)),
    /** "3 hours ago", "in 20 minutes". @param {string | number} at @param {number} [now] */
    ago(at, now = Date.now()) {
      const apart = new Date(at).getTime() - now;
      const [unit, span] = SPANS.find(([, length]) => Math.abs(apart) >= length) ?? SPANS[SPANS.length - 1];
      return relative.format(Math.trunc(apart / span), unit);
    },
    /** "3.7 MB". @param {number} bytes */
    size(bytes) {
      const power = bytes < KILO ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
      const shape = { style: "unit", unit: UNITS[power], maximumFractionDigits: power ? 1 : 0 };
      return new Intl.NumberFormat(locale, /** @type {Intl.NumberFormatOptions} */ (shape)).format(
        bytes / KILO ** power,
      );
    },
  };
}
