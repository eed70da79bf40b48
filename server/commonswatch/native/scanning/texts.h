/* Texts that are made: their room, UTF-8, escapes. */

#ifndef SCAN_TEXTS_H
#define SCAN_TEXTS_H

#include "bytes.h"

/* ---- scratch space for made texts ---- */

static u8 *room(struct scanner *s, size_t n) {
    if (n > ARENA - s->used) return NULL;
    u8 *at = s->scratch->arena + s->used;
    s->used += (u32)n;
    return at;
}

/* Make bytes behind a text of a block readable: a text at the very end of its block is copied. */
static int made_readable(struct scanner *s, span *text) {
    u8 *to;
    if (s->readable - (text->at + text->n) >= BEHIND) return YES;
    if ((to = room(s, text->n)) == NULL) return UNSURE;
    put(to, text->at, text->n);
    text->at = to;
    return YES;
}

static int has_digests(const struct scanner *s) { return s->secret != NULL && s->found->n_digests > s->row_start; }

/* Room for the next cell. The last key of a row is kept as long as it has digests. */
static void new_cell(struct scanner *s) {
    if (has_digests(s) && s->used < ARENA / 2) return;
    s->used = 0;
    s->last.n = 0;
}

static int given_back(struct scanner *s, const u8 *end) { s->used = (u32)(end - s->scratch->arena); return YES; }

static int equals(span a, const char *b) { return a.n == strlen(b) && !memcmp(a.at, b, a.n); }

/* Where some letters stand, by their first and last; NULL where they do not. Bytes behind the end may be read. */
static const u8 *seek(const u8 *p, const u8 *end, const u8 *what, size_t n) {
    const u8 *last;
    if (n == 0 || (size_t)(end - p) < n) return n ? NULL : p;
    last = end - n;
#ifdef SCAN_SSE2
    for (; p <= last; p += 16) {
        u32 found = equal_to(sixteen(p), what[0]) & equal_to(sixteen(p + n - 1), what[n - 1]);
        for (; found; found &= found - 1) {
            const u8 *at = p + FIRST_BIT(found);
            if (at > last) return NULL;
            if (!memcmp(at, what, n)) return at;
        }
    }
#endif
    for (; p <= last; p++) if (*p == what[0] && !memcmp(p, what, n)) return p;
    return NULL;
}

/* ---- UTF-8 and escapes ---- */

/* Bytes of the character at p, 0 where it is none. Overlong forms and halves of pairs are none. */
static int letter(const u8 *p, const u8 *end) {
    ptrdiff_t n = end - p;
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2) return 0;
    if (p[0] < 0xE0) return n >= 2 && is_next(p[1]) ? 2 : 0;
    if (p[0] < 0xF0) {
        if (n < 3 || !is_next(p[1]) || !is_next(p[2])) return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
        return 3;
    }
    if (p[0] > 0xF4 || n < 4 || !is_next(p[1]) || !is_next(p[2]) || !is_next(p[3])) return 0;
    return (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F) ? 0 : 4;
}

/* Whether a character is a control or a separator of lines: no part of any address. */
static int unsafe(const u8 *p, int n) {
    if (n == 1) return p[0] < 0x20 || p[0] == 0x7F;
    if (n == 2) return p[0] == 0xC2 && p[1] < 0xA0;
    return n == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
}

/* Whether all bytes of a text lie within bounds. */
static inline int is_within(span text, u8 lowest, u8 highest) {
    int within = 1;
#ifdef SCAN_SSE2
    const __m128i low = _mm_set1_epi8((char)lowest), high = _mm_set1_epi8((char)highest);
    __m128i odd = _mm_setzero_si128();
    for (u32 i = 0; text.n >= 16; i += 16) { /* the last 16 bytes, and those before them again where they are fewer */
        u32 at = i + 16 < text.n ? i : text.n - 16;
        __m128i here = sixteen(text.at + at);
        odd = _mm_or_si128(odd, _mm_or_si128(_mm_subs_epu8(low, here), _mm_subs_epu8(here, high)));
        if (i + 16 >= text.n) return _mm_movemask_epi8(_mm_cmpeq_epi8(odd, _mm_setzero_si128())) == 0xFFFF;
    }
#endif
    for (u32 i = 0; i < text.n; i++) within &= text.at[i] >= lowest && text.at[i] <= highest;
    return within;
}

static int is_printable(span text) { return is_within(text, 0x20, 0x7E); } /* and ASCII */

static int is_ascii(span text) { return is_within(text, 0, 0x7F); }

static int is_utf8(const u8 *p, const u8 *end) {
    for (int n; p < end; p += n) {
        if (LIKELY(*p < 0x80)) n = 1;
        else if (!(n = letter(p, end))) return NO;
    }
    return YES;
}

/* NO for what holds controls, UNSURE for what is not UTF-8. */
static int plain(span text) {
    const u8 *p = text.at, *end = p + text.n;
    while (p < end) {
        int n = letter(p, end);
        if (!n) return UNSURE;
        if (unsafe(p, n)) return NO;
        p += n;
    }
    return YES;
}

static int digit(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int escape(const u8 *p, const u8 *end) {
    if (end - p < 3 || p[0] != '%' || digit(p[1]) < 0 || digit(p[2]) < 0) return -1;
    return digit(p[1]) * 16 + digit(p[2]);
}

static u8 *escaped(u8 *to, const u8 *bytes, int n) {
    static const char hex[] = "0123456789ABCDEF";
    for (int i = 0; i < n; i++) { *to++ = '%'; *to++ = (u8)hex[bytes[i] >> 4]; *to++ = (u8)hex[bytes[i] & 15]; }
    return to;
}

/* Percent-decode all that keeps its meaning (rules/reading.py, `_settled`). UNSURE for `&amp;`-like texts. */
static int settled(struct scanner *s, span text, const char *keep, span *out) {
    u8 *to = room(s, 3 * (size_t)text.n), *start = to;
    const u8 *p = text.at, *end = p + text.n;
    if (to == NULL) return UNSURE;
    while (p < end) {
        u8 run[4];
        int first, n = 1;
        if (*p == ';') return UNSURE;
        if (*p != '%') { *to++ = *p++; continue; }
        first = escape(p, end);
        if (first < 0) { to = escaped(to, p++, 1); continue; }
        run[0] = (u8)first;
        if (first >= 0xC0 && first < 0xF8) {
            int wanted = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, next;
            while (n < wanted && (next = escape(p + 3 * n, end)) >= 0 && is_next((u8)next)) run[n++] = (u8)next;
            if (n < wanted) n = 1;
        }
        if (letter(run, run + n) != n || unsafe(run, n) || (n == 1 && strchr(keep, run[0]))) to = escaped(to, run, n);
        else if (run[0] == ';') return UNSURE;
        else { memcpy(to, run, (size_t)n); to += n; }
        p += 3 * n;
    }
    out->at = start;
    out->n = (u32)(to - start);
    return given_back(s, to);
}

#endif
