/**
 * A page and where it is → its outgoing links: which dataset each hands out, in which role, and why.
 *
 * The words are data (`rules/links.json`); how the decision is made, step by step: docs/links.md.
 */

export { MOST_LINKS, makeLinks } from "./links/decision.js";
export { Rules } from "./links/vocabulary.js";
