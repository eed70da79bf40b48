/**
 * Writes types/api.d.ts, the shapes of the server's API, from docs/openapi.json: `npm run types`.
 * With --check it writes nothing and fails when the file is not what it would write.
 */

import { readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);
const KEPT = new URL("../types/api.d.ts", import.meta.url);
const HEADER = "/** The server's API, written by `npm run types` from docs/openapi.json. Never edited by hand. */\n\n";

const written = HEADER + astToString(await openapiTS(JSON.parse(readFileSync(DOCUMENT, "utf8"))));
if (!process.argv.includes("--check")) writeFileSync(KEPT, written);
else if (readFileSync(KEPT, "utf8") !== written) {
  console.error("types/api.d.ts is not what docs/openapi.json says: run npm run types");
  process.exitCode = 1;
}
