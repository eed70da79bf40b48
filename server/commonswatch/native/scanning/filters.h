/* Runs of letters and digits as hashes, and the filters that say whether a registered key has them. */

#ifndef SCAN_FILTERS_H
#define SCAN_FILTERS_H

#include "hashes.h"

enum { SHORTEST_TOKEN = 3, COUNTS = 1 << 22, PAIRS = 32 };

#define SMALL 0x2020202020202020ULL /* makes letters small ones, and leaves digits as they are */
#define ONE_FACTOR 0x9e3779b97f4a7c15ULL
#define OTHER_FACTOR 0xe7037ed1a0b428dbULL

static int is_alnum(u8 c) { return (u8)((c | 0x20) - 'a') < 26 || (u8)(c - '0') < 10; }

/* The hash of a run's last eight letters, small ones; of fewer in the low bytes, the others being 0. */
static FORCED u64 letters_hash(u64 seed, u64 letters) {
    u64 h = ((letters | SMALL) ^ seed) * ONE_FACTOR;
    h = (h ^ h >> 32) * OTHER_FACTOR;
    return h ^ h >> 32;
}

/* The hash of a run of n letters. */
static u64 token_hash(u64 seed, const u8 *run, u32 n) {
    u64 letters = 0;
    for (u32 i = n, last = n > 8 ? n - 8 : 0; i-- > last;) letters = letters << 8 | run[i];
    return letters_hash(seed, letters);
}

static FORCED u64 token_bits(u64 hash) { return 1ULL << (hash >> 58) | 1ULL << (hash >> 52 & 63) | 1ULL << (hash >> 46 & 63); }

/* Whether a run may be the first token of a key. */
static FORCED int is_first(const struct scan_registry *r, u64 hash) {
    u64 bits = token_bits(hash);
    return (r->tokens[hash & r->token_mask] & bits) == bits;
}

/* Where the second tokens of a first one are told, and what is told of one: never 0. */
static FORCED uint16_t *line_of(const struct scan_registry *r, u64 first) { return r->pairs + PAIRS * (first >> 19 & r->pair_mask); }
static FORCED uint16_t tag_of(u64 second) { return (uint16_t)(second >> 30 | !(second >> 30 & 0xFFFF)); }

/* Where the last place of a line is taken, nothing is told of it: all pass. */
static void tell_pair(struct scan_registry *r, u64 first, u64 second) {
    uint16_t *line = line_of(r, first), tag = tag_of(second);
    for (int i = 0; i < PAIRS; i++) {
        if (line[i] && line[i] != tag) continue;
        line[i] = tag;
        return;
    }
}

/* Whether a first token may have one of these runs for its second. */
static int has_pair(const struct scan_registry *r, u64 first, const u64 *hashes, u32 n) {
    const uint16_t *line = line_of(r, first);
    int found = line[PAIRS - 1] != 0;
    for (u32 i = 0; i < n && !found; i++) {
        uint16_t tag = tag_of(hashes[i]);
        for (int j = 0; j < PAIRS; j++) found |= line[j] == tag;
    }
    return found;
}

#endif
