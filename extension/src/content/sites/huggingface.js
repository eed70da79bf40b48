/** Hugging Face: names in lists of files are cut short, their titles are not. */
"use strict";

globalThis.commonswatchSite = { names: { A: ["title"], SPAN: ["title"], DIV: ["title"] } };
