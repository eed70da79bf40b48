/* Programs: expressions as people write them, tried in the same order as Python's `re` does. */

#ifndef SCAN_PROGRAMS_H
#define SCAN_PROGRAMS_H

#include "base.h"

struct match {
    const struct scan_book *book;
    const u8 *end;
    const u8 *groups[2 * GROUPS];
    int steps;
};

static inline int is_next(u8 c) { return (c & 0xC0) == 0x80; } /* a byte that continues a character */

static int fits(struct match *m, int pc, const u8 *p);

static int run_fits(struct match *m, int pc, const u8 *p) {
    const int32_t *op = m->book->code + pc;
    const u8 *class = m->book->classes + 256 * op[1], *next = op[4] < 0 ? NULL : m->book->classes + 256 * op[4];
    const u8 *low = p, *high = p;
    int wide = op[5], least = op[2], most = op[3], n = 0;
    if (!wide) {
        const u8 *limit = m->end - p > most ? p + most : m->end;
        while (high < limit && class[*high]) high++;
        if (high - p < least) return NO;
        low = p + least;
    } else {
        for (; high < m->end && class[*high]; high++) {
            if (!is_next(*high)) {
                if (n == most) break;
                n++;
            }
            if (n <= least) low = high + 1;
        }
        if (n < least) return NO;
        if (!least) low = p;
    }
    if (op[0] == RUN_ALL) return fits(m, pc + 6, high);
    for (;; high--) { /* as much as can be, then less and less */
        if (!(wide && high < m->end && is_next(*high)) && (next == NULL || (high < m->end && next[*high]))) {
            int found = fits(m, pc + 6, high);
            if (found) return found;
        }
        if (high == low) return NO;
        if (--m->steps < 0) return UNSURE;
    }
}

static int fits(struct match *m, int pc, const u8 *p) {
    const struct scan_book *book = m->book;
    for (;;) {
        const int32_t *op = book->code + pc;
        if (--m->steps < 0) return UNSURE;
        switch (op[0]) {
        case END:
            return p == m->end;
        case LITERAL:
            if (m->end - p < op[2] || *p != book->pool[op[1]] || memcmp(p, book->pool + op[1], (size_t)op[2])) return NO;
            p += op[2];
            pc += 3;
            break;
        case SET:
            if (p == m->end || !book->classes[256 * op[1] + *p]) return NO;
            p++;
            if (op[2]) while (p < m->end && is_next(*p)) p++;
            pc += 3;
            break;
        case RUN:
        case RUN_ALL:
            return run_fits(m, pc, p);
        case SPLIT:
            if (op[1] < 0 || (p < m->end && book->classes[256 * op[1] + *p])) {
                int found = fits(m, pc + 3, p);
                if (found) return found;
            }
            pc = op[2];
            break;
        case JUMP:
            pc = op[1];
            break;
        case SAVE: {
            const u8 *before = m->groups[op[1]];
            m->groups[op[1]] = p;
            int found = fits(m, pc + 2, p);
            if (found != YES) m->groups[op[1]] = before;
            return found;
        }
        default:
            return UNSURE;
        }
    }
}

#endif
