/* Programs: expressions as people write them, tried in the same order as Python's `re` does. Of the texts they read,
 * bytes behind the end (`BEHIND`) may be looked at: so runs and words are read 16 bytes at a time. */

#ifndef SCAN_PROGRAMS_H
#define SCAN_PROGRAMS_H

#include "bytes.h"

/* What is turned back to when nothing fits any more: another way, a run that gives back letters, a group as it was. */
struct turn { const u8 *at, *low; int32_t pc; };

struct match {
    const struct scan_book *book;
    const u8 *end;
    const u8 *groups[2 * GROUPS];
    struct turn turns[TURNS];
    int n, steps;
};

static inline int is_next(u8 c) { return (c & 0xC0) == 0x80; } /* a byte that continues a character */

static inline int in_class(const struct match *m, int32_t class, u8 c) { return m->book->classes[256 * class + c]; }

/* Whether what follows may start here: a class, doubled, and one more where it may be that nothing follows. */
static inline int may_follow(const struct match *m, int32_t follows, const u8 *p) {
    return p < m->end ? in_class(m, follows >> 1, *p) : follows & 1;
}

static inline void turn_here_later(struct match *m, const u8 *at, const u8 *low, int32_t pc) {
    if (m->n == TURNS) m->steps = 0; /* so many are not remembered: not sure */
    else m->turns[m->n++] = (struct turn){at, low, pc};
}

/* Behind a word of the pool, if it stands here. */
static inline const u8 *after_word(const struct match *m, const int32_t *word, const u8 *p) {
    const u8 *letters = m->book->pool + word[0];
    if (m->end - p < word[1]) return NULL;
#ifdef SCAN_SSE2
    if (word[1] <= 16) {
        __m128i one = sixteen(p), other = sixteen(letters);
        u32 differ = ~(u32)_mm_movemask_epi8(_mm_cmpeq_epi8(one, other));
        return differ & ((1U << word[1]) - 1) ? NULL : p + word[1];
    }
#endif
    return memcmp(p, letters, (size_t)word[1]) ? NULL : p + word[1];
}

/* Behind the one of some words that stands here: none is the start of another. */
static const u8 *after_words(const struct match *m, const int32_t *op, const u8 *p) {
    const u8 *behind;
    for (const int32_t *word = op + 2, *end = word + 2 * op[1]; word < end; word += 2)
        if (*p == m->book->pool[word[0]] && (behind = after_word(m, word, p)) != NULL) return behind;
    return NULL;
}

/* Behind a run of one byte: mostly it stands there once. */
static inline const u8 *after_same(const struct match *m, const int32_t *op, const u8 *p) {
    const u8 *from = p, byte = (u8)op[7];
    while (p < m->end && *p == byte) p++;
    return p - from < op[2] ? NULL : p;
}

static inline const u8 *after_one(const struct match *m, const int32_t *op, const u8 *p) {
    if (p == m->end || !in_class(m, op[1], *p++)) return NULL;
    if (op[2]) while (p < m->end && is_next(*p)) p++;
    return p;
}

/* The last place, from one on backwards, where what follows a run may start; NULL where there is none. */
static const u8 *last_place(struct match *m, const int32_t *op, const u8 *high, const u8 *low) {
    for (; high >= low; high--) {
        m->steps--;
        if (may_follow(m, op[4], high) && !(op[5] && high < m->end && is_next(*high))) return high;
    }
    return NULL;
}

/* Where a run of at least and at most so many characters of several bytes may end. */
static const u8 *wide_run(const struct match *m, const int32_t *op, const u8 *p, const u8 **low) {
    int n = 0;
    for (*low = p; p < m->end && in_class(m, op[1], *p); p++) {
        if (!is_next(*p)) {
            if (n == op[3]) break;
            n++;
        }
        if (n <= op[2]) *low = p + 1;
    }
    return n < op[2] ? NULL : p;
}

#ifdef SCAN_SSE2
/* Which of 16 bytes lie in any of so many ranges, each a lowest byte and how many more there are. */
static inline u32 in_ranges(__m128i x, const int32_t *ranges, int32_t n) {
    __m128i in = _mm_setzero_si128();
    for (int32_t i = 0; i < n; i++) {
        __m128i above = _mm_sub_epi8(x, _mm_set1_epi8((char)ranges[i]));
        in = _mm_or_si128(in, _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)(ranges[i] >> 8))), above));
    }
    return (u32)_mm_movemask_epi8(in);
}
#endif

/* Where the bytes of a class end. */
static inline const u8 *class_end(const struct match *m, const int32_t *op, const u8 *p, const u8 *limit) {
    if (op[6] == STOP) return first_of(p, limit, (u8)op[7]);
    if (op[6] == STOPS_NEVER) return limit;
#ifdef SCAN_SSE2
    if (op[6] > 0) {
        for (; p < limit; p += 16) {
            u32 others = ~in_ranges(sixteen(p), op + 7, op[6]) & 0xFFFF;
            if (others) return p + FIRST_BIT(others) < limit ? p + FIRST_BIT(others) : limit;
        }
        return limit;
    }
#endif
    while (p < limit && in_class(m, op[1], *p)) p++;
    return p;
}

/* As much as can be, and what the least is. */
static inline const u8 *run_end(const struct match *m, const int32_t *op, const u8 *p, const u8 **low) {
    const u8 *high, *limit = m->end;
    if (op[5] && (op[2] > 1 || limit - p > op[3])) return wide_run(m, op, p, low);
    if (limit - p > op[3]) limit = p + op[3];
    high = class_end(m, op, p, limit);
    *low = p + op[2];
    if (op[5] && op[2]) while (*low < high && is_next(**low)) ++*low;
    return high - p < op[2] ? NULL : high;
}

static inline const u8 *after_run(struct match *m, const int32_t *op, const u8 *p) {
    const u8 *low, *high = run_end(m, op, p, &low);
    if (high == NULL || op[0] == RUN_ALL) return high;
    high = last_place(m, op, high, low);
    if (high != NULL && high > low) turn_here_later(m, high - 1, low, (int32_t)(op - m->book->code));
    return high;
}

/* Take the turn that was met last. Returns where to go on, NULL where all have been taken. */
static const u8 *turned_back(struct match *m, int32_t *pc) {
    while (m->n) {
        const struct turn *turn = &m->turns[--m->n];
        const u8 *at = turn->at, *low = turn->low;
        *pc = turn->pc;
        if (*pc < 0) { m->groups[-1 - *pc] = at; continue; }
        if (low == NULL) return at;
        at = last_place(m, m->book->code + *pc, at, low);
        if (at == NULL) continue;
        if (at > low) turn_here_later(m, at - 1, low, *pc);
        *pc += RUN_LENGTH;
        return at;
    }
    return NULL;
}

/* The first of two ways that what stands here may be of; the other one for later, if it may be, too. */
static inline const u8 *on_a_way(struct match *m, const int32_t *op, const u8 *p, int32_t *pc) {
    int other = may_follow(m, op[3], p);
    if (may_follow(m, op[1], p)) {
        if (other) turn_here_later(m, p, NULL, op[2]);
        *pc += 4;
        return p;
    }
    *pc = op[2];
    return other ? p : NULL;
}

static int fits(struct match *m, int32_t pc, const u8 *p) {
    for (m->n = 0; m->steps > 0; m->steps--) {
        const int32_t *op = m->book->code + pc;
        switch (op[0]) {
        case END: if (p == m->end) return YES; p = NULL; break;
        case LITERAL: p = after_word(m, op + 1, p); pc += 3; break;
        case WORDS: p = after_words(m, op, p); pc += 2 + 2 * op[1]; break;
        case SET: p = after_one(m, op, p); pc += 3; break;
        case RUN: case RUN_ALL: p = after_run(m, op, p); pc += RUN_LENGTH; break;
        case SAME: p = after_same(m, op, p); pc += RUN_LENGTH; break;
        case SPLIT: p = on_a_way(m, op, p, &pc); break;
        case JUMP: pc = op[1]; break;
        case SAVE:
            if (m->n) turn_here_later(m, m->groups[op[1]], NULL, -1 - op[1]);
            m->groups[op[1]] = p;
            pc += 2;
            break;
        default: return UNSURE;
        }
        if (p == NULL && (p = turned_back(m, &pc)) == NULL) return m->steps > 0 ? NO : UNSURE;
    }
    return UNSURE;
}

#endif
