/**
 * Review and send: the report as readable rows, a note, two ways to send it. Nothing leaves before a click here.
 */

import { announce, button, byId, fill, h } from "../ui/dom.js";
import { frameHead } from "../ui/frame.js";
import { NOTE, openWarnings, without } from "../ui/json_rows.js";
import { failure } from "../ui/notices.js";
import { askToSend, bodyOf, openPage, send } from "../ui/seam.js";
import { start } from "../ui/start.js";
import { aboutPage, listOf } from "./rows.js";
import { SentPart } from "./sent.js";

const LONGEST_NOTE = 2000;

const words = await start("review_title");
const main = byId("main");
const asked = new URLSearchParams(location.search);
const hand = asked.get("hand") ?? undefined;
/** @type {import("./rows.js").Review} */
const review = {
  report: { version: 1, page: "" },
  warnings: [],
  removable: [],
  removed: new Set(),
  kept: new Set(),
  toggle,
  keepCode,
};
let note = "";
let problem = "";
let isDelayed = true;
let isSentBefore = false;
let receipt = "";
let leftOut = 0;

frameHead(words, { options: () => openPage("options/options.html") });
fill(
  main,
  h("h1", {}, words.t("review_title")),
  h("p", { class: "loading", role: "status" }, words.t("review_loading")),
);
await draft();

/** Ask for the draft; what was taken out stays out. */
async function draft() {
  const [answer, { settings }] = await Promise.all([
    send("report.draft", { tabId: Number(asked.get("tab") ?? -1), hand, keep: [...review.kept] }),
    send("settings.get", {}),
  ]);
  main.removeAttribute("aria-busy");
  if (answer.error) {
    fill(main, h("h1", {}, words.t("review_title")), failure(words, answer.error, draft));
    return;
  }
  Object.assign(review, { report: answer.report, warnings: answer.warnings ?? [], removable: answer.removable ?? [] });
  note = note || answer.report.note || "";
  isDelayed = settings?.delay ?? true;
  isSentBefore = Boolean(answer.sent);
  receipt = answer.receipt ?? "";
  leftOut = answer.left_out ?? 0;
  paint();
}

function paint() {
  const open = openWarnings(review.warnings, review.removed).filter(({ path }) => path);
  fill(
    main,
    h("h1", {}, words.t("review_title")),
    h("p", { class: "lead" }, words.t("review_lead")),
    isSentBefore &&
      h(
        "p",
        { class: "notice notice-wait" },
        words.t("review_sent_before"),
        receipt && ` ${words.t("receipt")} ${receipt}`,
      ),
    leftOut > 0 && h("p", { class: "notice notice-plain" }, words.plural("review_left_out", leftOut)),
    open.length > 0 &&
      h("p", { class: "notice notice-wait", id: "warnings" }, words.plural("review_warnings", open.length)),
    review.warnings.some(({ code, path }) => code === "long" && !path) &&
      h("p", { class: "notice notice-wait" }, words.t("review_long")),
    aboutPage(words, review),
    listOf(words, review, "links"),
    listOf(words, review, "media"),
    isBare() && h("p", { class: "notice notice-plain" }, words.t("review_bare")),
    noteField(),
    asJson(),
    sending(),
  );
}

/** Whether only the address of the page is left. */
function isBare() {
  const { links = [], media = [] } = toSend();
  return links.length + media.length === 0;
}

/** The report as it is sent. */
function toSend() {
  return without(review.report, review.removed, note);
}

function noteField() {
  const left = h("small", { id: "note-left" }, notesLeft());
  const field = /** @type {HTMLTextAreaElement} */ (
    h("textarea", {
      id: "note",
      maxlength: LONGEST_NOTE,
      dir: "auto",
      "aria-describedby": "note-help note-left",
      "data-key": NOTE,
    })
  );
  field.value = note;
  field.addEventListener("input", () => {
    note = field.value;
    left.textContent = notesLeft();
    byId("json").textContent = bodyOf(toSend());
  });
  return h(
    "section",
    { class: "field" },
    h("label", { for: "note" }, words.t("note")),
    h("small", { id: "note-help" }, words.t("note_help")),
    field,
    left,
  );
}

function notesLeft() {
  return words.plural("note_left", LONGEST_NOTE - note.length);
}

function asJson() {
  return h(
    "details",
    { "data-key": "json" },
    h("summary", { "data-key": "json-open" }, words.t("show_json")),
    h("p", { class: "quiet" }, words.t("show_json_help")),
    h(
      "pre",
      { id: "json", tabindex: 0, role: "region", "aria-label": words.t("show_json"), dir: "ltr" },
      bodyOf(toSend()),
    ),
  );
}

function sending() {
  const now = button(words.t("send_now"), () => deliver("now"), {
    id: "send-now",
    class: isDelayed ? "secondary" : "",
    "data-key": "send-now",
  });
  const later = button(words.t("send_later"), () => deliver("later"), {
    id: "send-later",
    class: isDelayed ? "" : "secondary",
    "data-key": "send-later",
  });
  return h(
    "section",
    { class: "send card", "aria-labelledby": "send-title" },
    h("h2", { id: "send-title" }, words.t("send_title")),
    h("p", { class: "quiet" }, words.t("send_later_help")),
    problem && h("p", { class: "problem", role: "alert" }, problem),
    h("div", { class: "actions" }, isDelayed ? [later, now] : [now, later]),
  );
}

/** @param {"now" | "later"} when */
async function deliver(when) {
  const isAllowed = await askToSend(); // in the click: nothing is awaited before
  const answer = !isAllowed
    ? { error: { code: "permission" } }
    : await send("report.send", { draft: toSend(), when, ...(hand ? { hand } : {}) });
  problem = answer.error ? words.problem(answer.error) : "";
  if (problem) paint();
  else await new SentPart(words, main, answer.id).open();
}

/** Take a row out, or back in. @param {string} path @param {string} name */
function toggle(path, name) {
  const isOut = review.removed.delete(path);
  if (!isOut) review.removed.add(path);
  announce(words.t(isOut ? "taken_back" : "taken_out", name));
  paint();
}

/** @param {string} path @param {boolean} keep */
async function keepCode(path, keep) {
  if (keep) review.kept.add(path);
  else review.kept.delete(path);
  await draft();
  announce(words.t(keep ? "warning_access_code_kept" : "code_left_out"));
}
