/** What `npm run check` demands of the code beside its types. How it is laid out is not checked here; see README.md. */

import js from "@eslint/js";
import globals from "globals";

const SEAM = "Only src/shared/browser.js and the content scripts touch the browser's own interface.";
const noBrowser = ["chrome", "browser"].map((name) => ({ name, message: SEAM }));
const marksFromText = ["innerHTML", "outerHTML"].map((property) => ({
  property,
  message: "Text of pages is never read as HTML: use textContent, or build elements.",
}));
const notFrom = (...rooms) => ["error", { patterns: [{ group: rooms, message: "The rooms import downwards only." }] }];

export default [
  { ignores: ["node_modules/", "types/"] },
  js.configs.recommended,
  {
    rules: {
      complexity: ["error", 12],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "func-style": ["error", "declaration", { allowArrowFunctions: true }],
      "max-depth": ["error", 4],
      "max-lines": ["error", 200],
      "max-lines-per-function": ["error", 40],
      "no-restricted-properties": ["error", ...marksFromText],
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-console": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "none" }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["src/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...globals.serviceworker } },
    rules: { "no-restricted-globals": ["error", ...noBrowser] },
  },
  { files: ["src/shared/**/*.js"], rules: { "no-restricted-imports": notFrom("**/background/**", "**/ui/**") } },
  {
    // The twins of the server's engine: as long as their originals, and about odd characters.
    files: ["src/shared/rules/**"],
    rules: {
      complexity: "off",
      "max-lines": "off",
      "no-control-regex": "off",
      "no-misleading-character-class": "off",
      "no-useless-assignment": "off",
    },
  },
  { files: ["src/background/**/*.js"], rules: { "no-restricted-imports": notFrom("**/ui/**", "**/content/**") } },
  { files: ["src/{ui,popup,panel,options,welcome,review}/**"], rules: { "no-restricted-imports": notFrom("**/background/**") } },
  { files: ["src/shared/browser.js"], rules: { "no-restricted-globals": "off" } },
  {
    files: ["src/content/**/*.js"],
    languageOptions: { sourceType: "script", globals: globals.webextensions },
    rules: { "no-restricted-globals": "off" },
  },
  { files: ["tools/**", "tests/**", "*.js"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  { files: ["tests/**"], rules: { "max-lines": ["error", 300], "max-lines-per-function": "off" } },
  { files: ["tools/**"], rules: { "no-console": "off" } },
];
