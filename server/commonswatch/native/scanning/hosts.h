/* Hosts: which family of rules one belongs to. Those that have been seen are kept. */

#ifndef SCAN_HOSTS_H
#define SCAN_HOSTS_H

#include "patterns.h"
#include "hashes.h"

/* Which bytes of a short host are what: a bit for each. */
struct labels { u64 dots, letters, others; };

#ifdef SCAN_SSE2
static inline __m128i among(__m128i x, char low, char high) { /* of ASCII */
    __m128i above = _mm_cmpgt_epi8(x, _mm_set1_epi8((char)(low - 1)));
    return _mm_and_si128(above, _mm_cmpgt_epi8(_mm_set1_epi8((char)(high + 1)), x));
}

static inline u64 bits_of(__m128i x, u32 at) { return (u64)(u32)_mm_movemask_epi8(x) << at; }
#endif

static struct labels labels_of(span host) { /* bytes behind it may be read */
    struct labels is = {0, 0, 0};
    u64 all = (1ULL << host.n) - 1;
#ifdef SCAN_SSE2
    for (u32 i = 0; i < host.n; i += 16) {
        __m128i x = sixteen(host.at + i);
        __m128i lines = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('-')), _mm_cmpeq_epi8(x, _mm_set1_epi8('_')));
        is.dots |= bits_of(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')), i);
        is.letters |= bits_of(among(x, 'a', 'z'), i);
        is.others |= bits_of(_mm_or_si128(among(x, '0', '9'), lines), i);
    }
#else
    for (u32 i = 0; i < host.n; i++) {
        u8 c = host.at[i];
        u64 bit = 1ULL << i;
        if (c == '.') is.dots |= bit;
        else if (c >= 'a' && c <= 'z') is.letters |= bit;
        else if ((c >= '0' && c <= '9') || c == '-' || c == '_') is.others |= bit;
    }
#endif
    return (struct labels){is.dots & all, is.letters & all, is.others & all};
}

/* `_HOST` of rules/reading.py, for hosts of at most 63 bytes: labels, the last of two letters or more. */
static int short_host_is_good(span host, int *has_many_dots) {
    struct labels is = labels_of(host);
    u64 end = 1ULL << host.n, but_two = is.dots & (is.dots - 1);
    but_two &= but_two - 1;
    *has_many_dots = but_two != 0;
    if ((is.dots | is.letters | is.others) != end - 1) return NO;
    if (!is.dots || (is.dots & (is.dots << 1 | 1)) || is.dots >= end >> 1) return NO; /* a label without letters */
    if (is.dots > is.others) return is.dots < end >> 2; /* the last byte that is no letter is a dot */
    return but_two && !(but_two & (but_two - 1)) && host.at[host.n - 1] <= '9' ? UNSURE : NO; /* as an IP address */
}

static int long_host_is_good(span host) {
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
    int has_many_dots = 1, good = host.n < 64 ? short_host_is_good(host, &has_many_dots) : long_host_is_good(host);
    h->forms = 0;
    if (seek(host.at, host.at + host.n, (const u8 *)"xn--", 4)) good = UNSURE;
    if (good != YES) {
        h->family = good == NO ? NO_HOST : ASK_HOST;
        return;
    }
    h->family = family_of(b, host);
    if (h->family == ANY_HOST) {
        if (has_many_dots && imitates(b, host)) h->family = IMITATES;
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

/* Whether two hosts are the same. Bytes behind both may be read. */
static inline int same_host(const struct host *h, span host) {
#ifdef SCAN_SSE2
    for (u32 i = 0; i < host.n; i += 16) {
        __m128i one = sixteen(h->bytes + i), other = sixteen(host.at + i);
        u32 same = (u32)_mm_movemask_epi8(_mm_cmpeq_epi8(one, other));
        if (host.n - i < 16) same |= ~0U << (host.n - i);
        if ((same & 0xFFFF) != 0xFFFF) return NO;
    }
    return YES;
#else
    return !memcmp(h->bytes, host.at, host.n);
#endif
}

static const struct host *known(struct scanner *s, span host, u64 hash, struct host *spare) {
    struct host *h = host.n <= KEPT_HOST ? s->scratch->hosts + (hash & (HOSTS - 1)) : spare;
    if (h != spare && h->hash == hash && h->n == host.n && same_host(h, host)) return h;
    know_host(s, host, h);
    if (h != spare) { h->hash = hash; h->n = (u8)host.n; put(h->bytes, host.at, host.n); }
    return h;
}

#endif
