/** GitHub: files in a list are cut short, their titles are not; the text of an open file is in a field behind what is drawn. */
"use strict";

globalThis.commonswatchSite = {
  names: { A: ["title"], DIV: ["title"] },
  openFile: '[data-testid="read-only-cursor-text-area"], #read-only-cursor-text-area',
};
