/** Modules with `?worker=…` import all others as this worker's own, so that each life of the background begins anew. */

import { registerHooks } from "node:module";

const STAND_INS = { "background/watch_list.js": "watch_list", "background/pictures.js": "pictures" };
const WORKER = /\?worker=\d+$/;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const worker = WORKER.exec(context.parentURL ?? "")?.[0];
    if (!worker || !found.url.startsWith("file:")) return found;
    const standIn = Object.keys(STAND_INS).find((path) => found.url.endsWith(`/src/${path}`));
    const url = standIn ? new URL(`stand_ins/${STAND_INS[standIn]}.mjs`, import.meta.url).href : found.url;
    return { ...found, url: url + worker };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!WORKER.test(url)) return loaded;
    // Coverage counts all lives of a module as one.
    return { ...loaded, source: `${loaded.source}\n//# sourceURL=${url.replace(WORKER, "")}` };
  },
});
