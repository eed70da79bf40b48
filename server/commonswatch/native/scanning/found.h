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

/* Write down a key with each of its works; UNSURE where there is no room left. Without a registry all are written. */
static int key_shown(struct scanner *s, span key, int how) {
    const struct scan_registry *r = s->registry;
    struct scan_matches *m = s->matches;
    u64 hash = quick(r->seed, key.at, key.n), check = r->checks ? sip(r->secret, key.at, key.n) : 0;
    int is_there = 0;
    for (u64 at = hash & r->mask; r->checks == NULL ? !is_there : r->slots[at] != 0; at = (at + 1) & r->mask) {
        if (r->checks && (r->slots[at] != hash || r->checks[at] != check)) continue;
        if (m->n == m->most || m->text_room - m->text_size < key.n) { m->most = 0; return UNSURE; }
        if (!is_there) memcpy(m->texts + m->text_size, key.at, key.n);
        m->text_size += is_there ? 0 : key.n;
        is_there = 1;
        m->rows[m->n] = (u32)s->row;
        m->works[m->n] = r->works ? r->works[at] : 0;
        m->hows[m->n] = (u8)how;
        m->text_ends[m->n++] = (u32)m->text_size;
    }
    return YES;
}

static int key_found(struct scanner *s, span key, int how) {
    struct scan_found *f = s->found;
    if (UNLIKELY(s->matches != NULL)) return key_shown(s, key, s->guessed && how == BY_KEY ? BY_GUESS : how);
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
