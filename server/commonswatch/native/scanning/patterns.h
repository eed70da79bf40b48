/* Patterns that a text must fit, and templates that are filled with its fields. */

#ifndef SCAN_PATTERNS_H
#define SCAN_PATTERNS_H

#include "programs.h"
#include "changes.h"

/* Set a field. Its parts are written one by one, and read so: copied as a whole they would be waited for. */
static inline void give(values *v, int slot, const u8 *at, u32 n) {
    v->of[slot].at = at;
    v->of[slot].n = n;
    v->has |= 1ULL << slot;
}

/* Whether a whole text fits a program; its fields are then among the values. */
static int reads(struct scanner *s, int program, span text, values *v) {
    const int32_t *of = s->book->programs + 3 * program;
    struct match m;
    int found;
    m.book = s->book;
    m.end = text.at + text.n;
    m.steps = STEPS;
    for (int i = 0; i < 2 * of[1]; i++) m.groups[i] = NULL;
    found = fits(&m, of[0], text.at);
    if (found != YES) return found;
    for (int i = 0; i < of[1]; i++) {
        const int32_t *slot = s->book->words + of[2] + 2 * i;
        if (m.groups[2 * i + 1] == NULL) continue;
        span value = {m.groups[2 * i], (u32)(m.groups[2 * i + 1] - m.groups[2 * i])};
        if (slot[1] && (found = changed(s, &value, slot[1])) != YES) return found;
        give(v, slot[0], value.at, value.n);
    }
    return YES;
}

/* A template with its fields put in: words are the number of pieces, then where and how long, or -1 and the slot. */
static int filled(struct scanner *s, int at, const values *v, span *out) {
    const int32_t *piece = s->book->words + at + 1;
    u8 *start = s->scratch->arena + s->used;
    for (int i = 0; i < s->book->words[at]; i++, piece += 2) {
        const u8 *from;
        size_t n;
        if (piece[0] >= 0) { from = s->book->pool + piece[0]; n = (size_t)piece[1]; }
        else if ((v->has >> piece[1] & 1) && v->of[piece[1]].n) { from = v->of[piece[1]].at; n = v->of[piece[1]].n; }
        else continue;
        u8 *to = room(s, n);
        if (to == NULL) return UNSURE;
        put(to, from, n);
    }
    out->at = start;
    out->n = (u32)(s->scratch->arena + s->used - start);
    return YES;
}

#endif
