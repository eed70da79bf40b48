/* The runs of letters and digits in a text, 64 bytes at a time: in plain C, for AVX2 and for AVX-512. */

#ifndef SCAN_RUNS_H
#define SCAN_RUNS_H

#include "filters.h"

enum { PIECE = 8192, BLOCKS = PIECE / 64, AROUND = 64 }; /* bytes of a text; bytes that can be read before and behind it */
enum { MOST_RUNS = PIECE / (SHORTEST_TOKEN + 1) + AROUND + 8 };

struct runs {
    u64 hashes[MOST_RUNS];
    uint16_t ends[MOST_RUNS]; /* the place behind each in its piece */
    u64 odd[BLOCKS + 1]; /* which bytes are a `%` or no ASCII: they may hide letters */
    u64 firsts[BLOCKS + 1]; /* which bytes are the last letter of what may be a first token */
    u32 n;
};

/* Which of 64 bytes are letters or digits, and which are odd. */
#ifdef SCAN_SSE2
static FORCED u64 letters_of(const u8 *p, u64 *odd) {
    u64 all = 0, found = 0;
    for (int i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(p + 16 * i));
        __m128i small = _mm_or_si128(x, _mm_set1_epi8(0x20));
        __m128i letter = _mm_and_si128(_mm_cmpgt_epi8(small, _mm_set1_epi8('a' - 1)), _mm_cmplt_epi8(small, _mm_set1_epi8('z' + 1)));
        __m128i figure = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('0' - 1)), _mm_cmplt_epi8(x, _mm_set1_epi8('9' + 1)));
        __m128i other = _mm_or_si128(x, _mm_cmpeq_epi8(x, _mm_set1_epi8('%'))); /* its sign bit */
        all |= (u64)(u32)_mm_movemask_epi8(_mm_or_si128(letter, figure)) << (16 * i);
        found |= (u64)(u32)_mm_movemask_epi8(other) << (16 * i);
    }
    *odd = found;
    return all;
}
#else
static FORCED u64 letters_of(const u8 *p, u64 *odd) {
    u64 all = 0, found = 0;
    for (int i = 0; i < 64; i++) {
        all |= (u64)is_alnum(p[i]) << i;
        found |= (u64)(p[i] == '%' || p[i] >= 0x80) << i;
    }
    *odd = found;
    return all;
}
#endif

static FORCED u32 first_bit(u64 x) {
#if defined(__GNUC__) || defined(__clang__)
    return (u32)__builtin_ctzll(x);
#else
    return (u32)((u32)x ? FIRST_BIT((unsigned)x) : 32 + FIRST_BIT((unsigned)(x >> 32)));
#endif
}

/* How many bits are set from the highest one down, to eight. */
static FORCED u32 set_from_top(u64 x) {
    x = ~x | 1ULL << 55;
#if defined(__GNUC__) || defined(__clang__)
    return (u32)__builtin_clzll(x);
#else
    u32 n = 0;
    for (; !(x >> 63); x <<= 1) n++;
    return n;
#endif
}

/* Which of 64 bytes, of which the text has n more, belong to it. */
static FORCED u64 inside_text(u32 n) { return n >= 64 ? ~0ULL : (1ULL << n) - 1; }

/* Where runs of at least `least` letters end: the places behind them. `before`: the 64 bytes before. */
static FORCED u64 ends_of_runs(u64 runs, u64 before, int least) {
    u64 ends = ~runs & (runs << 1 | before >> 63) & (runs << 2 | before >> 62) & (runs << 3 | before >> 61);
    return least > SHORTEST_TOKEN ? ends & (runs << 4 | before >> 60) : ends;
}

/* Say where a first token ends, and have its pairs fetched: they are asked for next. */
static FORCED void tell_first(const struct scan_registry *r, struct runs *found, u32 number) {
    u32 last = found->ends[number] - 1U;
    found->firsts[last / 64] |= 1ULL << last % 64;
    PREFETCH(line_of(r, found->hashes[number]));
}

/* All runs of a text of at most a piece. What the filter says of them comes from far memory: it is asked for in time. */
static FORCED void find_runs(const struct scan_registry *r, const u8 *text, u32 length, struct runs *found, u64 (*letters)(const u8 *, u64 *)) {
    u64 before = 0, odd;
    u32 n = 0;
    for (u32 at = 0; at <= length; at += 64) {
        u64 valid = inside_text(length - at), runs = letters(text + at, &odd) & valid;
        found->odd[at / 64] = odd & valid;
        found->firsts[at / 64] = 0;
        for (u64 ends = ends_of_runs(runs, before, r->least); ends; ends &= ends - 1) {
            u32 end = first_bit(ends);
            u64 till = (runs << 1 << (63 - end)) | (before >> end);
            u64 hash = letters_hash(r->seed, little8(text + at + end - 8) >> (64 - 8 * set_from_top(till)));
            PREFETCH(r->tokens + (hash & r->token_mask));
            found->hashes[n] = hash;
            found->ends[n++] = (uint16_t)(at + end);
        }
        before = runs;
    }
    found->n = n;
    for (u32 i = 0; i < n; i++) if (UNLIKELY(is_first(r, found->hashes[i]))) tell_first(r, found, i);
}

static void find_runs_plain(const struct scan_registry *r, const u8 *text, u32 length, struct runs *found) {
    find_runs(r, text, length, found, letters_of);
}

#ifdef SCAN_AVX2
WITH_AVX2 static inline u64 letters_of_wide(const u8 *p, u64 *odd) {
    u64 all = 0, found = 0;
    for (int i = 0; i < 2; i++) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + 32 * i));
        __m256i small = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
        __m256i letter = _mm256_andnot_si256(_mm256_cmpgt_epi8(small, _mm256_set1_epi8('z')), _mm256_cmpgt_epi8(small, _mm256_set1_epi8('a' - 1)));
        __m256i figure = _mm256_andnot_si256(_mm256_cmpgt_epi8(x, _mm256_set1_epi8('9')), _mm256_cmpgt_epi8(x, _mm256_set1_epi8('0' - 1)));
        __m256i other = _mm256_or_si256(x, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('%')));
        all |= (u64)(u32)_mm256_movemask_epi8(_mm256_or_si256(letter, figure)) << (32 * i);
        found |= (u64)(u32)_mm256_movemask_epi8(other) << (32 * i);
    }
    *odd = found;
    return all;
}

WITH_AVX2 static void find_runs_wide(const struct scan_registry *r, const u8 *text, u32 length, struct runs *found) {
    find_runs(r, text, length, found, letters_of_wide);
}
#endif

#ifdef SCAN_AVX512
WITH_AVX512 static FORCED u64 alnum_of(__m512i x) {
    __m512i letter = _mm512_sub_epi8(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
    __m512i figure = _mm512_sub_epi8(x, _mm512_set1_epi8('0'));
    return _mm512_cmplt_epu8_mask(letter, _mm512_set1_epi8(26)) | _mm512_cmplt_epu8_mask(figure, _mm512_set1_epi8(10));
}

/* `letters_hash` of the letters at the end of eight times eight bytes, back to the first other sign. */
WITH_AVX512 static FORCED __m512i hashes_of(__m512i last, u64 seed) {
    __m512i others = _mm512_movm_epi8(~alnum_of(last)), h;
    last = _mm512_srlv_epi64(last, _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_lzcnt_epi64(others)));
    h = _mm512_xor_si512(_mm512_or_si512(last, _mm512_set1_epi64((long long)SMALL)), _mm512_set1_epi64((long long)seed));
    h = _mm512_mullo_epi64(h, _mm512_set1_epi64((long long)ONE_FACTOR));
    h = _mm512_mullo_epi64(_mm512_xor_si512(h, _mm512_srli_epi64(h, 32)), _mm512_set1_epi64((long long)OTHER_FACTOR));
    return _mm512_xor_si512(h, _mm512_srli_epi64(h, 32));
}

/* `token_bits` of eight hashes. */
WITH_AVX512 static FORCED __m512i token_bits_of(__m512i hashes) {
    const __m512i one = _mm512_set1_epi64(1), low = _mm512_set1_epi64(63);
    __m512i bits = _mm512_sllv_epi64(one, _mm512_srli_epi64(hashes, 58));
    bits = _mm512_or_si512(bits, _mm512_sllv_epi64(one, _mm512_and_si512(_mm512_srli_epi64(hashes, 52), low)));
    return _mm512_or_si512(bits, _mm512_sllv_epi64(one, _mm512_and_si512(_mm512_srli_epi64(hashes, 46), low)));
}

#define EIGHT(x) x, x, x, x, x, x, x, x
#define UP_FROM(x) x, (x) + 1, (x) + 2, (x) + 3, (x) + 4, (x) + 5, (x) + 6, (x) + 7

/* Where runs end, and the eight bytes before: eight runs at a time, as a loop that ends where they do would stumble. */
WITH_AVX512 static FORCED void cut_runs(const struct scan_registry *r, const u8 *text, u32 length, struct runs *found) {
    static const u8 places[64] = {UP_FROM(0), UP_FROM(8), UP_FROM(16), UP_FROM(24), UP_FROM(32), UP_FROM(40), UP_FROM(48), UP_FROM(56)};
    static const u8 lanes[64] = {EIGHT(0), EIGHT(1), EIGHT(2), EIGHT(3), EIGHT(4), EIGHT(5), EIGHT(6), EIGHT(7)};
    static const u8 eight_before[64] = {UP_FROM(56), UP_FROM(56), UP_FROM(56), UP_FROM(56), UP_FROM(56), UP_FROM(56), UP_FROM(56), UP_FROM(56)};
    const __m512i all = _mm512_loadu_si512(places), eighth = _mm512_loadu_si512(eight_before);
    __m512i last = _mm512_maskz_loadu_epi8(0xFFULL << 56, text - 64);
    u64 before = 0;
    found->n = 0;
    for (u32 at = 0; at <= length; at += 64) {
        __m512i x = _mm512_loadu_si512(text + at), lane = _mm512_loadu_si512(lanes);
        u64 valid = inside_text(length - at), runs = alnum_of(x) & valid, ends = ends_of_runs(runs, before, r->least);
        u32 many = (u32)__builtin_popcountll(ends);
        __m512i end = _mm512_maskz_compress_epi8(ends, all);
        found->firsts[at / 64] = 0;
        found->odd[at / 64] = (_mm512_movepi8_mask(x) | _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('%'))) & valid;
        _mm512_storeu_si512(found->ends + found->n, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(end)), _mm512_set1_epi16((short)at)));
        for (u32 n = found->n; n < found->n + many; n += 8) {
            __m512i from = _mm512_add_epi8(_mm512_permutexvar_epi8(lane, end), eighth); /* of 128 bytes, the last and these */
            _mm512_storeu_si512(found->hashes + n, _mm512_permutex2var_epi8(last, from, x));
            lane = _mm512_add_epi8(lane, _mm512_set1_epi8(8));
        }
        found->n += many;
        before = runs;
        last = x;
    }
}

/* As `find_runs`, eight runs at a time. */
WITH_AVX512 static void find_runs_widest(const struct scan_registry *r, const u8 *text, u32 length, struct runs *found) {
    u64 bits[MOST_RUNS];
    cut_runs(r, text, length, found);
    for (u32 i = 0; i < found->n; i += 8) {
        __m512i hashes = hashes_of(_mm512_loadu_si512(found->hashes + i), r->seed);
        _mm512_storeu_si512(found->hashes + i, hashes);
        _mm512_storeu_si512(bits + i, token_bits_of(hashes));
    }
    for (u32 i = 0; i < found->n; i++) PREFETCH(r->tokens + (found->hashes[i] & r->token_mask));
    for (u32 i = 0; i < found->n; i++)
        if (UNLIKELY(!(bits[i] & ~r->tokens[found->hashes[i] & r->token_mask]))) tell_first(r, found, i);
}
#endif

typedef void (*run_finder)(const struct scan_registry *, const u8 *, u32, struct runs *);

/* One of three, which all find the same; NULL where this processor cannot. */
static run_finder finder_of(int which) {
    if (which == 0) return find_runs_plain;
#ifdef SCAN_AVX2
    if (which == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return find_runs_wide;
#endif
#ifdef SCAN_AVX512
    if (which == 2 && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return find_runs_widest;
#endif
    return NULL;
}

static run_finder fastest_finder(void) {
    for (int which = 2; which; which--) if (finder_of(which) != NULL) return finder_of(which);
    return find_runs_plain;
}

#endif
