/* The nearest kernel: every 256-bit fingerprint of a segment within 31 bits of a question, by multi-index hashing.

   A segment is one block of memory, usually a mapped file; docs/nearest.md describes it. Whatever is read from it is
   checked against its bounds before it is used. Nothing is allocated here. Numbers are little-endian: on a machine that
   is not, nearest_supported() says no and the twin in numpy does the work. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#define INLINE static inline __attribute__((always_inline))
#else
#define PREFETCH(address) ((void)(address))
#define INLINE static inline
#endif

#define MOST_BANDS 32
#define MOST_PROBES 512 /* of one band: 1 + 30 + 30 * 29 / 2 = 466 for a width of 30 */
#define MOST_LOW 6
#define AT_ONCE 128 /* candidates that are fetched before the first is compared */
#define AHEAD 2     /* entries that are copied without asking how many there are */

typedef struct {
    const uint8_t *base;
    uint64_t length;
    uint64_t count;
    const uint8_t *dead; /* one bit for each fingerprint; may be null */
    uint64_t bits_at;
    uint32_t bands;
    uint32_t low;
    uint32_t width[MOST_BANDS];
    uint32_t radius[MOST_BANDS];
    uint32_t offset[MOST_BANDS];
    uint64_t starts_at[MOST_BANDS];
    uint64_t entries_at[MOST_BANDS];
} Segment;

typedef struct {
    uint64_t capacity;
    uint64_t total; /* may be above capacity: then nothing more is written, and the caller comes again with more room */
    uint32_t *positions;
    uint16_t *distances;
} Found;

typedef struct {
    const Segment *segment;
    const uint64_t *query;
    uint32_t limit;
    uint32_t waiting;
    uint32_t candidates[AT_ONCE + AHEAD];
    uint8_t bands[AT_ONCE + AHEAD]; /* in which each candidate was met */
    Found *found;
} Asked;

typedef struct {
    uint32_t first;
    uint32_t last;
    uint64_t allowed; /* bit i: entries whose low bits differ from the question's by the pattern i are within reach */
} Range;

static int fits(uint64_t at, uint64_t size, uint64_t length) { return at % 8 == 0 && at <= length && size <= length - at; }

EXPORT int nearest_supported(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* Whether all parts lie within the memory and all numbers within their limits: 1 or 0. */
EXPORT int nearest_check(const Segment *s) {
    if (!s->base || s->bands == 0 || s->bands > MOST_BANDS || s->low > MOST_LOW) return 0;
    if (s->count >= ((uint64_t)1 << (32 - s->low)) || s->count >= UINT32_MAX) return 0;
    if ((uintptr_t)s->base % 8 || !fits(s->bits_at, s->count * 32, s->length)) return 0;
    for (uint32_t b = 0; b < s->bands; b++) {
        if (s->width[b] <= s->low || s->width[b] > 30 || s->radius[b] > 2) return 0;
        if (s->offset[b] > 256 || s->width[b] > 256 - s->offset[b]) return 0;
        if (!fits(s->starts_at[b], (((uint64_t)1 << (s->width[b] - s->low)) + 1) * 4, s->length)) return 0;
        if (!fits(s->entries_at[b], s->count * 4, s->length)) return 0;
    }
    return 1;
}

INLINE uint32_t band_of(const uint64_t *bits, uint32_t offset, uint32_t width) {
    uint32_t word = offset / 64, shift = offset % 64;
    uint64_t value = bits[word] >> shift;
    if (shift + width > 64) value |= bits[word + 1] << (64 - shift);
    return (uint32_t)(value & (((uint64_t)1 << width) - 1));
}

#if defined(__GNUC__) || defined(__clang__)
#define COUNT(x) ((uint32_t)__builtin_popcountll(x))
#else
static uint32_t COUNT(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    return (uint32_t)((((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u) >> 56);
}
#endif

INLINE uint32_t apart(const uint64_t *a, const uint64_t *b) {
    return COUNT(a[0] ^ b[0]) + COUNT(a[1] ^ b[1]) + COUNT(a[2] ^ b[2]) + COUNT(a[3] ^ b[3]);
}

INLINE void note(Found *found, uint32_t position, uint32_t distance) {
    if (found->total < found->capacity) {
        found->positions[found->total] = position;
        found->distances[found->total] = (uint16_t)distance;
    }
    found->total++;
}

INLINE int is_dead(const uint8_t *dead, uint32_t position) { return dead && (dead[position / 8] >> (position % 8) & 1); }

INLINE const uint64_t *bits_of(const Segment *s, uint32_t position) {
    return (const uint64_t *)(s->base + s->bits_at) + (uint64_t)position * 4;
}

/* A fingerprint is met in every band in which it is near; only the first of them counts. */
INLINE uint32_t first_band(const Segment *s, const uint64_t *a, const uint64_t *c) {
    uint32_t b = 0;
    while (b < s->bands && COUNT(band_of(a, s->offset[b], s->width[b]) ^ band_of(c, s->offset[b], s->width[b])) > s->radius[b])
        b++;
    return b;
}

INLINE void compare(Asked *asked) {
    const Segment *s = asked->segment;
    for (uint32_t i = 0; i < asked->waiting; i++) {
        const uint64_t *bits = bits_of(s, asked->candidates[i]);
        uint32_t distance = apart(bits, asked->query);
        if (distance <= asked->limit && !is_dead(s->dead, asked->candidates[i]) &&
            first_band(s, bits, asked->query) == asked->bands[i])
            note(asked->found, asked->candidates[i], distance);
    }
    asked->waiting = 0;
}

/* Keep a candidate if it is within reach; without asking first, since most of the time that costs more. */
INLINE void keep(Asked *asked, uint32_t b, uint32_t position, uint32_t is_near) {
    const Segment *s = asked->segment;
    asked->candidates[asked->waiting] = position;
    asked->bands[asked->waiting] = (uint8_t)b;
    PREFETCH(bits_of(s, position));
    asked->waiting += is_near & (position < s->count);
}

INLINE uint64_t reach(uint32_t low, uint32_t radius) {
    uint64_t allowed = 0;
    for (uint32_t pattern = 0; pattern < (1u << low); pattern++)
        if (COUNT(pattern) <= radius) allowed |= (uint64_t)1 << pattern;
    return allowed;
}

/* Fetch what the next band will ask for first. */
INLINE void fetch_starts(const Segment *s, uint32_t b, uint32_t value) {
    const uint32_t *starts = (const uint32_t *)(s->base + s->starts_at[b]);
    uint32_t here = value >> s->low;
    PREFETCH(starts + here);
    for (uint32_t i = 4; i < s->width[b] - s->low; i++) PREFETCH(starts + (here ^ 1u << i));
}

/* The blocks of one band within its radius of the question: where their entries are. */
INLINE uint32_t find_ranges(const Segment *s, uint32_t b, uint32_t value, Range *ranges) {
    const uint32_t *starts = (const uint32_t *)(s->base + s->starts_at[b]);
    const uint32_t *entries = (const uint32_t *)(s->base + s->entries_at[b]);
    const uint64_t within[3] = {reach(s->low, 0), reach(s->low, 1), reach(s->low, 2)};
    uint32_t high = s->width[b] - s->low, here = value >> s->low, many = 0, kept = 0, probes[MOST_PROBES];
    probes[many++] = here;
    for (uint32_t i = 0; s->radius[b] >= 1 && i < high; i++) probes[many++] = here ^ 1u << i;
    for (uint32_t i = 1; s->radius[b] >= 2 && i < high; i++)
        for (uint32_t j = 0; j < i; j++) probes[many++] = here ^ 1u << i ^ 1u << j;
    for (uint32_t i = 0; i < many; i++) PREFETCH(starts + probes[i]);
    for (uint32_t i = 0; i < many; i++) {
        uint32_t first = starts[probes[i]], last = starts[probes[i] + 1], flips = i == 0 ? 0 : i <= high ? 1 : 2;
        if (first >= last || last > s->count) continue;
        ranges[kept].first = first;
        ranges[kept].last = last;
        ranges[kept++].allowed = within[s->radius[b] - flips];
        PREFETCH(entries + first);
        PREFETCH(entries + last - 1);
    }
    return kept;
}

INLINE void search_band(Asked *asked, uint32_t b, uint32_t value, const Range *ranges, uint32_t many) {
    const Segment *s = asked->segment;
    const uint32_t *entries = (const uint32_t *)(s->base + s->entries_at[b]);
    const uint32_t low = s->low, own = value & ((1u << low) - 1), mask = (uint32_t)(((uint64_t)1 << (32 - low)) - 1);
    for (uint32_t i = 0; i < many; i++) {
        const Range *range = ranges + i;
        uint32_t at = range->first;
        if (asked->waiting > AT_ONCE - AHEAD) compare(asked);
        if (low == 0 && at + AHEAD <= s->count) {
            for (uint32_t j = 0; j < AHEAD; j++) keep(asked, b, entries[at + j], at + j < range->last);
            at += AHEAD;
        }
        for (; at < range->last; at++) {
            uint32_t pattern = (uint32_t)((uint64_t)entries[at] >> (32 - low)) ^ own;
            keep(asked, b, entries[at] & mask, (uint32_t)(range->allowed >> pattern & 1));
            if (asked->waiting >= AT_ONCE) compare(asked);
        }
    }
}

INLINE void scan(const uint64_t *bits, uint64_t count, const uint8_t *dead, const uint64_t *query, uint32_t limit,
                 Found *found) {
    for (uint64_t i = 0; i < count; i++) {
        uint32_t distance = apart(bits + i * 4, query);
        if (distance <= limit && !is_dead(dead, (uint32_t)i)) note(found, (uint32_t)i, distance);
    }
}

/* One question. Where many fingerprints share their bands, so that they would be met often, all are compared once. */
INLINE void search_one(const Segment *s, const uint64_t *query, uint32_t limit, Found *found) {
    Asked asked;
    Range ranges[MOST_PROBES];
    uint64_t before = found->total, met = 0;
    asked.segment = s, asked.query = query, asked.limit = limit, asked.waiting = 0, asked.found = found;
    for (uint32_t b = 0; b < s->bands; b++) {
        uint32_t value = band_of(query, s->offset[b], s->width[b]);
        uint32_t many = find_ranges(s, b, value, ranges);
        for (uint32_t i = 0; i < many; i++) met += ranges[i].last - ranges[i].first;
        if (met > 2 * s->count) {
            found->total = before;
            scan(bits_of(s, 0), s->count, s->dead, query, limit, found);
            return;
        }
        if (b + 1 < s->bands) fetch_starts(s, b + 1, band_of(query, s->offset[b + 1], s->width[b + 1]));
        search_band(&asked, b, value, ranges, many);
    }
    compare(&asked);
}

INLINE void search_all(const Segment *s, const uint8_t *queries, uint64_t many, uint32_t limit, uint64_t *ends,
                       Found *found) {
    for (uint64_t i = 0; i < many; i++) {
        uint64_t query[4];
        memcpy(query, queries + i * 32, 32);
        search_one(s, query, limit, found);
        ends[i] = found->total;
    }
}

INLINE void scan_all(const uint64_t *bits, uint64_t count, const uint8_t *queries, uint64_t many, uint32_t limit,
                     uint64_t *ends, Found *found) {
    for (uint64_t i = 0; i < many; i++) {
        uint64_t query[4];
        memcpy(query, queries + i * 32, 32);
        scan(bits, count, NULL, query, limit, found);
        ends[i] = found->total;
    }
}

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_CHOICE 1
__attribute__((target("popcnt"))) static void search_all_popcnt(const Segment *s, const uint8_t *queries, uint64_t many,
                                                                uint32_t limit, uint64_t *ends, Found *found) {
    search_all(s, queries, many, limit, ends, found);
}
__attribute__((target("popcnt"))) static void scan_all_popcnt(const uint64_t *bits, uint64_t count,
                                                              const uint8_t *queries, uint64_t many, uint32_t limit,
                                                              uint64_t *ends, Found *found) {
    scan_all(bits, count, queries, many, limit, ends, found);
}
#endif

/* Search a segment for many questions; limit is at most 31. ends[i] says where the finds of question i end.
   Returns how many were found, or -1 for a segment that does not hold. */
EXPORT int64_t nearest_search(const Segment *s, const uint8_t *queries, uint64_t many, uint32_t limit, uint64_t *ends,
                              uint32_t *positions, uint16_t *distances, uint64_t capacity) {
    Found found = {capacity, 0, positions, distances};
    if (limit > 31 || !nearest_check(s)) return -1;
#ifdef HAS_CHOICE
    if (__builtin_cpu_supports("popcnt")) {
        search_all_popcnt(s, queries, many, limit, ends, &found);
        return (int64_t)found.total;
    }
#endif
    search_all(s, queries, many, limit, ends, &found);
    return (int64_t)found.total;
}

/* Compare all of a short list with many questions; as nearest_search. */
EXPORT int64_t nearest_scan(const uint8_t *bits, uint64_t count, const uint8_t *queries, uint64_t many, uint32_t limit,
                            uint64_t *ends, uint32_t *positions, uint16_t *distances, uint64_t capacity) {
    Found found = {capacity, 0, positions, distances};
    if (count >= UINT32_MAX || (uintptr_t)bits % 8) return -1;
#ifdef HAS_CHOICE
    if (__builtin_cpu_supports("popcnt")) {
        scan_all_popcnt((const uint64_t *)bits, count, queries, many, limit, ends, &found);
        return (int64_t)found.total;
    }
#endif
    scan_all((const uint64_t *)bits, count, queries, many, limit, ends, &found);
    return (int64_t)found.total;
}

/* Sort the positions of all fingerprints into the blocks of each band. The segment's memory must be writable.
   Returns 0, or -1 for a segment that does not hold. */
EXPORT int nearest_build(const Segment *s) {
    if (!nearest_check(s)) return -1;
    const uint64_t *bits = (const uint64_t *)(s->base + s->bits_at);
    for (uint32_t b = 0; b < s->bands; b++) {
        uint32_t *starts = (uint32_t *)(uintptr_t)(s->base + s->starts_at[b]);
        uint32_t *entries = (uint32_t *)(uintptr_t)(s->base + s->entries_at[b]);
        uint64_t blocks = (uint64_t)1 << (s->width[b] - s->low);
        uint32_t own = (1u << s->low) - 1;
        memset(starts, 0, (blocks + 1) * 4);
        for (uint64_t i = 0; i < s->count; i++) starts[(band_of(bits + i * 4, s->offset[b], s->width[b]) >> s->low) + 1]++;
        for (uint64_t i = 1; i <= blocks; i++) starts[i] += starts[i - 1];
        for (uint64_t i = 0; i < s->count; i++) {
            uint32_t value = band_of(bits + i * 4, s->offset[b], s->width[b]);
            uint32_t at = starts[value >> s->low]++;
            if (at < s->count) entries[at] = (uint32_t)((uint64_t)(value & own) << (32 - s->low)) | (uint32_t)i;
        }
        memmove(starts + 1, starts, blocks * 4);
        starts[0] = 0;
    }
    return 0;
}
