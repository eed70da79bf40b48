/* Entries in order: digests are spread evenly, so one pass by their leading bits leaves a few at each place, which are
   put in order where they are. Where digests are not spread it is slower and as right. */

#ifndef INDEXING_ORDER_H
#define INDEXING_ORDER_H

#include "base.h"

#define ROWS_OF_A_KEY 4096 /* of a key that stands in more rows the first are kept */
#define FENCE_BITS 12
#define MOST_PLACE_BITS 24
#define FEW 24 /* entries that are put in order one by one */

static int is_before(const Entry *a, const Entry *b) {
    return a->digest < b->digest || (a->digest == b->digest && a->row < b->row);
}

static void order_few(Entry *entries, uint64_t many) {
    for (uint64_t i = 1; i < many; i++) {
        Entry moved = entries[i];
        uint64_t at = i;
        for (; at && is_before(&moved, &entries[at - 1]); at--) entries[at] = entries[at - 1];
        entries[at] = moved;
    }
}

static void sink(Entry *entries, uint64_t at, uint64_t many) {
    Entry moved = entries[at];
    for (uint64_t child; (child = 2 * at + 1) < many; at = child) {
        if (child + 1 < many && is_before(&entries[child], &entries[child + 1])) child++;
        if (!is_before(&moved, &entries[child])) break;
        entries[at] = entries[child];
    }
    entries[at] = moved;
}

static void order_as_heap(Entry *entries, uint64_t many) {
    for (uint64_t at = many / 2; at--;) sink(entries, at, many);
    for (uint64_t end = many - 1; end; end--) {
        Entry last = entries[end];
        entries[end] = entries[0];
        entries[0] = last;
        sink(entries, 0, end);
    }
}

/* A key that stands in many rows fills its place; its rows mostly came in order. */
static void order(Entry *entries, uint64_t many) {
    uint64_t i = 1;
    if (many <= FEW) {
        order_few(entries, many);
        return;
    }
    while (i < many && !is_before(&entries[i], &entries[i - 1])) i++;
    if (i < many) order_as_heap(entries, many);
}

/* How many leading bits all digests have in common, at most 63. */
static uint32_t common_bits(const Entry *entries, uint64_t many) {
    uint64_t differing = 0;
    uint32_t common = 0;
    for (uint64_t i = 1; i < many; i++) differing |= entries[i].digest ^ entries[0].digest;
    while (common < 63 && !(differing << common >> 63)) common++;
    return common;
}

/* Entries by the leading `bits` bits that their digests do not have in common, the lowest `cut` bits of them gone:
   starts, of 2^bits + 1 numbers, says where each place begins. */
static void spread(const Entry *entries, uint64_t many, uint32_t cut, Entry *into, uint32_t *starts, uint32_t bits) {
    const uint32_t skip = common_bits(entries, many), shift = 64 - bits;
    const uint64_t places = (uint64_t)1 << bits;
    memset(starts, 0, (places + 1) * sizeof *starts);
    for (uint64_t i = 0; i < many; i++) starts[(entries[i].digest >> cut << cut << skip >> shift) + 1]++;
    for (uint64_t place = 1; place <= places; place++) starts[place] += starts[place - 1];
    for (uint64_t i = 0; i < many; i++) {
        uint64_t digest = entries[i].digest >> cut << cut;
        Entry *at = &into[starts[digest << skip >> shift]++];
        at->digest = digest;
        at->row = entries[i].row;
    }
    memmove(starts + 1, starts, places * sizeof *starts);
    starts[0] = 0;
}

/* Each entry once, and the first rows of each key. */
static uint64_t keep_once(const Entry *from, uint64_t many, Entry *into) {
    uint64_t kept = 0, begins = 0;
    for (uint64_t i = 0; i < many; i++) {
        if (kept && into[kept - 1].digest == from[i].digest) {
            if (into[kept - 1].row == from[i].row || kept - begins >= ROWS_OF_A_KEY) continue;
        } else {
            begins = kept;
        }
        into[kept++] = from[i];
    }
    return kept;
}

#endif
