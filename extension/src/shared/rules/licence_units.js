/** Which licences were ever published: code, version and port, as `licences.json` lists them in short. */

/** @typedef {import("./licence_reader.js").LicenceRules} LicenceRules */

/** All of them, as in their addresses: `licenses/by 3.0 de`. @param {LicenceRules} rules */
export function* allPublished({ published }) {
  for (const { units, versions } of published) {
    for (const unit of units) {
      for (const [version, ports] of Object.entries(versions)) {
        for (const port of ports.split(" ")) yield `${unit} ${version} ${port === "unported" ? "" : port}`;
      }
    }
  }
}

/** The same by their codes: `by 3.0 de`. @param {string} unit @param {Record<string, string>} codes */
export function codesOf(unit, codes) {
  const [path, version, port] = unit.split(" ");
  return path
    .split("/")
    .slice(1)
    .map((name) => `${ownOr(codes, name, name)} ${version} ${port}`);
}

/**
 * What a table says of a word; words of the language itself (`constructor`) are in no table.
 * @param {Record<string, string>} table
 * @param {string} word
 * @param {string} otherwise
 */
export function ownOr(table, word, otherwise) {
  return Object.hasOwn(table, word) ? table[word] : otherwise;
}
