/** The choices of the person in front: what they are, their defaults, what can be one. Knows no storage. */

/**
 * @typedef {object} Settings
 * @property {Record<string, boolean>} hosts which are switched on, by id
 * @property {string} server origin of the server; empty: none yet
 * @property {string} language code of a catalog; empty: as the browser
 * @property {boolean} delay reports wait for a random time unless said otherwise
 * @property {{from: string, to: string} | null} quiet hours without notifications, as `22:00`
 * @property {boolean} keepFindings what was found stays until the browser is closed, not only while its page is open
 */

export const LANGUAGES = ["en", "de", "fr", "es", "zh_CN"];

/** @type {Settings} */
export const DEFAULTS = { hosts: {}, server: "", language: "", delay: true, quiet: null, keepFindings: true };

const HOUR = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const HOST = /^[a-z0-9.-]{1,40}$/;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** @type {{[Key in keyof Settings]: (value: any) => boolean}} */
const CHECKS = {
  hosts: (value) =>
    isPlain(value) && Object.entries(value).every(([id, on]) => HOST.test(id) && typeof on === "boolean"),
  server: (value) => value === "" || (typeof value === "string" && serverOf(value) === value),
  language: (value) => value === "" || LANGUAGES.includes(value),
  delay: (value) => typeof value === "boolean",
  quiet: (value) => value === null || (isPlain(value) && [value.from, value.to].every((one) => HOUR.test(one))),
  keepFindings: (value) => typeof value === "boolean",
};

/** @param {unknown} value @returns {value is Record<string, any>} */
function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {value is Settings} */
export function isSettings(value) {
  return isPlain(value) && Object.entries(CHECKS).every(([key, check]) => check(value[key]));
}

/**
 * The settings with some of them changed; null when one is unknown or cannot be. Hosts are switched elsewhere.
 * @param {Settings} settings
 * @param {Record<string, unknown>} changes
 * @returns {Settings | null}
 */
export function changed(settings, changes) {
  if (!Object.keys(changes).every((key) => key in CHECKS && key !== "hosts")) return null;
  const all = { ...settings, ...changes };
  if (typeof all.server === "string" && all.server) all.server = serverOf(all.server) ?? all.server;
  return isSettings(all) ? all : null;
}

/**
 * The origin of a server as somebody types its address; null when it can be none. Only HTTPS, or this machine.
 * @param {string} text
 */
export function serverOf(text) {
  const bare = text.trim();
  const full = /^https?:\/\//i.test(bare) ? bare : `https://${bare}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (!url || url.username || url.password) return null;
  const isLocal = LOOPBACK.has(url.hostname);
  if (url.protocol !== "https:" && !isLocal) return null;
  return isLocal || url.hostname.includes(".") ? url.origin : null;
}

/**
 * When quiet hours end, if a moment is in them; else null. They may go over midnight. In the time of this place.
 * @param {Settings["quiet"]} quiet
 * @param {number} now
 */
export function quietUntil(quiet, now) {
  if (!quiet || quiet.from === quiet.to) return null;
  const from = at(quiet.from, now);
  const to = at(quiet.to, now);
  if (from < to) return from <= now && now < to ? to : null;
  if (now < to) return to;
  return now >= from ? at(quiet.to, now + 24 * 3600 * 1000) : null;
}

/** @param {string} clock @param {number} day */
function at(clock, day) {
  const [hours, minutes] = clock.split(":").map(Number);
  return new Date(day).setHours(hours, minutes, 0, 0);
}
