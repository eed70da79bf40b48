/** The rule files that come with the extension, for tools and tests that run in Node. */

import { readFileSync } from "node:fs";

/**
 * One parsed rule file.
 * @param {string} name
 */
export function rules(name) {
  return JSON.parse(readFileSync(new URL(`../src/rules/${name}`, import.meta.url), "utf8"));
}
