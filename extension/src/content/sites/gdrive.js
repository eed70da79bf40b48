/** Google Drive: names of shared files are in tips and labels, with their kind behind: “faces.zip Compressed archive Shared”. */
"use strict";

globalThis.commonswatchSite = {
  names: { DIV: ["data-tooltip", "aria-label"], SPAN: ["data-tooltip", "aria-label"], TR: ["aria-label"], C: ["aria-label"] },
  nameIn: (/** @type {string} */ words) => /^.*?\.[A-Za-z0-9]{2,9}(?=\s|$)/s.exec(words)?.[0] ?? "",
};
