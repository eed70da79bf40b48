/* Bytes: read and written several at once, compared, and sought. */

#ifndef SCAN_BYTES_H
#define SCAN_BYTES_H

#include "base.h"

static inline int lowest_bit(u64 bits) {
    return (u32)bits ? (int)FIRST_BIT((u32)bits) : 32 + (int)FIRST_BIT((u32)(bits >> 32));
}

static inline u64 read8(const u8 *p) { u64 x; memcpy(&x, p, 8); return x; }
static inline u64 read4(const u8 *p) { u32 x; memcpy(&x, p, 4); return x; }

/* As memcpy, for texts that are short. */
static inline void put(u8 *to, const u8 *from, size_t n) {
    if (n > 16) {
        for (size_t i = 0; i < n - 16; i += 16) memcpy(to + i, from + i, 16);
        memcpy(to + n - 16, from + n - 16, 16);
    } else if (n >= 8) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else for (size_t i = 0; i < n; i++) to[i] = from[i];
}

/* Whether two texts are the same; for texts that are short. */
static inline int same(span one, span other) {
    if (one.n != other.n) return NO;
    if (one.n < 8) return !memcmp(one.at, other.at, one.n);
    for (u32 i = 0; i + 8 < one.n; i += 8) if (read8(one.at + i) != read8(other.at + i)) return NO;
    return read8(one.at + one.n - 8) == read8(other.at + one.n - 8);
}

#ifdef SCAN_SSE2
static inline __m128i sixteen(const u8 *p) { return _mm_loadu_si128((const __m128i *)p); }

static inline u32 equal_to(__m128i x, u8 c) {
    return (u32)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)c)));
}

/* Which of 16 bytes at p lie behind the end. */
static inline u32 behind(const u8 *p, const u8 *end) { return end - p < 16 ? ~0U << (end - p) : 0; }
#endif

/* Where a byte stands first, or the end. */
static inline const u8 *next_of(const u8 *p, const u8 *end, u8 wanted) {
#ifdef SCAN_SSE2
    const u8 *from = p;
    for (; end - p >= 16; p += 16) {
        u32 found = equal_to(sixteen(p), wanted);
        if (found) return p + FIRST_BIT(found);
    }
    if (p > from) { /* the last bytes, with some of those before them */
        u32 found = equal_to(sixteen(end - 16), wanted) >> (16 - (end - p));
        return found ? p + FIRST_BIT(found) : end;
    }
#endif
    while (p < end && *p != wanted) p++;
    return p;
}

/* The same where bytes behind the end may be read. */
static inline const u8 *first_of(const u8 *p, const u8 *end, u8 wanted) {
#ifdef SCAN_SSE2
    for (;; p += 16) {
        u32 stops = equal_to(sixteen(p), wanted) | behind(p, end);
        if (stops) return p + FIRST_BIT(stops);
    }
#else
    return next_of(p, end, wanted);
#endif
}

#endif
