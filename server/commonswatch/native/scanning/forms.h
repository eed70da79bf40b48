/* Forms of addresses on known hosts and of other texts (rules/rulebook.py, `find`). */

#ifndef SCAN_FORMS_H
#define SCAN_FORMS_H

#include "generic.h"

static int find(struct scanner *s, span text, int depth);

/* Whether the MD5 of one field starts with the others, in hexadecimal. */
static int md5_fits(const struct scan_book *b, const int32_t *form, const values *v) {
    const int32_t *slot = b->words + form[MD5];
    static const char hex[] = "0123456789abcdef";
    for (int i = 0; i < form[N_MD5]; i++, slot += 2) {
        span name = v->of[slot[0]], start = v->of[slot[1]];
        if (start.n > 8) return UNSURE;
        u32 digest = md5_start(name.at, name.n);
        for (u32 j = 0; j < start.n; j++) {
            u8 byte = (u8)(digest >> (8 * (j >> 1)));
            if (start.at[j] != (u8)hex[j & 1 ? byte & 15 : byte >> 4]) return NO;
        }
    }
    return YES;
}

static int given(struct scanner *s, const int32_t *form, const values *v, const struct address *a, int depth) {
    span made;
    s->guessed |= form[GUESSED];
    switch (form[ACTION]) {
    case NOTHING:
        return YES;
    case GIVES_KEY:
        if (seconds(s, form, v, ~0ULL, YES) != YES) return UNSURE;
        if (form[KEY] >= 0 && (filled(s, form[KEY], v, &made) != YES || key_found(s, made, BY_KEY) != YES)) return UNSURE;
        return seconds(s, form, v, ~0ULL, NO);
    case GIVES_ADDRESS:
        if (filled(s, form[ADDRESS], v, &made) != YES) return UNSURE;
        if (a && a->fragment.n && !memchr(made.at, '#', made.n)) {
            u8 *to = room(s, a->fragment.n + 1);
            if (to == NULL) return UNSURE;
            *to = '#';
            memcpy(to + 1, a->fragment.at, a->fragment.n);
            made.n += a->fragment.n + 1;
        }
        return depth < DEEPEST ? find(s, made, depth + 1) : YES;
    case IS_GENERIC:
        return a ? on_any_host(s, a) : UNSURE;
    default:
        return UNSURE;
    }
}

/* Whether an address on a known host has a form: its path, the parameters it must have, its MD5. */
static int form_fits(struct scanner *s, const int32_t *form, const struct address *a, values *v) {
    const struct scan_book *b = s->book;
    int found;
    v->has = 0;
    found = form[PATH_PROGRAM] < 0 ? YES : reads(s, form[PATH_PROGRAM], a->path, v);
    if (found != YES) return found;
    if (form[HOST_PROGRAM] >= 0 && b->programs[3 * form[HOST_PROGRAM] + 1]) {
        found = reads(s, form[HOST_PROGRAM], a->host, v);
        if (found != YES) return UNSURE;
    }
    v->of[SLOT_SEARCH] = a->search;
    v->has |= 1ULL << SLOT_SEARCH;
    for (int i = 0; i < form[N_QUERY]; i++) {
        const int32_t *one = b->words + form[QUERY] + 3 * i;
        span name = {b->pool + one[0], (u32)one[1]}, value;
        found = parameter(a, name, &value);
        if (found == YES) found = one[2] < 0 ? UNSURE : reads(s, one[2], value, v);
        if (found != YES) return found;
    }
    return form[N_MD5] ? md5_fits(b, form, v) : YES;
}

/* The forms of a family that a path may have, by how its first part and its second start. */
static u64 open_forms(const u64 *openings, span path) {
    const u8 *p = path.at, *end = p + path.n, *second;
    while (p < end && *p == '/') p++;
    for (second = first_of(p, end, '/'); second < end && *second == '/';) second++;
    return openings[p < end ? *p : '/'] & openings[256 + (second < end ? *second : '/')];
}

static int at_place(struct scanner *s, const struct address *a, int depth) {
    const int32_t *family = s->book->families + 2 * a->place->family;
    u64 forms = a->place->forms & open_forms(s->book->openings + OPENINGS * a->place->family, a->path);
    if (a->port.n) return YES;
    for (; forms; forms &= forms - 1) {
        const int32_t *form = s->book->forms + FORM * (family[0] + lowest_bit(forms));
        values v;
        int found = form_fits(s, form, a, &v);
        if (found == UNSURE) return UNSURE;
        if (found) return given(s, form, &v, a, depth);
    }
    return YES;
}

/* The first form of a text that is no address, such as a file name. YES: one fits, and what it gives is given. */
static int texts(struct scanner *s, span text, int depth, int is_address) {
    const struct scan_book *b = s->book;
    text = trimmed(text, 0);
    int checked = NO;
    if (!is_address && !tail_fits(b, OF_TEXTS, text)) return NO; /* the automaton knows only texts that give keys */
    for (int i = 0; i < b->n_texts; i++) {
        const int32_t *form = b->forms + FORM * (b->texts + i), *need = b->words + form[NEEDS];
        values v;
        int found;
        if (!seek(text.at, text.at + text.n, b->pool + need[0], (size_t)need[1])) continue;
        if (!seek(text.at, text.at + text.n, b->pool + need[2], (size_t)need[3])) continue;
        if (!checked && (checked = is_printable(text) ? YES : plain(text)) != YES) return checked == NO ? NO : UNSURE;
        v.has = 0;
        found = form[PATH_PROGRAM] < 0 ? UNSURE : reads(s, form[PATH_PROGRAM], text, &v);
        if (found == YES && form[N_MD5]) found = md5_fits(b, form, &v);
        if (found == YES) return given(s, form, &v, NULL, depth) == UNSURE ? UNSURE : YES;
        if (found) return found;
    }
    return NO;
}

/* Bytes that are not UTF-8 anywhere in a row make all of it Latin-1. */
static int is_latin(const struct scanner *s, span cell) {
    return s->row_from != NULL && UNLIKELY(!is_ascii(cell)) && !is_utf8(s->row_from, s->row_end);
}

/* All keys of one text (rules/rulebook.py, `find`). UNSURE: the engine must be asked. */
static int find(struct scanner *s, span text, int depth) {
    struct address a;
    span whole;
    int found;
    if (UNLIKELY(text.n > LONGEST)) return is_ascii(text) && trimmed(text, 0).n > LONGEST ? YES : UNSURE;
    if (depth == 0 && made_readable(s, &text) != YES) return UNSURE;
    whole = trimmed(text, 1);
    if (UNLIKELY(!is_printable(whole))) {
        if (has_hidden_ends(whole) || (depth == 0 && is_latin(s, whole))) return UNSURE;
        found = plain(whole);
        if (found != YES) return found == NO ? YES : UNSURE;
    }
    found = read_address(s, whole, &a);
    if (found == UNSURE) return UNSURE;
    if (found == YES && a.place->family >= 0) return at_place(s, &a, depth);
    if (found == NO || !a.explicit) {
        int is_text = texts(s, text, depth, found == YES);
        if (is_text) return is_text;
    }
    if (found == NO || a.place->family == IMITATES) return YES;
    return on_any_host(s, &a);
}

#endif
