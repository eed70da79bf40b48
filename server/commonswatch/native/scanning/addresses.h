/* Addresses cut into parts (rules/reading.py). */

#ifndef SCAN_ADDRESSES_H
#define SCAN_ADDRESSES_H

#include "hosts.h"

struct address {
    int explicit;
    const struct host *place;
    struct host spare;
    span host, port, path, search, fragment; /* search: with its question mark, or empty */
    u64 letters;
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

static const u8 *end_of(const u8 *p, const u8 *end, const char *stops) {
    while (p < end && !strchr(stops, *p)) p++;
    return p;
}

static int read_host(struct scanner *s, span written, struct address *a) {
    u8 *to = room(s, written.n);
    u32 n = 0;
    if (to == NULL) return UNSURE;
    a->port.n = 0;
    for (; n < written.n && written.at[n] != ':'; n++) {
        u8 c = written.at[n];
        if (c >= 0x80) return UNSURE;
        to[n] = c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    if (n < written.n) { /* a port */
        span port = {written.at + n, written.n - n};
        if (port.n > 6) return NO;
        for (u32 i = 1; i < port.n; i++) if (port.at[i] < '0' || port.at[i] > '9') return port.at[i] < 0x80 ? NO : UNSURE;
        while (port.n > 1 && port.at[1] == '0') { port.at++; port.n--; }
        if (port.n > 1 && !equals(port, ":80") && !equals(port, "080") && !equals(port, ":443") && !equals(port, "0443")) a->port = port;
    }
    if (n && to[n - 1] == '.') n--;
    a->host.at = to;
    a->host.n = n;
    if (!n) return NO;
    a->place = known(s, a->host, &a->spare);
    return a->place->family == NO_HOST ? NO : a->place->family == ASK_HOST ? UNSURE : YES;
}

/* Cut an address into parts (rules/reading.py, `read_address`). */
static int read_address(struct scanner *s, span text, struct address *a) {
    const u8 *p, *end, *from;
    int odd, found;
    p = text.at;
    end = p + text.n;
    a->explicit = 0;
    if (text.n > 7 && (p[0] | 0x20) == 'h' && (p[1] | 0x20) == 't' && (p[2] | 0x20) == 't' && (p[3] | 0x20) == 'p') {
        from = p + 4 + ((p[4] | 0x20) == 's');
        if (from[0] == ':' && from[1] == '/' && from[2] == '/') { p = from + 3; a->explicit = 1; }
    } else if (text.n >= 2 && p[0] == '/' && p[1] == '/') { p += 2; a->explicit = 1; }
    if (a->explicit) while (p < end && *p == '/') p++;
    from = p;
    while (p < end && *p != '/' && *p != '?' && *p != '#') p++;
    if (!a->explicit && (p == end || *p != '/')) return NO;
    span host = {from, (u32)(p - from)};
    from = p;
    const u64 *const bits = s->book->letters; /* the uppermost two: an end, a sign that must be looked at */
    u64 letters = 0, bit;
    for (; p < end && !((bit = bits[*p]) >> 63); p++) letters |= bit;
    odd = (int)(letters >> 62 & 1);
    a->letters = letters;
    a->path.at = from;
    a->path.n = (u32)(p - from);
    from = p;
    if (p < end && *p == '?') p = memchr(p, '#', (size_t)(end - p));
    if (p == NULL) p = end;
    a->search.at = from;
    a->search.n = p - from > 1 ? (u32)(p - from) : 0;
    a->fragment.at = p < end ? p + 1 : p;
    a->fragment.n = (u32)(end - a->fragment.at);
    if ((found = read_host(s, host, a)) != YES) return found;
    if (a->search.n && memchr(a->search.at, ';', a->search.n)) return UNSURE;
    if (a->fragment.n && memchr(a->fragment.at, ';', a->fragment.n)) return UNSURE;
    if (!a->path.n) { a->path.at = (const u8 *)"/"; a->path.n = 1; }
    if (!odd) return YES;
    if ((found = settled(s, a->path, "%/?#", &a->path)) != YES) return found;
    while (a->path.n && a->path.at[a->path.n - 1] == ' ') a->path.n--;
    for (u32 i = 0; i < a->path.n; i++) a->letters |= s->book->letters[a->path.at[i]];
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
