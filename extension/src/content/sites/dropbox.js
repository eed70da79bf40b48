/** Dropbox: names of shared files are in labels, with their kind behind a comma: “list.csv, CSV”. */
"use strict";

globalThis.commonswatchSite = {
  names: {
    A: ["title", "aria-label"],
    BUTTON: ["title", "aria-label"],
    DIV: ["title", "aria-label"],
    LI: ["aria-label"],
    SPAN: ["title"],
    TR: ["aria-label"],
  },
  nameIn: (/** @type {string} */ words) => words.replace(/,\s.*$/s, ""),
};
