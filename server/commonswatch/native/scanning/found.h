/* What becomes of a key that was found: candidates, digests, or its text and works. */

#ifndef SCAN_FOUND_H
#define SCAN_FOUND_H

#include "hashes.h"

static void settle_ring(struct scanner *s) {
    const struct scan_registry *r = s->registry;
    struct scan_found *f = s->found;
    for (u32 i = 0; i < s->ring; i++) {
        u64 hash = s->scratch->ring[i].hash, row = s->scratch->ring[i].row, at = hash & r->mask;
        if (hash) {
            while (r->slots[at] && r->slots[at] != hash) at = (at + 1) & r->mask;
            if (!r->slots[at]) continue;
        }
        if (!f->n_rows || f->rows[f->n_rows - 1] != row) { f->rows[f->n_rows] = row; f->asked[f->n_rows++] = 0; }
        f->asked[f->n_rows - 1] |= !hash;
    }
    s->ring = 0;
}

static void note(struct scanner *s, u64 hash) {
    if (s->ring == RING) settle_ring(s);
    if (hash) PREFETCH(s->registry->slots + (hash & s->registry->mask));
    s->scratch->ring[s->ring].hash = hash;
    s->scratch->ring[s->ring++].row = s->row;
}

/* Write down a work of a key, unless the row is known to hold it by a way as sure. */
static void work_shown(struct scan_matches *m, u64 row, u32 work, int how, u32 start, u32 end) {
    u64 at = m->row_start;
    while (at < m->n && m->works[at] != work) at++;
    if (at < m->n && m->hows[at] <= how) return;
    m->n += at == m->n;
    m->rows[at] = (u32)row;
    m->works[at] = work;
    m->hows[at] = (u8)how;
    m->text_starts[at] = start;
    m->text_ends[at] = end;
}

/* Whether the row has told this very text before: the first time counts. */
static int is_shown(const struct scan_matches *m, span key) {
    for (u64 i = m->row_start; i < m->n; i++) {
        u32 start = m->text_starts[i];
        if (m->text_ends[i] - start == key.n && !memcmp(m->texts + start, key.at, key.n)) return YES;
    }
    return NO;
}

/* Write down a key with each of its works; UNSURE where there is no room left. Without a registry all are written. */
static int key_shown(struct scanner *s, span key, int how) {
    const struct scan_registry *r = s->registry;
    struct scan_matches *m = s->matches;
    u64 hash = quick(r->seed, key.at, key.n), at = hash & r->mask, check;
    u32 start = (u32)m->text_size, works = 0;
    if (r->slots) {
        PREFETCH(r->checks + at); /* three places far away: at once rather than one after the other */
        PREFETCH(r->works + at);
        if (!r->slots[at]) return YES;
    }
    if (is_shown(m, key)) return YES;
    check = r->slots ? sip(r->secret, key.at, key.n) : 0;
    for (; r->slots == NULL ? !works : r->slots[at] != 0; at = (at + 1) & r->mask) {
        if (r->slots && (r->slots[at] != hash || r->checks[at] != check)) continue;
        if (m->n == m->most || m->text_room - m->text_size < key.n) { m->most = 0; return UNSURE; }
        if (!works++) memcpy(m->texts + start, key.at, key.n);
        work_shown(m, s->row, r->slots ? r->works[at] : (u32)m->n, how, start, start + key.n);
    }
    if (works) m->text_size += key.n;
    return YES;
}

/* Put the matches of the last row in order of their works. */
static void in_order_of_works(struct scan_matches *m) {
    for (u64 i = m->row_start + 1; i < m->n; i++)
        for (u64 j = i; j > m->row_start && m->works[j - 1] > m->works[j]; j--) {
            u32 *columns[] = {m->works, m->text_starts, m->text_ends};
            u8 how = m->hows[j];
            for (int column = 0; column < 3; column++) {
                u32 moved = columns[column][j];
                columns[column][j] = columns[column][j - 1];
                columns[column][j - 1] = moved;
            }
            m->hows[j] = m->hows[j - 1];
            m->hows[j - 1] = how;
        }
}

/* Whether a key is the one that this row has had last: a picture and its page mostly have the same. */
static int is_had(struct scanner *s, span key) {
    if (has_digests(s) && same(key, s->last)) return YES;
    s->last = key;
    return NO;
}

static int key_found(struct scanner *s, span key, int how) {
    struct scan_found *f = s->found;
    if (UNLIKELY(s->matches != NULL)) return key_shown(s, key, s->guessed && how == BY_KEY ? BY_GUESS : how);
    if (s->secret != NULL && is_had(s, key)) return YES;
    note(s, quick(s->registry->seed, key.at, key.n));
    if (s->secret == NULL) return YES;
    u64 digest = sip(s->secret, key.at, key.n);
    for (u64 i = s->row_start; i < f->n_digests; i++) if (f->digests[i] == digest) return YES;
    if (f->n_digests - s->row_start == MOST_KEYS) return UNSURE;
    f->digests[f->n_digests] = digest;
    f->digest_rows[f->n_digests++] = s->row;
    return YES;
}

#endif
