/* Tokens: most rows hold no run of letters that any registered key has, and are not read at all. */

#ifndef SCAN_TOKENS_H
#define SCAN_TOKENS_H

#include "rows.h"
#include "runs.h"

enum { STEP = PIECE - 64, LONG_ROW = 1024, STRETCH = 1 << 16, HEADS = 16 };

/* What rows are looked through for, and where. */
struct sifting {
    const struct scan_registry *registry;
    const struct scan_plan *plan;
    run_finder find_runs;
    const u8 *buffer;
    u64 length;
    const u64 *starts, *ends;
    struct runs of_text, of_row;
};

/* Where what a row may be known by ends: behind its last column that is looked at, if it is long. */
static const u8 *end_of_columns(const struct scan_plan *plan, const u8 *p, const u8 *end) {
    if (end - p > LONG_ROW && plan->delimiter >= 0 && plan->delimiter != BLANKS && !plan->quoted) {
        const u8 *stop = p - 1;
        for (int i = 0; i < plan->n_columns && stop < end; i++) stop = next_of(stop + 1, end, (u8)plan->delimiter);
        return stop < p ? p : stop;
    }
    return end;
}

/* Whether a key's two tokens may stand in one cell: two of the runs that were found in a text. */
static int holds_pair(const struct scan_registry *r, int is_cut, u8 delimiter, const u8 *text, u32 length, const struct runs *found) {
    u32 from = 0, to;
    for (const u8 *stop = text, *end = text + length; from < found->n; from = to, stop++) {
        int has_first = NO;
        stop = is_cut ? next_of(stop, end, delimiter) : end;
        for (to = from; to < found->n && text + found->ends[to] <= stop; to++) has_first |= is_first(r, found->hashes[to]);
        for (u32 i = from; has_first && i < to; i++)
            if (is_first(r, found->hashes[i]) && has_pair(r, found->hashes[i], found->hashes + from, to - from)) return YES;
    }
    return NO;
}

static int any(const u64 *bits, u32 length) {
    u64 all = 0;
    for (u32 at = 0; at <= length; at += 64) all |= bits[at / 64];
    return all != 0;
}

/* Write a text once more behind itself, blanks for its escapes of signs that part runs: what a key has of its letters
 * stands in the one or in the other. 0 where other escapes, or letters that are not ASCII, may hide more. */
static u32 opened(u8 *text, u32 length) {
    u8 *to = text + length;
    if (2 * length >= PIECE) return 0;
    *to++ = ' ';
    for (u32 i = 0; i < length; i++) {
        int is_escape = text[i] == '%', code = is_escape ? escape(text + i, text + length) : 0;
        if (text[i] >= 0x80 || (is_escape && (code <= 0 || !strchr(" !'()*,:", code)))) return 0;
        *to++ = is_escape ? ' ' : text[i];
        i += is_escape ? 2 : 0;
    }
    return (u32)(to - text);
}

/* Whether a row is worth reading. It is looked through in copies of its pieces, with room around them. */
static int row_is_worth(struct sifting *s, u64 row) {
    const u8 *from = s->buffer + s->starts[row], *end = end_of_columns(s->plan, from, s->buffer + s->ends[row]);
    int is_cut = s->plan->delimiter >= 0 && s->plan->delimiter != BLANKS && !s->plan->quoted;
    u8 text[8 + PIECE + AROUND];
    memset(text, 0, 8);
    for (u64 at = 0, size = (u64)(end - from);; at += STEP) { /* the last eight letters of each run are in one piece */
        u32 length = size - at < PIECE ? (u32)(size - at) : PIECE;
        memcpy(text + 8, from + at, length);
        memset(text + 8 + length, 0, AROUND);
        s->find_runs(s->registry, text + 8, length, &s->of_row);
        if (any(s->of_row.odd, length)) {
            if (length < size || !(length = opened(text + 8, length))) return YES;
            memset(text + 8 + length, 0, AROUND);
            s->find_runs(s->registry, text + 8, length, &s->of_row);
            return holds_pair(s->registry, NO, 0, text + 8, length, &s->of_row);
        }
        if (length == size) return holds_pair(s->registry, is_cut, (u8)s->plan->delimiter, text + 8, length, &s->of_row);
        if (any(s->of_row.firsts, length)) return YES; /* its second token may be in another piece */
        if (at + length == size) return NO;
    }
}

static void tell_row(struct scan_found *told, u64 row) {
    told->rows[told->n_rows] = row;
    told->asked[told->n_rows++] = 0;
}

/* Look through rows that stand behind each other, with room around them, as if they were one text. */
static void sift_text(struct sifting *s, u64 row, u64 n_rows, u64 first_row, struct scan_found *told) {
    u64 stop = s->ends[row + n_rows - 1], known = s->starts[row]; /* all that stands before is known */
    for (u64 piece = known;; piece += STEP) {
        u32 length = stop - piece < PIECE ? (u32)(stop - piece) : PIECE;
        s->find_runs(s->registry, s->buffer + piece, length, &s->of_text);
        for (u32 at = 0; at <= length; at += 64)
            for (u64 left = s->of_text.odd[at / 64] | s->of_text.firsts[at / 64]; UNLIKELY(left != 0); left &= left - 1) {
                u64 place = piece + at + first_bit(left);
                if (place < known) continue;
                while (s->ends[row] <= place) row++;
                if (row_is_worth(s, row)) tell_row(told, first_row + row);
                known = s->ends[row];
            }
        if (piece + length == stop) return;
    }
}

/* Whether only one or two signs that are no letters, such as a line break, part a row from the one before. */
static int follows(const struct sifting *s, u64 row) {
    u64 end = s->ends[row - 1], start = s->starts[row];
    return start > end && start - end <= 2 && !is_alnum(s->buffer[end]) && !is_alnum(s->buffer[start - 1]);
}

/* Whether much of a row need not be looked at: what stands behind its columns, as pictures in base64 do. */
static int is_cut_short(const struct scan_plan *plan, const u8 *p, const u8 *end) {
    return end - p > LONG_ROW && end - end_of_columns(plan, p, end) > LONG_ROW / 2;
}

/* How many rows stand behind each other with hardly anything between them. */
static u64 rows_of_text(const struct sifting *s, u64 row, u64 n_rows) {
    u64 n = 0, from = s->starts[row];
    if (from < 8 || from > s->length || is_alnum(s->buffer[from - 1])) return 0;
    for (; row + n < n_rows; n++) {
        u64 start = s->starts[row + n], end = s->ends[row + n];
        if (start > end || end > s->length || s->length - end < 2 * AROUND || end - from > STRETCH) break;
        if ((n && !follows(s, row + n)) || is_cut_short(s->plan, s->buffer + start, s->buffer + end)) break;
    }
    return n;
}

/* Look through the heads of up to 16 long rows at once: they lie far apart in memory, and are fetched together. Returns
 * how many rows there were, before one that is looked at otherwise. */
static u64 sift_heads(struct sifting *s, u64 row, u64 n_rows, u64 first_row, struct scan_found *told) {
    u8 text[8 + PIECE + AROUND];
    u32 length = 0, stops[HEADS];
    u64 n = 0, known = 0;
    for (u64 i = row; i < n_rows && i < row + HEADS && s->starts[i] < s->length; i++)
        for (u64 line = s->starts[i]; line < s->starts[i] + 256 && line < s->length; line += 64) PREFETCH(s->buffer + line);
    for (; row + n < n_rows && n < HEADS; n++) {
        if (s->starts[row + n] > s->ends[row + n] || s->ends[row + n] > s->length) break;
        const u8 *from = s->buffer + s->starts[row + n], *end = s->buffer + s->ends[row + n], *stop = end_of_columns(s->plan, from, end);
        if (end - stop <= LONG_ROW / 2 || stop - from >= PIECE - (ptrdiff_t)length) break;
        memcpy(text + 8 + length, from, (size_t)(stop - from));
        length += (u32)(stop - from);
        text[8 + length] = '\n';
        stops[n] = length++;
    }
    memset(text, 0, 8);
    memset(text + 8 + length, 0, AROUND);
    s->find_runs(s->registry, text + 8, length, &s->of_text);
    for (u32 at = 0; at < length; at += 64)
        for (u64 left = s->of_text.odd[at / 64] | s->of_text.firsts[at / 64]; UNLIKELY(left != 0); left &= left - 1) {
            u64 head = 0;
            while (stops[head] <= at + first_bit(left)) head++;
            if (head < known) continue;
            if (row_is_worth(s, row + head)) tell_row(told, first_row + row + head);
            known = head + 1;
        }
    return n;
}

/* Tell the rows that hold tokens of a key. Returns how many rows were gone through: fewer when one lies outside. */
static u64 tell_worthy_rows(const struct scan_registry *r, const struct scan_plan *plan, const u8 *buffer, u64 length,
                            const u64 *starts, const u64 *ends, u64 n_rows, u64 first_row, struct scan_found *told) {
    struct sifting s;
    s.registry = r;
    s.plan = plan;
    s.find_runs = fastest_finder();
    s.buffer = buffer;
    s.length = length;
    s.starts = starts;
    s.ends = ends;
    for (u64 row = 0, n; row < n_rows; row += n) {
        if ((n = rows_of_text(&s, row, n_rows)) != 0) {
            sift_text(&s, row, n, first_row, told);
        } else if ((n = sift_heads(&s, row, n_rows, first_row, told)) == 0) {
            if (starts[row] > ends[row] || ends[row] > length) return row;
            if (row_is_worth(&s, row)) tell_row(told, first_row + row);
            n = 1;
        }
    }
    return n_rows;
}

#endif
