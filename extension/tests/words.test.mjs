/** The words of the extension: in the language that was chosen, with numbers and placeholders, English where one lacks. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeBrowser, OWN } from "./fake_browser.mjs";

const first = new FakeBrowser({ language: "de-CH" });
const { fitting, load, plural, t } = await import("../src/shared/i18n.js");
const { send } = await import("../src/shared/messages.js");

const CATALOGS = {
  en: {
    hello: { message: "Hello $NAME$, $2", placeholders: { name: { content: "$1" } } },
    price: { message: "$$5 of $unknown$" },
    works_one: { message: "$1 work at $2" },
    works_other: { message: "$1 works at $2" },
    only_here: { message: "only here" },
  },
  de: {
    hello: { message: "Hallo $NAME$", placeholders: { NAME: { content: "$1" } } },
    works_one: { message: "$1 Werk bei $2" },
    works_other: { message: "$1 Werke bei $2" },
  },
  fr: { works_other: { message: "$1 œuvres" } },
};

beforeEach(() => {
  const browser = new FakeBrowser({ language: "de-CH" });
  globalThis.fetch = async (url) => {
    const name = /_locales\/(\w+)\//.exec(url.slice(OWN.length))?.[1];
    if (!CATALOGS[name]) throw new TypeError("no such file");
    return new Response(JSON.stringify(CATALOGS[name]));
  };
  return browser;
});

test("the language of the browser is taken, unless another one was chosen", async () => {
  assert.equal(await load(), "de");
  assert.equal(t("hello", "Ada"), "Hallo Ada");
  assert.equal(await load("en"), "en");
  assert.equal(t("hello", ["Ada", "again"]), "Hello Ada, again");
  assert.equal(await load("xx"), "de");
});

test("the nearest language we have is found", () => {
  assert.deepEqual(["de-AT", "zh-TW", "zh-CN", "en", "pt-BR", "fr"].map(fitting), ["de", "zh_CN", "zh_CN", "en", "en", "fr"]);
});

test("English has what a language lacks; nobody's words are the key", async () => {
  await load("de");
  assert.equal(t("only_here"), "only here");
  assert.equal(t("nowhere"), "nowhere");
  assert.equal(t("price"), "$5 of ");
  assert.equal(await load("es"), "es");
  assert.equal(t("only_here"), "only here");
});

test("numbers have the form of their language", async () => {
  await load("de");
  assert.equal(plural("works", 1, "GitHub"), "1 Werk bei GitHub");
  assert.equal(plural("works", 1200, "GitHub"), "1.200 Werke bei GitHub");
  await load("fr");
  assert.equal(plural("works", 1, "GitHub"), "1 œuvres");
});

test("what cannot be asked is answered as unknown, never thrown", async () => {
  first.say = async () => undefined;
  assert.deepEqual(await send("settings.get"), { error: { code: "unknown", words: "" } });
  first.say = () => Promise.reject(new Error("no background"));
  assert.deepEqual(await send("settings.get"), { error: { code: "unknown", words: "" } });
  first.say = async (message) => message;
  assert.deepEqual(await send("hosts.set", { id: "x", on: true }), { type: "hosts.set", id: "x", on: true });
});
