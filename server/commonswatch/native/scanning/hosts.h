/* Hosts: which family of rules one belongs to. Those that have been seen are kept. */

#ifndef SCAN_HOSTS_H
#define SCAN_HOSTS_H

#include "patterns.h"
#include "hashes.h"

static int host_is_good(span host) { /* `_HOST` of rules/reading.py: labels, the last of letters */
    int labels = 0, n = 0, only_letters = 1;
    if (host.n > LONGEST_HOST) return NO;
    for (u32 i = 0; i <= host.n; i++) {
        u8 c = i < host.n ? host.at[i] : '.';
        if (c == '.') {
            if (n == 0 || n > 63) return NO;
            labels++;
            if (i < host.n) { n = 0; only_letters = 1; }
        } else {
            int is_letter = c >= 'a' && c <= 'z';
            if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') return NO;
            only_letters &= is_letter;
            n++;
        }
    }
    if (labels == 4 && !only_letters && host.at[host.n - 1] <= '9') return UNSURE; /* as an IP address */
    return labels > 1 && only_letters && n > 1;
}

static int look_up(const struct scan_book *b, const int32_t *table, int32_t size, const u8 *p, size_t n) {
    u32 at = (u32)quick(0, p, n) & (u32)(size - 1);
    for (; table[4 * at + 1]; at = (at + 1) & (u32)(size - 1))
        if ((size_t)table[4 * at + 1] == n && !memcmp(b->pool + table[4 * at], p, n)) return table[4 * at + 2];
    return -1;
}

static int family_of(const struct scan_book *b, span host) {
    const u8 *end = host.at + host.n, *p = end;
    int dots = 0;
    while (p > host.at && !(p[-1] == '.' && ++dots == 2)) p--;
    if (look_up(b, b->endings, b->n_endings, p, (size_t)(end - p)) < 0) return ANY_HOST;
    for (p = host.at;;) {
        int family = look_up(b, b->domains, b->n_domains, p, (size_t)(end - p));
        if (family >= 0) return family;
        p = memchr(p, '.', (size_t)(end - p));
        if (p++ == NULL) return ANY_HOST;
    }
}

static int imitates(const struct scan_book *b, span host) {
    const u8 *starts[130], *end = host.at + host.n;
    int n = 1;
    starts[0] = host.at;
    for (const u8 *p = host.at; p < end && n < 129; p++) if (*p == '.') starts[n++] = p + 1;
    starts[n] = end + 1;
    for (int i = 0; i < n; i++)
        for (int j = i + 2; j <= i + b->widest && j <= n - 2; j++)
            if (look_up(b, b->domains, b->n_domains, starts[i], (size_t)(starts[j] - 1 - starts[i])) >= 0) return YES;
    return NO;
}

static void know_host(struct scanner *s, span host, struct host *h) {
    const struct scan_book *b = s->book;
    int good = host_is_good(host), dots = 0;
    h->forms = 0;
    if (seek(host.at, host.at + host.n, (const u8 *)"xn--", 4)) good = UNSURE;
    if (good != YES) {
        h->family = good == NO ? NO_HOST : ASK_HOST;
        return;
    }
    h->family = family_of(b, host);
    if (h->family == ANY_HOST) {
        for (u32 i = 0; i < host.n; i++) dots += host.at[i] == '.';
        if (dots > 2 && imitates(b, host)) h->family = IMITATES;
        return;
    }
    const int32_t *family = b->families + 2 * h->family;
    for (int i = 0; i < family[1]; i++) {
        int program = b->forms[FORM * (family[0] + i) + HOST_PROGRAM];
        values ignored;
        ignored.has = 0;
        int found = program < 0 ? YES : reads(s, program, host, &ignored);
        if (found == UNSURE) { h->family = ASK_HOST; return; }
        if (found) h->forms |= 1ULL << i;
    }
}

static const struct host *known(struct scanner *s, span host, struct host *spare) {
    u64 hash = quick(1, host.at, host.n);
    struct host *h = host.n <= KEPT_HOST ? s->scratch->hosts + (hash & (HOSTS - 1)) : spare;
    if (h != spare && h->hash == hash && h->n == host.n && !memcmp(h->bytes, host.at, host.n)) return h;
    know_host(s, host, h);
    if (h != spare) { h->hash = hash; h->n = (u8)host.n; memcpy(h->bytes, host.at, host.n); }
    return h;
}

#endif
