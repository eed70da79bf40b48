/**
 * The reasons that rules/links.js gives, said in the chosen language. What is not known here stays as it is.
 */

/** Key by the place a word stands in, as the rules name it. */
const PLACES = new Map(
  Object.entries({
    "the file name": "reason_file_name",
    "the address": "reason_address",
    "the link text": "reason_link_text",
    "the file name beside it": "reason_file_beside",
    "the text before it": "reason_before",
    "the text after it": "reason_after",
    "the column head": "reason_column",
    "the row": "reason_row",
    "the table's head": "reason_table_head",
    "a sentence before": "reason_sentence",
    "the comment above": "reason_comment",
    "the list item above": "reason_item_above",
    "the paragraph above": "reason_paragraph_above",
    "the section": "reason_section",
    "the heading": "reason_heading",
    "the page's address": "reason_page_address",
  }),
);
/** Reasons that quote no word. */
const PLAIN = new Map(
  Object.entries({
    "the row holds figures of a model": "reason_figures",
    "the file name is an archive of it": "reason_archive_name",
    "the link text is an archive of it": "reason_archive_text",
    "the file name beside it is an archive of it": "reason_archive_name",
    "nothing near says what it hands out": "reason_none",
    "a page or repository, no place that hands out files": "reason_no_place",
    "nothing says that it hands it out": "reason_not_said",
    "this torrent is known to hold it": "reason_torrent",
    "a file here has the name of one of its files": "reason_file_here",
  }),
);
const SAYS = /^(.+) says “(.+?)”(?:(: a benchmark)|(, of which files or counts in this section name one))?$/u;

/**
 * @param {(key: string, ...subs: any[]) => string} t
 * @param {string} reason "the heading says “MS-Celeb-1M”; the link text says “dataset”"
 */
export function reasonIn(t, reason) {
  return reason
    .split("; ")
    .map((one) => piece(t, one))
    .join(t("reason_joint"));
}

/** @param {(key: string, ...subs: any[]) => string} t @param {string} one */
function piece(t, one) {
  const plain = PLAIN.get(one);
  if (plain) return t(plain);
  const said = SAYS.exec(one);
  const place = said ? PLACES.get(said[1]) : undefined;
  if (!said || !place) return one;
  const words = t(place, said[2]);
  if (said[3]) return t("reason_benchmark", words);
  return said[4] ? t("reason_refined", words) : words;
}
