/* Tokens: most rows hold no run of letters that any registered key has, and are not read at all. */

#ifndef SCAN_TOKENS_H
#define SCAN_TOKENS_H

#include "rows.h"

static int is_alnum(u8 c) { return (u8)((c | 0x20) - 'a') < 26 || (u8)(c - '0') < 10; }

/* The hash of a run: of its last eight letters, small ones. Nothing is read before `begin`. */
static FORCED u64 letters_hash(u64 seed, u64 letters) { return folded((letters | 0x2020202020202020ULL) ^ seed, 0x9e3779b97f4a7c15ULL); }

static u64 token_hash(u64 seed, const u8 *end, u32 n, const u8 *begin) {
    u64 x = 0;
    if (n > 8) n = 8;
    if (LIKELY(end - begin >= 8)) x = little8(end - 8) >> (64 - 8 * n);
    else for (u32 i = 1; i <= n; i++) x = x << 8 | end[-(int)i];
    return letters_hash(seed, x);
}

static u64 token_bits(u64 hash) { return 1ULL << (hash >> 58) | 1ULL << (hash >> 52 & 63) | 1ULL << (hash >> 46 & 63); }

static int is_set(const struct scan_registry *r, u64 hash) {
    u64 bits = token_bits(hash);
    return (r->tokens[hash & r->token_mask] & bits) == bits;
}

/* Pairs have a filter twice as large, behind that of first tokens, which is to stay near the processor. */
static u64 *pair_word(const struct scan_registry *r, u64 pair) {
    return r->tokens + r->token_mask + 1 + (pair & (2 * r->token_mask + 1));
}

static u64 pair_hash(u64 one, u64 other) { return folded(one + 0xe7037ed1a0b428dbULL, other ^ 0x9e3779b97f4a7c15ULL); }

/* Whether a run is the first token of a key whose second one stands in the row, too. */
static int has_pair(const struct scan_registry *r, u64 first, const u64 *hashes, int n) {
    for (int i = 0; i < n; i++) {
        u64 pair = pair_hash(first, hashes[i]), bits = token_bits(pair);
        if ((*pair_word(r, pair) & bits) == bits) return YES;
    }
    return NO;
}

/* The first of a row's runs that is a first token, the words of its pairs on their way; -1 where none is. */
static int first_token(const struct scan_registry *r, const u64 *hashes, int n) {
    for (int j = 0; j < n; j++) {
        if (LIKELY(!is_set(r, hashes[j]))) continue;
        for (int i = 0; i < n; i++) PREFETCH(pair_word(r, pair_hash(hashes[j], hashes[i])));
        return j;
    }
    return -1;
}

/* Which of 64 bytes are letters or digits; `odd`: which are a `%` or no ASCII. */
#ifdef SCAN_SSE2
static inline u64 letters_of(const u8 *p, u64 *odd) {
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
static inline u64 letters_of(const u8 *p, u64 *odd) {
    u64 all = 0, found = 0;
    for (int i = 0; i < 64; i++) {
        all |= (u64)is_alnum(p[i]) << i;
        found |= (u64)(p[i] == '%' || p[i] >= 0x80) << i;
    }
    *odd = found;
    return all;
}
#endif

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
#endif

static FORCED int first_bit(u64 x) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_ctzll(x);
#else
    return (u32)x ? FIRST_BIT((unsigned)x) : 32 + FIRST_BIT((unsigned)(x >> 32));
#endif
}

/* How many bits are set from the highest one down, to eight. */
static FORCED int set_from_top(u64 x) {
    x = ~x | 1ULL << 55;
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_clzll(x);
#else
    int n = 0;
    for (; !(x >> 63); x <<= 1) n++;
    return n;
#endif
}

/* Where runs of at least `least` letters end: the places behind them. `before`: the 64 bytes before. */
static FORCED u64 ends_of_runs(u64 runs, u64 before, int least) {
    u64 ends = ~runs & (runs << 1 | before >> 63) & (runs << 2 | before >> 62) & (runs << 3 | before >> 61);
    return least > SHORTEST_TOKEN ? ends & (runs << 4 | before >> 60) : ends;
}

/* The hash of the run that ends at bit `at` of 64 bytes from p. */
static inline u64 hash_at(u64 seed, const u8 *p, int at, u64 runs, u64 before, const u8 *begin) {
    u64 till = at ? (runs << (64 - at)) | (before >> at) : before;
    return token_hash(seed, p + at, (u32)set_from_top(till), begin);
}

/* The hashes of all runs of a row that may be tokens, each on its way into the cache. -1 where the row holds what may
 * hide a key, or too many runs: it is to be read. */
static int collected(const struct scan_registry *r, const u8 *p, const u8 *end, const u8 *safe_end, u64 *hashes) {
    const u8 *begin = p;
    u64 before = 0;
    int n = 0;
    for (; p <= end; p += 64) { /* to the end itself, where the last run ends */
        u8 copy[64];
        const u8 *from = p;
        u64 odd, runs, ends, valid = end - p >= 64 ? ~0ULL : (1ULL << (end - p)) - 1;
        if (safe_end - p < 64) {
            memset(copy, 0, sizeof copy);
            memcpy(copy, p, (size_t)(end - p < 64 ? end - p : 64));
            from = copy;
        }
        runs = letters_of(from, &odd) & valid;
        if ((odd & valid) || n + 20 > ROW_RUNS) return -1;
        for (ends = ends_of_runs(runs, before, r->least); ends; ends &= ends - 1) {
            hashes[n] = hash_at(r->seed, p, first_bit(ends), runs, before, begin);
            PREFETCH(r->tokens + (hashes[n++] & r->token_mask));
        }
        before = runs;
    }
    return n;
}

/* ---- tokens: many rows at once, as if they were one text ---- */

/* Mark the row in which a place lies. Places come in order, `row` remembers. */
static void mark_row(const u64 *ends, u64 at, u64 *row, u8 *marked) {
    while (ends[*row] < at) ++*row;
    marked[*row] = 1;
}

/* Mark those of some rows that hold a first token, or what may hide a key. They stand behind each other, at least
 * eight bytes behind the start of the buffer and 64 before its end (`is_one_text`). */
#define MARK_ROWS(name, target, letters) \
target static void name(const struct scan_registry *r, const u8 *buffer, const u64 *starts, const u64 *row_ends, u64 n_rows, u8 *marked) { \
    u64 hashes[PIECE / 4 + 64], before = 0, token_row = 0, odd_row = 0; \
    u32 places[PIECE / 4 + 64]; \
    const u8 *p = buffer + starts[0], *stop = buffer + row_ends[n_rows - 1]; \
    while (p <= stop) { \
        const u8 *from = p; \
        u32 n = 0; \
        for (; p <= stop && p - from < PIECE; p += 64) { \
            u64 odd, valid = stop - p >= 64 ? ~0ULL : (1ULL << (stop - p)) - 1, runs = letters(p, &odd) & valid; \
            for (u64 ends = ends_of_runs(runs, before, r->least); ends; ends &= ends - 1) { \
                int at = first_bit(ends); \
                u64 till = (runs << 1 << (63 - at)) | (before >> at), hash; \
                hash = letters_hash(r->seed, little8(p + at - 8) >> (64 - 8 * set_from_top(till))); \
                PREFETCH(r->tokens + (hash & r->token_mask)); \
                hashes[n] = hash; \
                places[n++] = (u32)(p - from) + (u32)at; \
            } \
            for (odd &= valid; UNLIKELY(odd != 0); odd &= odd - 1) \
                mark_row(row_ends, (u64)(p - buffer) + (u64)first_bit(odd), &odd_row, marked); \
            before = runs; \
        } \
        for (u32 i = 0; i < n; i++) \
            if (UNLIKELY(is_set(r, hashes[i]))) mark_row(row_ends, (u64)(from - buffer) + places[i], &token_row, marked); \
    } \
}

MARK_ROWS(mark_rows, , letters_of)
#ifdef SCAN_AVX2
MARK_ROWS(mark_rows_wide, WITH_AVX2, letters_of_wide)
#endif

/* Whether rows stand behind each other with nothing but line breaks between them, and with room around them. */
static int is_one_text(const u8 *buffer, u64 length, const u64 *starts, const u64 *ends, u64 n) {
    if (starts[0] < 8 || length < 64 || ends[n - 1] > length - 64 || ends[n - 1] - starts[0] > n * LONG_ROW) return NO;
    for (u64 i = 0; i < n; i++) {
        u64 next = i + 1 < n ? starts[i + 1] : ends[i] + 1;
        if (starts[i] > ends[i] || next <= ends[i] || next - ends[i] > 2) return NO;
        if (buffer[next - 1] != '\n' && (i + 1 < n || is_alnum(buffer[next - 1]))) return NO;
        if (next - ends[i] == 2 && buffer[ends[i]] != '\r') return NO;
    }
    return YES;
}

/* Where what a row may be known by ends: behind its last column that is looked at, if it is long. */
static const u8 *end_of_columns(const struct scan_plan *plan, const u8 *p, const u8 *end) {
    if (end - p > 1024 && plan->delimiter >= 0 && plan->delimiter != BLANKS && !plan->quoted) {
        const u8 *stop = p - 1;
        for (int i = 0; i < plan->n_columns && stop < end; i++) stop = next_of(stop + 1, end, (u8)plan->delimiter);
        return stop < p ? p : stop;
    }
    return end;
}

static int row_is_read(struct scanner *s, const struct scan_plan *plan, u64 row, const u8 *from, const u8 *end) {
    s->row = row;
    s->row_from = from;
    while (end > from && (end[-1] == '\r' || end[-1] == '\n')) end--;
    s->row_end = end;
    return (plan->delimiter == BLANKS ? read_row_of_blanks : read_row)(s, plan) == YES;
}

static void look_at_row(struct scanner *s, const struct scan_plan *plan, u64 row, const u8 *from, const u8 *end) {
    s->row_start = s->found->n_digests;
    if (row_is_read(s, plan, row, from, end)) return;
    s->found->n_digests = s->row_start;
    note(s, 0);
}

/* Read those of some rows that hold a pair of tokens: they are gathered first, as these come from far memory. */
static void look_at_rows(struct scanner *s, const struct scan_plan *plan, const u8 *buffer, u64 length, const u64 *starts,
                         const u64 *ends, const u32 *rows, u32 n, u64 first_row) {
    const struct scan_registry *r = s->registry;
    u64 hashes[BATCH * ROW_RUNS], *hash = hashes;
    int counts[BATCH], firsts[BATCH];
    for (u32 i = 0; i < n; i++) {
        const u8 *from = buffer + starts[rows[i]];
        counts[i] = collected(r, from, end_of_columns(plan, from, buffer + ends[rows[i]]), buffer + length, hash);
        hash += counts[i] > 0 ? counts[i] : 0;
    }
    hash = hashes;
    for (u32 i = 0; i < n; hash += counts[i] > 0 ? counts[i] : 0, i++) firsts[i] = first_token(r, hash, counts[i]);
    hash = hashes;
    for (u32 i = 0; i < n; hash += counts[i] > 0 ? counts[i] : 0, i++) {
        int is_worth = counts[i] < 0;
        for (int j = firsts[i]; j >= 0 && j < counts[i] && !is_worth; j++)
            if (is_set(r, hash[j])) is_worth = has_pair(r, hash[j], hash, counts[i]);
        if (UNLIKELY(is_worth)) look_at_row(s, plan, first_row + rows[i], buffer + starts[rows[i]], buffer + ends[rows[i]]);
    }
}

/* Which of some rows may hold a token at all. Returns how many. */
static u32 rows_with_tokens(const struct scan_registry *r, const u8 *buffer, u64 length, const u64 *starts, const u64 *ends,
                            u32 n, u32 *rows) {
    u8 marked[ROWS_AT_ONCE] = {0};
    u32 found = 0;
    if (!is_one_text(buffer, length, starts, ends, n)) memset(marked, 1, n);
#ifdef SCAN_AVX2
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) mark_rows_wide(r, buffer, starts, ends, n, marked);
#endif
    else mark_rows(r, buffer, starts, ends, n, marked);
    for (u32 i = 0; i < n; i++) {
        rows[found] = i;
        found += marked[i];
    }
    return found;
}

/* Read only rows with tokens. Returns how many rows were gone through. */
static u64 worthy_rows(struct scanner *s, const struct scan_plan *plan, const u8 *buffer, u64 length, const u64 *starts,
                       const u64 *ends, u64 n_rows, u64 first_row) {
    u32 rows[ROWS_AT_ONCE];
    u64 done = 0;
    while (done < n_rows) {
        u32 n = 0, found;
        while (n < ROWS_AT_ONCE && done + n < n_rows && starts[done + n] <= ends[done + n] && ends[done + n] <= length) n++;
        if (!n) break;
        found = rows_with_tokens(s->registry, buffer, length, starts + done, ends + done, n, rows);
        for (u32 i = 0; i < found; i += BATCH) {
            u32 many = found - i < BATCH ? found - i : BATCH;
            look_at_rows(s, plan, buffer, length, starts + done, ends + done, rows + i, many, first_row + done);
        }
        done += n;
    }
    return done;
}

#endif
