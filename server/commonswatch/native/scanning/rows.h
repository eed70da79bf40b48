/* Rows: cut into cells as readers/text.py cuts them, and what the cells are read as. */

#ifndef SCAN_ROWS_H
#define SCAN_ROWS_H

#include "forms.h"

static span without_blanks(span text) {
    while (text.n && text.at[0] == ' ') text.at++, text.n--;
    while (text.n && text.at[text.n - 1] == ' ') text.n--;
    return text;
}

/* The digest of a file as a key: `md5:` or `sha256:` and small hexadecimal digits. */
static int digest_key(struct scanner *s, const char *prefix, const u8 *bits, u32 n) {
    static const char hex[] = "0123456789abcdef";
    u32 length = (u32)strlen(prefix);
    u8 *to = room(s, length + 2 * n);
    if (to == NULL) return UNSURE;
    memcpy(to, prefix, length);
    for (u32 i = 0; i < n; i++) {
        to[length + 2 * i] = (u8)hex[bits[i] >> 4];
        to[length + 2 * i + 1] = (u8)hex[bits[i] & 15];
    }
    return key_found(s, (span){to, length + 2 * n}, BY_DIGEST);
}

static int hex_cell(struct scanner *s, span cell, const char *prefix, u32 n) {
    u8 bits[32];
    if (cell.n != 2 * n) return YES;
    for (u32 i = 0; i < n; i++) {
        if (digit(cell.at[2 * i]) < 0 || digit(cell.at[2 * i + 1]) < 0) return YES;
        bits[i] = (u8)(digit(cell.at[2 * i]) * 16 + digit(cell.at[2 * i + 1]));
    }
    return digest_key(s, prefix, bits, n);
}

/* 16 bytes in base64: 22 letters and `==`. Whatever else decodes to 16 bytes, the engine knows. */
static int base64_cell(struct scanner *s, span cell) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    u8 bits[18];
    u32 held = 0;
    int n = 0, many = 0;
    if (cell.n != 24 || cell.at[22] != '=' || cell.at[23] != '=') return UNSURE;
    for (int i = 0; i < 22; i++) {
        const char *at = cell.at[i] ? strchr(letters, cell.at[i]) : NULL;
        if (at == NULL) return UNSURE;
        held = held << 6 | (u32)(at - letters);
        if ((many += 6) >= 8) bits[n++] = (u8)(held >> (many -= 8));
    }
    return digest_key(s, "md5:", bits, 16);
}

/* A cell that is an id: the pattern of its column, and what its key is made of. */
static int pattern_cell(struct scanner *s, const struct scan_plan *plan, int number, span cell) {
    const struct scan_book *book = s->book;
    const int32_t *form = plan->own->forms + FORM * number;
    values v;
    span key;
    int found;
    v.has = 0;
    if (made_readable(s, &cell) != YES) return UNSURE;
    s->book = plan->own;
    found = reads(s, form[PATH_PROGRAM], cell, &v);
    if (found == YES) found = filled(s, form[KEY], &v, &key) == YES ? key_found(s, key, BY_KEY) : UNSURE;
    s->book = book;
    return found == UNSURE ? UNSURE : YES;
}

static int read_cell(struct scanner *s, const struct scan_plan *plan, const int32_t *reading, span cell) {
    new_cell(s);
    s->guessed = 0;
    if (reading[0] == READ_ADDRESS) return find(s, cell, 0);
    cell = without_blanks(cell);
    if (!cell.n) return YES;
    switch (reading[0]) {
    case READ_MD5: return hex_cell(s, cell, "md5:", 16);
    case READ_SHA256: return hex_cell(s, cell, "sha256:", 32);
    case READ_BASE64: return base64_cell(s, cell);
    case READ_PATTERN: return pattern_cell(s, plan, reading[1], cell);
    default: return UNSURE;
    }
}

/* ---- rows: cut as readers/text.py cuts them ---- */

/* A cell in quotes. UNSURE where it is never closed, or where something stands between a quote and a delimiter. */
static int quoted_cell(const u8 **p, const u8 *end, u8 delimiter, span *cell, int *doubled) {
    const u8 *from = *p + 1, *close = next_of(from, end, '"');
    while (end - close >= 2 && close[1] == '"') {
        *doubled = 1;
        close = next_of(close + 2, end, '"');
    }
    if (close == end || (close + 1 < end && close[1] != delimiter) || close - from > INT32_MAX) return UNSURE;
    *cell = (span){from, (u32)(close - from)};
    *p = close + 1;
    return YES;
}

/* Read a cell of a column that is looked at. (Addresses are checked by `find`, which looks at their bytes anyway.) */
static int looked_at(struct scanner *s, const struct scan_plan *plan, const int32_t *reading, span cell) {
    if (!cell.n) return YES;
    if (reading[0] == READ_ENGINE) return without_blanks(cell).n ? UNSURE : YES;
    if (reading[0] != READ_ADDRESS && cell.n <= LONGEST && is_latin(s, cell)) return UNSURE;
    return read_cell(s, plan, reading, cell);
}

static int read_row(struct scanner *s, const struct scan_plan *plan) {
    const u8 *p = s->row_from, *end = s->row_end, *stop;
    for (int column = 0; column < plan->n_columns; column++, p = stop + 1) {
        const int32_t *reading = plan->readings + 2 * column;
        int doubled = 0;
        span cell;
        if (plan->quoted && p < end && (*p == '"' || *p == ' ')) {
            const u8 *from = p;
            while (p < end && *p == ' ') p++;
            if (p < end && *p == '"' && p > from) return UNSURE;
            if (p == end || *p != '"') p = from;
        }
        if (plan->quoted && p < end && *p == '"') {
            stop = p;
            if (quoted_cell(&stop, end, (u8)plan->delimiter, &cell, &doubled) != YES) return UNSURE;
        } else {
            stop = plan->delimiter < 0 ? end : next_of(p, end, (u8)plan->delimiter);
            if (stop - p > INT32_MAX && reading[0] != READ_NOTHING) return UNSURE;
            cell = (span){p, (u32)(stop - p)};
        }
        if (reading[0] != READ_NOTHING && (doubled || looked_at(s, plan, reading, cell) != YES)) return UNSURE;
        if (stop == end) return YES;
    }
    return YES;
}

static int is_blank(u8 c) { return c == ' ' || c == '\t'; }

/* A row whose cells stand between runs of blanks. With more cells than columns an address may hold some. */
static int read_row_of_blanks(struct scanner *s, const struct scan_plan *plan) {
    const u8 *p = s->row_from, *end = s->row_end;
    if (plan->quoted && next_of(p, end, '"') < end) return UNSURE;
    if (end - p > INT32_MAX) return UNSURE;
    for (int column = 0;; column++) {
        while (p < end && is_blank(*p)) p++;
        if (p == end) break;
        if (column == plan->n_columns) {
            if (plan->has_address) return UNSURE;
            break;
        }
        span cell = {p, 0};
        while (p < end && !is_blank(*p)) p++;
        cell.n = (u32)(p - cell.at);
        if (plan->readings[2 * column] != READ_NOTHING && looked_at(s, plan, plan->readings + 2 * column, cell) != YES)
            return UNSURE;
    }
    return YES;
}

static int row_is_read(struct scanner *s, const struct scan_plan *plan, u64 row, const u8 *from, const u8 *end) {
    s->row = row;
    s->row_from = from;
    while (end > from && (end[-1] == '\r' || end[-1] == '\n')) end--;
    s->row_end = end;
    return (plan->delimiter == BLANKS ? read_row_of_blanks : read_row)(s, plan) == YES;
}

static void look_at_row(struct scanner *s, const struct scan_plan *plan, u64 row, const u8 *from, const u8 *end) {
    s->row_start = s->found->n_digests;
    if (row_is_read(s, plan, row, from, end)) return;
    s->found->n_digests = s->row_start;
    note(s, 0);
}

#endif
