/* The registry: keys with their works, and the tokens they are known by. */

#ifndef SCAN_REGISTRY_H
#define SCAN_REGISTRY_H

#include "filters.h"

static u8 *count_of(const struct scan_registry *r, const u8 *run, u32 n) {
    return r->counts + (token_hash(r->seed, run, n) & (COUNTS - 1));
}

/* Where a key may have tokens: behind the words that say what kind of key it is. */
static const u8 *behind_kind(const u8 *key, const u8 *end) {
    const u8 *colon;
    int url = end - key > 4 && !memcmp(key, "url:", 4);
    for (int i = 0; i < 2 - url && (colon = memchr(key, ':', (size_t)(end - key))) != NULL; i++) key = colon + 1;
    return key;
}

static const u8 *next_run(const u8 **p, const u8 *end) {
    const u8 *from;
    while (*p < end && !is_alnum(**p)) (*p)++;
    for (from = *p; *p < end && is_alnum(**p);) (*p)++;
    return from;
}

static void count_runs(struct scan_registry *r, const u8 *key, const u8 *end) {
    for (const u8 *p = behind_kind(key, end); p < end;) {
        const u8 *run = next_run(&p, end);
        if (p - run < SHORTEST_TOKEN) continue;
        u8 *count = count_of(r, run, (u32)(p - run));
        if (*count < UINT8_MAX) ++*count;
    }
}

/* What a key is known by before any row is read: the run of letters and digits that the fewest keys have, of those the
 * longest, digits counting more. Empty where none is long enough; not the one at `but`. */
static span token_of(const struct scan_registry *r, const u8 *key, const u8 *end, u32 least, const u8 *but) {
    u32 best_count = UINT32_MAX, best_score = 0;
    span best = {NULL, 0};
    const u8 *path = memchr(key, '/', (size_t)(end - key));
    for (const u8 *p = behind_kind(key, end); p < end;) {
        const u8 *run = next_run(&p, end);
        u32 n = (u32)(p - run), count, score = n, few = n;
        if (n < least || run == but) continue;
        for (const u8 *digit = run; n > 4 && digit < p && score == few; digit++) if (*digit <= '9') score += 6;
        few = *count_of(r, run, n);
        if (path && run < path) few <<= 3; /* many have a host in common, and not all keys are counted yet */
        for (count = 0; few; few >>= 1) count++; /* about as many are the same: they are counted by hash */
        if (count < best_count || (count == best_count && score > best_score)) {
            best = (span){run, n};
            best_count = count;
            best_score = score;
        }
    }
    return best;
}

static void set_tokens(struct scan_registry *r, span first, span second) {
    u64 hash = token_hash(r->seed, first.at, first.n);
    r->tokens[hash & r->token_mask] |= token_bits(hash);
    tell_pair(r, hash, token_hash(r->seed, second.at, second.n));
}

/* Make rows with a certain run of letters and digits be read, whatever else they hold. */
EXPORT void scan_mark(struct scan_registry *r, const u8 *run, u64 n) { set_tokens(r, (span){run, (u32)n}, (span){run, (u32)n}); }

/* Set the tokens of many keys. Returns how many have none that is long enough. */
EXPORT u64 scan_tokens(struct scan_registry *r, const u8 *keys, const int64_t *lengths, u64 n) {
    u64 without = 0;
    const u8 *key = keys;
    for (u64 i = 0; i < n; key += lengths[i], i++) count_runs(r, key, key + lengths[i]);
    key = keys;
    for (u64 i = 0; i < n; key += lengths[i], i++) {
        const u8 *end = key + lengths[i];
        span first = token_of(r, key, end, (u32)r->least, NULL), second;
        if (!first.n && r->least > SHORTEST_TOKEN) { /* then the runs of rows are looked up that are as short */
            first = token_of(r, key, end, SHORTEST_TOKEN, NULL);
            if (first.n) r->least = SHORTEST_TOKEN;
        }
        second = token_of(r, key, end, (u32)r->least, first.at);
        if (first.n) set_tokens(r, first, second.n ? second : first);
        else without++;
    }
    return without;
}

/* Put keys into a registry. Two works may have one key. Returns how many were put in: fewer than n when it is full. */
EXPORT u64 scan_register(struct scan_registry *r, const u8 *p, const int64_t *lengths, const u32 *works, u64 n, u64 free_slots) {
    u64 done = 0;
    for (; done < n && done < free_slots; p += lengths[done], done++) {
        u64 hash = quick(r->seed, p, (size_t)lengths[done]), at = hash & r->mask;
        while (r->slots[at]) at = (at + 1) & r->mask;
        r->slots[at] = hash;
        r->checks[at] = sip(r->secret, p, (size_t)lengths[done]);
        r->works[at] = works[done];
    }
    return done;
}

/* Move all that is in a registry into a larger one, which is empty. */
EXPORT void scan_move(const struct scan_registry *from, struct scan_registry *to) {
    for (u64 i = 0; i <= from->mask; i++) {
        u64 hash = from->slots[i], at = hash & to->mask;
        if (!hash) continue;
        while (to->slots[at]) at = (at + 1) & to->mask;
        to->slots[at] = hash;
        to->checks[at] = from->checks[i];
        to->works[at] = from->works[i];
    }
}

/* The works of a key. Returns how many there are, of which at most `most` are written. */
EXPORT u64 scan_works(const struct scan_registry *r, const u8 *key, u64 n, u32 *works, u64 most) {
    u64 found = 0, hash = quick(r->seed, key, (size_t)n), check = sip(r->secret, key, (size_t)n);
    for (u64 at = hash & r->mask; r->slots[at]; at = (at + 1) & r->mask)
        if (r->slots[at] == hash && r->checks[at] == check) {
            if (found < most) works[found] = r->works[at];
            found++;
        }
    return found;
}

#endif
