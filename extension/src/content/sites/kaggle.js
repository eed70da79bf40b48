/** Kaggle: names in the list of files and in the heads of its previews are cut short; labels and titles say them in full. */
"use strict";

globalThis.commonswatchSite = {
  names: { A: ["title", "aria-label"], LI: ["title", "aria-label"], DIV: ["title", "aria-label"], P: ["title"], SPAN: ["title"] },
};
