/** What the pages say: wording of findings and reasons in five languages, and that no language lacks a word. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { hostOf, placeName, shorten, workName } from "../src/ui/names.js";
import { MARK, makeWords } from "../src/ui/words.js";

const SOURCES = new URL("../src", import.meta.url).pathname;
const LANGUAGES = ["en", "de", "fr", "es", "zh_CN"];
const PAGES = ["ui", "popup", "panel", "review", "options", "welcome", "background"];

/** @param {string} language */
const catalog = (language) => JSON.parse(readFileSync(join(SOURCES, "_locales", language, "messages.json"), "utf8"));

/** The words of a language, read as shared/i18n.js reads them. @param {string} language */
function wordsIn(language) {
  const all = catalog(language);
  const locale = language.replace("_", "-");
  const t = (key, ...subs) => {
    const { message, placeholders = {} } = all[key] ?? assert.fail(`no word for ${key}`);
    return message.replace(
      /\$([A-Z]+)\$/g,
      (_, name) => subs[Number(placeholders[name.toLowerCase()].content.slice(1)) - 1],
    );
  };
  const plural = (key, n, ...subs) => {
    const form = `${key}_${new Intl.PluralRules(locale).select(n)}`;
    return t(form in all ? form : `${key}_other`, new Intl.NumberFormat(locale).format(n), ...subs);
  };
  return makeWords({ t, plural, locale });
}

const COPY = {
  dataset: "ms-celeb-1m",
  name: "MS-Celeb-1M",
  state: "withdrawn",
  date: "2019-06",
  role: "data",
  from: "baidu",
  url: "https://pan.baidu.com/s/1x",
};

test("a copy is told with what became of the dataset and where it lies", () => {
  assert.equal(
    wordsIn("en").copy(COPY).replace(MARK, COPY.name),
    "This page links to a copy of MS-Celeb-1M, withdrawn in June 2019 (Baidu Pan)",
  );
  assert.equal(
    wordsIn("de").copy(COPY).replace(MARK, COPY.name),
    "Diese Seite verlinkt eine Kopie von MS-Celeb-1M, zurückgezogen im Juni 2019 (Baidu Pan)",
  );
  assert.equal(
    wordsIn("fr").copy(COPY).replace(MARK, COPY.name),
    "Cette page renvoie à une copie de MS-Celeb-1M, retiré en juin 2019 (Baidu Pan)",
  );
  assert.equal(
    wordsIn("es").copy(COPY).replace(MARK, COPY.name),
    "Esta página enlaza a una copia de MS-Celeb-1M, retirado en junio de 2019 (Baidu Pan)",
  );
  assert.equal(
    wordsIn("zh_CN").copy(COPY).replace(MARK, COPY.name),
    "此页面链接到 MS-Celeb-1M 的副本，2019年6月已撤回（Baidu Pan）",
  );
});

test("dates of a year, a month and a day are told as they are known", () => {
  const { status } = wordsIn("en");
  assert.equal(status({ state: "withdrawn", date: "2019" }), "withdrawn in 2019");
  assert.equal(status({ state: "withdrawn", date: "2019-06-06" }), "withdrawn on June 6, 2019");
  assert.equal(status({ state: "withdrawn", date: "soon" }), "withdrawn");
  assert.equal(status({ state: "disputed", date: "2019-06" }), "accounts of it differ");
  assert.equal(status({ state: "unknown", date: "2019" }), "");
});

test("a page that hands out the copy itself, lists and features are told apart", () => {
  const { copy } = wordsIn("en");
  const bare = { dataset: "x", url: "https://example.org/x" };
  assert.equal(copy({ ...bare, role: "data" }, bare.url), `This page hands out a copy of ${MARK} (example.org)`);
  assert.equal(copy({ ...bare, role: "list", url: "" }), `This page links to a list over ${MARK}`);
  assert.equal(
    copy({ ...bare, role: "features", state: "gone", url: "" }),
    `This page links to features computed from ${MARK}, gone`,
  );
});

test("reasons of the rules are said in the language; unknown ones stay as they are", () => {
  const reason = "the heading says “ms-celeb-1m”; the row holds figures of a model";
  assert.equal(
    wordsIn("de").reason(reason),
    "die Überschrift sagt „ms-celeb-1m“; die Zeile enthält Kennzahlen eines Modells",
  );
  assert.equal(wordsIn("en").reason("something quite new"), "something quite new");
  const benchmark = "the link text says “lfw”: a benchmark";
  assert.equal(wordsIn("en").reason(benchmark), "the link text says “lfw” (a benchmark)");
});

test("every reason that the rules can give has words", () => {
  const { reason } = wordsIn("zh_CN");
  const links = join(SOURCES, "shared/rules/links");
  const given = readdirSync(links)
    .map((name) => readFileSync(join(links, name), "utf8"))
    .join("\n");
  const named = /["`](the [a-z' ]{3,22}|a sentence before)["`]/g;
  const places = [...given.matchAll(named)]
    .map(([, place]) => place)
    .filter((place) => !/ (?:holds|is|of) /.test(place));
  assert.ok(places.length > 10);
  for (const place of places) assert.doesNotMatch(reason(`${place} says “x”`), /says/, place);
});

test("numbers choose their form in every language", () => {
  assert.equal(wordsIn("en").plural("works_count", 1), "1 registered work");
  assert.equal(wordsIn("en").plural("works_count", 14), "14 registered works");
  assert.equal(wordsIn("fr").plural("works_count", 0), "0 œuvre enregistrée");
  assert.equal(wordsIn("es").plural("works_count", 2_000_000), "2.000.000 obras registradas");
  assert.equal(wordsIn("zh_CN").plural("works_count", 1), "1 件已登记作品");
});

test("moments, sizes and problems are told in words", () => {
  const words = wordsIn("en");
  assert.equal(words.ago(0, 3 * 3_600_000), "3 hours ago");
  assert.equal(words.ago(90_000, 0), "in 1 minute");
  assert.equal(words.ago(0, 0), "this minute");
  assert.equal(words.size(999), "999 byte");
  assert.equal(words.size(3_690_000), "3.7 MB");
  assert.equal(words.problem({ code: "code-wrong", words: "404" }), words.t("problem_code_wrong"));
  assert.equal(words.problem({ code: "strange", words: "what the server said" }), "what the server said");
  assert.equal(words.problem({ code: "strange" }), words.t("problem_unknown"));
});

test("works and places have names that people know", () => {
  assert.equal(workName("flickr:photo:53381630964"), "Flickr · 53381630964");
  assert.equal(workName("wikimedia:commons:A_name.jpg"), "Wikimedia Commons · A name.jpg");
  assert.equal(workName("url:pictures.example/a:b.jpg"), "pictures.example/a:b.jpg");
  assert.equal(placeName({ from: "url", location: "url:x", url: "https://www.example.org/a" }), "example.org");
  assert.equal(hostOf("no address"), "");
  assert.equal(shorten("abcdefghij", 7), "abc…hij");
  assert.equal(shorten("👩‍🎨", 70), "👩‍🎨");
});

test("all languages have the same words with the same places to fill in", () => {
  const english = catalog("en");
  const holes = ({ message }) => [...message.matchAll(/\$[A-Z]+\$/g)].map(String).sort();
  for (const language of LANGUAGES.slice(1)) {
    const other = catalog(language);
    assert.deepEqual(Object.keys(other), Object.keys(english), language);
    for (const key of Object.keys(english)) {
      assert.deepEqual(holes(other[key]), holes(english[key]), `${language} ${key}`);
      assert.deepEqual(other[key].placeholders, english[key].placeholders, `${language} ${key}`);
    }
  }
});

test("every word of the pages is in the catalog, and no number lacks its forms", () => {
  const english = catalog("en");
  const files = PAGES.flatMap((room) =>
    readdirSync(join(SOURCES, room))
      .filter((name) => name.endsWith(".js"))
      .map((name) => join(SOURCES, room, name)),
  );
  const used = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\b(start|t|plural)\("([a-z_A-Z]+)"/g)]);
  assert.ok(used.length > 150);
  for (const [, how, key] of used) {
    for (const form of how === "plural" ? [`${key}_one`, `${key}_other`] : [key]) assert.ok(form in english, form);
  }
});

test("nobody is accused: no word for theft or crime in any language", () => {
  const accusing =
    /stolen|theft|violation|illegal|gestohlen|geklaut|diebstahl|volée?s?\b|vol d|\brobad|infracci|盗|违法|侵权/i;
  for (const language of LANGUAGES) {
    for (const [key, { message }] of Object.entries(catalog(language)))
      assert.doesNotMatch(message, accusing, `${language} ${key}`);
  }
});
