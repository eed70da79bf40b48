/**
 * Makes the zip of each browser from the files in src/: `npm run pack` writes both into dist/ of the project.
 * All it changes is the manifest, from which it drops what only the other browser knows.
 */

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { zip } from "./zip.mjs";

const SOURCE = fileURLToPath(new URL("../src/", import.meta.url));
const TARGET = fileURLToPath(new URL("../../dist/", import.meta.url));
const MANIFEST = "manifest.json";

/** What a browser does not know: keys of the manifest, and members of its lists. */
const UNKNOWN = {
  chrome: [["background", "scripts"], ["browser_specific_settings"], ["sidebar_action"]],
  firefox: [["background", "service_worker"], ["minimum_chrome_version"], ["side_panel"], ["permissions", "sidePanel"]],
};
export const BROWSERS = Object.keys(UNKNOWN);

/** The files of a folder and below it, by name; those that start with a dot are not part of the extension. */
export function filesOf(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join("/"));
  return paths.filter((path) => !path.split("/").some((part) => part.startsWith("."))).sort();
}

/** The manifest without what this browser does not know. */
export function manifestFor(browser, text) {
  const manifest = JSON.parse(text);
  for (const path of UNKNOWN[browser]) {
    const last = path.at(-1);
    const holder = path.slice(0, -1).reduce((inside, key) => inside?.[key], manifest);
    if (Array.isArray(holder)) holder.splice(holder.indexOf(last), holder.includes(last) ? 1 : 0);
    else if (holder) delete holder[last];
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The zip for one browser. The same files give the same bytes, wherever and whenever it is made. */
export function pack(browser, folder = SOURCE) {
  const read = (path) => {
    const bytes = readFileSync(join(folder, path));
    return path === MANIFEST ? Buffer.from(manifestFor(browser, bytes.toString("utf8"))) : bytes;
  };
  return zip(filesOf(folder).map((path) => [path, read(path)]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { version } = JSON.parse(readFileSync(join(SOURCE, MANIFEST), "utf8"));
  mkdirSync(TARGET, { recursive: true });
  for (const browser of BROWSERS) {
    const name = `commonswatch-${browser}-${version}.zip`;
    writeFileSync(join(TARGET, name), pack(browser));
    console.log(`dist/${name}`);
  }
}
