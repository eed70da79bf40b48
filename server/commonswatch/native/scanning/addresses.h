/* Addresses cut into parts (rules/reading.py). */

#ifndef SCAN_ADDRESSES_H
#define SCAN_ADDRESSES_H

#include "hosts.h"

struct address {
    int explicit;
    const struct host *place;
    struct host spare;
    span host, port, path, search, fragment; /* search: with its question mark, or empty */
};

static int is_around(u8 c, int signs) { return c <= 0x20 || (signs && (c == '<' || c == '>' || c == '"')); }

/* Without blanks and controls at both ends, and without the signs that stand around addresses in texts. */
static span trimmed(span text, int signs) {
    while (text.n && is_around(text.at[0], signs)) text.at++, text.n--;
    while (text.n && is_around(text.at[text.n - 1], signs)) text.n--;
    return text;
}

/* Whether letters without width, which are cut off, stand at an end. */
static int has_hidden_ends(span text) {
    static const u8 hidden[5][3] = {{0xE2, 0x80, 0x8B}, {0xE2, 0x80, 0x8C}, {0xE2, 0x80, 0x8D}, {0xE2, 0x81, 0xA0}, {0xEF, 0xBB, 0xBF}};
    for (int i = 0; text.n >= 3 && i < 5; i++)
        if (!memcmp(text.at, hidden[i], 3) || !memcmp(text.at + text.n - 3, hidden[i], 3)) return YES;
    return NO;
}

/* ---- where something stands in texts behind which bytes may be read ---- */

static const u8 *host_end(const u8 *p, const u8 *end) {
#ifdef SCAN_SSE2
    for (;; p += 16) {
        __m128i here = sixteen(p);
        u32 stops = equal_to(here, '/') | equal_to(here, '?') | equal_to(here, '#') | behind(p, end);
        if (stops) return p + FIRST_BIT(stops);
    }
#else
    while (p < end && *p != '/' && *p != '?' && *p != '#') p++;
    return p;
#endif
}

/* Where a path ends, and whether it must be settled. */
static const u8 *path_end(const u8 *p, const u8 *end, int *odd) {
    *odd = 0;
#ifdef SCAN_SSE2
    for (;; p += 16) {
        __m128i here = sixteen(p);
        u32 stops = equal_to(here, '?') | equal_to(here, '#') | behind(p, end);
        u32 signs = equal_to(here, '%') | equal_to(here, ';') | equal_to(here, ' ');
        *odd |= (signs & (stops ? (stops & -stops) - 1 : ~0U)) != 0;
        if (stops) return p + FIRST_BIT(stops);
    }
#else
    for (; p < end && *p != '?' && *p != '#'; p++) *odd |= *p == '%' || *p == ';' || *p == ' ';
    return p;
#endif
}

/* A host in small letters, up to its port or end, with a hash of it. UNSURE: it is not ASCII. */
static int small_host(u8 *to, span written, u32 *n, u64 *hash) {
    u32 i = 0;
#ifdef SCAN_SSE2
    static const u8 kept[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    for (*hash = 0;; i += 16) { /* hashed as it is made: what was just written is slow to read otherwise */
        __m128i here = sixteen(written.at + i), large = among(here, 'A', 'Z');
        u32 stops = equal_to(here, ':') | behind(written.at + i, written.at + written.n);
        u32 last = stops ? (u32)FIRST_BIT(stops) : 16;
        if ((u32)_mm_movemask_epi8(here) & ((1U << last) - 1)) return UNSURE;
        here = _mm_or_si128(here, _mm_and_si128(large, _mm_set1_epi8(0x20)));
        _mm_storeu_si128((__m128i *)(to + i), here);
        here = _mm_and_si128(here, sixteen(kept + 16 - last));
        *hash = mixed(*hash, (u64)_mm_cvtsi128_si64(here), (u64)_mm_cvtsi128_si64(_mm_unpackhi_epi64(here, here)));
        if (!stops) continue;
        *n = i + last;
        return YES;
    }
#else
    for (; i < written.n && written.at[i] != ':'; i++) {
        u8 c = written.at[i];
        if (c >= 0x80) return UNSURE;
        to[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    *n = i;
    *hash = quick(1, to, i);
    return YES;
#endif
}

static int read_port(span port, span *out) {
    if (port.n > 6) return NO;
    for (u32 i = 1; i < port.n; i++) if (port.at[i] < '0' || port.at[i] > '9') return port.at[i] < 0x80 ? NO : UNSURE;
    while (port.n > 1 && port.at[1] == '0') { port.at++; port.n--; }
    if (port.n > 1 && !equals(port, ":80") && !equals(port, "080") && !equals(port, ":443") && !equals(port, "0443")) *out = port;
    return YES;
}

/* A host as it is looked up later: where that is done comes from far memory. */
static int read_host(struct scanner *s, span written, struct address *a, u64 *hash) {
    u8 *to = room(s, (size_t)written.n + 16);
    u32 n;
    int found;
    if (to == NULL || small_host(to, written, &n, hash) != YES) return UNSURE;
    PREFETCH(s->scratch->hosts + (*hash & (HOSTS - 1)));
    a->port.n = 0;
    if (n < written.n && (found = read_port((span){written.at + n, written.n - n}, &a->port)) != YES) return found;
    if (n && to[n - 1] == '.') n--;
    a->host.at = to;
    a->host.n = n;
    return n ? YES : NO;
}

/* Where the host is: behind `http://`, `https://` or `//` and further slashes, or where no such thing is, at the start. */
static const u8 *host_start(const u8 *p, const u8 *end, int *explicit) {
    const u8 *from;
    *explicit = 0;
    if (end - p > 7 && (read4(p) | 0x20202020) == read4((const u8 *)"http")) {
        from = p + 4 + ((p[4] | 0x20) == 's');
        if (from[0] == ':' && from[1] == '/' && from[2] == '/') { p = from + 3; *explicit = 1; }
    } else if (end - p >= 2 && p[0] == '/' && p[1] == '/') { p += 2; *explicit = 1; }
    if (*explicit) while (p < end && *p == '/') p++;
    return p;
}

/* Cut an address into parts (rules/reading.py, `read_address`). */
static int read_address(struct scanner *s, span text, struct address *a) {
    static const u8 root[BEHIND] = "/";
    const u8 *end = text.at + text.n, *from = host_start(text.at, end, &a->explicit), *p = host_end(from, end);
    int odd, found;
    if (!a->explicit && (p == end || *p != '/')) return NO;
    u64 hash;
    if ((found = read_host(s, (span){from, (u32)(p - from)}, a, &hash)) != YES) return found;
    from = p;
    p = path_end(p, end, &odd);
    a->path = from == p ? (span){root, 1} : (span){from, (u32)(p - from)};
    from = p;
    if (p < end && *p == '?') p = memchr(p, '#', (size_t)(end - p));
    if (p == NULL) p = end;
    a->search = (span){from, p - from > 1 ? (u32)(p - from) : 0};
    a->fragment.at = p < end ? p + 1 : p;
    a->fragment.n = (u32)(end - a->fragment.at);
    a->place = known(s, a->host, hash, &a->spare);
    if (a->place->family == NO_HOST || a->place->family == ASK_HOST) return a->place->family == NO_HOST ? NO : UNSURE;
    if (a->search.n && memchr(a->search.at, ';', a->search.n)) return UNSURE;
    if (a->fragment.n && memchr(a->fragment.at, ';', a->fragment.n)) return UNSURE;
    if (!odd) return YES;
    if ((found = settled(s, a->path, "%/?#", &a->path)) != YES) return found;
    while (a->path.n && a->path.at[a->path.n - 1] == ' ') a->path.n--;
    return YES;
}

/* The value of the first parameter of a name; NO where there is none. UNSURE for values to be decoded. */
static int parameter(const struct address *a, span name, span *value) {
    span rest = {a->search.at + 1, a->search.n - 1};
    if (equals(name, "#")) {
        *value = a->fragment;
        if (!value->n) return NO;
    } else {
        if (!a->search.n) return NO;
        for (;;) {
            const u8 *end = memchr(rest.at, '&', rest.n);
            span pair = {rest.at, end ? (u32)(end - rest.at) : rest.n};
            if (pair.n >= name.n && !memcmp(pair.at, name.at, name.n) && (pair.n == name.n || pair.at[name.n] == '=')) {
                u32 skip = name.n + (pair.n > name.n);
                value->at = pair.at + skip;
                value->n = pair.n - skip;
                break;
            }
            if (end == NULL) return NO;
            rest.n -= pair.n + 1;
            rest.at = end + 1;
        }
    }
    return memchr(value->at, '%', value->n) || (name.at[0] != '#' && memchr(value->at, '+', value->n)) ? UNSURE : YES;
}

#endif
