/** Baidu Pan: names of shared files are cut short, their titles are not. */
"use strict";

globalThis.commonswatchSite = {
  names: { A: ["title"], DIV: ["title"], H2: ["title"], SPAN: ["title"], DD: ["title"], P: ["title"] },
};
