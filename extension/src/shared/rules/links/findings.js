/**
 * The contexts of a link → what they say about its dataset and its role, each with the word that says it.
 *
 * Decides neither what follows from both nor whether the place hands anything out: that is links.js.
 */

import { lower } from "../catalogue.js";
import { first } from "../texts.js";

/**
 * @typedef {import("../catalogue.js").Catalogue} Catalogue
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./vocabulary.js").Rules} Rules
 * @typedef {import("./words.js").Mark} Mark
 * @typedef {object} Finding what a context says: a role, or a dataset (empty: a set that is not in the catalogue)
 * @property {string} value
 * @property {string} place
 * @property {string} word
 * @property {boolean} near
 */

const FILES = ["the file name", "the link text", "the file name beside it"];
const SLIGHT = new Set([...FILES, "the address", "the row", "the column head"]); // where slight words count
const ONE_FIGURE = 1; // decimal fractions in a row; more are results of a model
const FIGURE = /^[ *_~]*[0-9]{1,3}\.[0-9]{1,4} ?%?[ *_~]*$/;
const LONGEST_FIGURE = 20; // characters
const CELLS = 40;

/** In plain words. Quotes words of the rules only, never the page. @param {Finding} finding */
export function reasonOf({ place, word }) {
  return word ? `${place} says “${word}”` : place;
}

/**
 * The dataset the nearest context with a name says. Far contexts must agree with themselves: one dataset.
 * @param {Context[]} contexts
 * @param {boolean} nearOnly
 * @param {Rules} rules
 * @param {Catalogue} catalogue
 * @returns {Finding | null}
 */
export function findDataset(contexts, nearOnly, rules, catalogue) {
  for (const { place, text, near } of contexts) {
    if (place === "the section") continue; // names what stands beside the link too
    if (nearOnly && !near) return null;
    const named = rules.words.read(text).marks.filter(({ names }) => names !== null);
    const special = mostSpecial(named, catalogue);
    const marks = near ? special : fromFar(special, rules);
    if (!near && new Set(marks.map(({ names }) => names)).size > 1) return null;
    const mark = marks.at(place === "the text before it" ? -1 : 0);
    if (mark) return { value: mark.names ?? "", place, word: mark.word, near };
  }
  return null;
}

/** @param {Mark[]} marks @param {Rules} rules */
function fromFar(marks, rules) {
  const counting = marks.filter(({ names }) => rules.countsFromFar(names));
  return counting.length ? counting : marks;
}

/**
 * Without the datasets of which another one named beside them was made.
 * @param {Mark[]} marks
 * @param {Catalogue} catalogue
 */
function mostSpecial(marks, catalogue) {
  const ids = new Set(marks.flatMap(({ names }) => names || []));
  if (ids.size < 2) return marks;
  const above = new Set([...ids].flatMap((id) => catalogue.ancestors(id).map((up) => up.id)));
  return marks.filter(({ names }) => !above.has(names ?? ""));
}

/**
 * The role by the ending of the file's name, else by the nearest context with a role word.
 * @param {Context[]} contexts
 * @param {Block} block
 * @param {string[]} names
 * @param {Rules} rules
 * @returns {Finding | null}
 */
export function findRole(contexts, block, names, rules) {
  for (const name of names) {
    const value = rules.roleOfEnding(name);
    if (value) return { value, place: "the file name", word: lower(name.slice(name.lastIndexOf(".") + 1)), near: true };
  }
  for (const context of contexts) {
    const found = roleIn(context, rules) ?? roleByShape(context, block, rules);
    if (found) return found;
  }
  return null;
}

/**
 * The first of the strongest role words; behind a link the first; in a table's head one of weights first.
 * @param {Context} context
 * @param {Rules} rules
 * @returns {Finding | null}
 */
function roleIn(context, rules) {
  const { place, own, near } = context;
  const { marks } = rules.words.read(own);
  const isLast = (/** @type {Mark} */ mark) => mark === marks.at(-1);
  const telling = marks.filter((mark) => mark.role && (mark.strength || counts(mark, context, isLast(mark))));
  const best = bestOf(telling, context);
  return best ? { value: best.role, place, word: best.word, near } : null;
}

/** Whether a slight word counts there. @param {Mark} slight @param {Context} context @param {boolean} isLast */
function counts({ role }, { place, touching }, isLast) {
  if (role === "other") return FILES.includes(place) || (isLast && touching);
  return SLIGHT.has(place) || (role === "data" && place === "the text before it");
}

/** @param {Mark[]} marks @param {Context} context @returns {Mark | undefined} */
function bestOf(marks, { place, behind, reach }) {
  // Where a section has spoken of features, a heading that says data means those.
  if (reach !== null) return marks.find((mark) => mark.role === "features" && mark.strength > 1 && mark.place < reach);
  if (place === "the table's head") return marks.find(({ role }) => role === "weights") ?? marks[0];
  const strength = Math.max(...marks.map((mark) => mark.strength));
  return behind ? marks[0] : marks.find((mark) => mark.strength === strength);
}

/** @param {Context} context @param {Block} block @param {Rules} rules @returns {Finding | null} */
function roleByShape({ place, text }, block, rules) {
  if (place === "the row" && holdsFigures(block)) {
    return { value: "weights", place: "the row holds figures of a model", word: "", near: true };
  }
  if (FILES.includes(place) && isArchiveOfDataset(text, rules)) {
    return { value: "data", place: `${place} is an archive of it`, word: "", near: true };
  }
  return null;
}

/** @param {string} name @param {Rules} rules */
function isArchiveOfDataset(name, rules) {
  return rules.isArchive(name) && rules.words.read(name).marks.some(({ names }) => names);
}

/** @param {Block} block */
function holdsFigures(block) {
  const cells = block.beginnings.slice(0, CELLS).map((text) => first(text, LONGEST_FIGURE));
  return cells.filter((cell) => FIGURE.test(cell)).length > ONE_FIGURE;
}
