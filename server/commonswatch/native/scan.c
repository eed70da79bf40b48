/* The scan kernel: rows of a manifest -> the work keys in them, as hashes. It knows no host.
 *
 * What addresses look like is handed to it as a `struct scan_book`: small programs that manifests/kernel compiles from
 * the rules at start. It decides what it is sure of and says of every other row that the exact engine must be asked.
 * No allocation here, no global state: several threads may scan, each with a scratch of its own.
 */

#include "scanning/forms.h"
#include "scanning/registry.h"
#include "scanning/rows.h"
#include "scanning/soundness.h"
#include "scanning/tokens.h"

/* What `scan.py` knows of this file: changed with every structure and every list of arguments. */
EXPORT u64 scan_version(void) { return 6; }

EXPORT u64 scan_scratch_size(void) { return sizeof(struct scan_scratch); }

EXPORT u64 scan_quick(u64 seed, const u8 *p, u64 n) { return quick(seed, p, n); }

EXPORT u64 scan_digest(const u8 *secret, const u8 *p, u64 n) { return sip(secret, p, n); }

/* The digests of many keys that stand behind each other, each `lengths` long. */
EXPORT void scan_digests(const u8 *secret, const u8 *p, const int64_t *lengths, u64 n, u64 *out) {
    for (u64 i = 0; i < n; p += lengths[i], i++) out[i] = sip(secret, p, (size_t)lengths[i]);
}

/* Where lines start and end, without their `\n` or `\r\n`; what stands behind the last `\n` is left to the caller.
 * Returns the number of lines; `*read` is where the last one that fitted into the arrays ends. */
EXPORT u64 scan_lines(const u8 *p, u64 n, u64 *starts, u64 *ends, u64 most, u64 *read) {
    const u8 *begin = p, *end = p + n, *from = p;
    u64 lines = 0;
    *read = 0;
#define LINE(at) \
    do { \
        const u8 *stop = (at); \
        starts[lines] = (u64)(from - begin); \
        ends[lines++] = (u64)(stop - begin) - (stop > from && stop[-1] == '\r'); \
        from = stop + 1; \
    } while (0)
#ifdef SCAN_SSE2
    const __m128i wanted = _mm_set1_epi8('\n');
    for (; end - p >= 64 && most - lines >= 64; p += 64) {
        u64 found = 0;
        for (int i = 0; i < 4; i++) {
            __m128i here = _mm_loadu_si128((const __m128i *)(p + 16 * i));
            found |= (u64)(u32)_mm_movemask_epi8(_mm_cmpeq_epi8(here, wanted)) << (16 * i);
        }
        for (; found; found &= found - 1) {
            unsigned low = (unsigned)found;
            LINE(p + (low ? FIRST_BIT(low) : 32 + FIRST_BIT((unsigned)(found >> 32))));
        }
    }
#endif
    for (; p < end && lines < most; p++) if (*p == '\n') LINE(p);
    *read = (u64)(from - begin);
    return lines;
}

/* All keys in some rows of a block. Candidates and digests go to `found`, whose `rows` and `asked` have room for all
 * rows. Returns how many rows were read: fewer when there was no room left for digests, or when a row lies outside. */
EXPORT u64 scan_rows(const struct scan_book *book, const struct scan_registry *registry, const struct scan_plan *plan,
                     const u8 *secret, const u8 *buffer, u64 length, const u64 *starts, const u64 *ends, u64 n_rows,
                     u64 first_row, struct scan_found *found, struct scan_scratch *scratch) {
    struct scanner s = {book, registry, secret, found, scratch, NULL, NULL, 0, 0, 0, 0, NULL, 0, buffer + length, {NULL, 0}};
    u64 i = 0;
    if (registry->least && secret == NULL && plan->tokens_tell)
        return tell_worthy_rows(registry, plan, buffer, length, starts, ends, n_rows, first_row, found);
    for (; i < n_rows; i++) {
        if (starts[i] > ends[i] || ends[i] > length) break;
        if (secret && found->most_digests - found->n_digests < MOST_KEYS) break;
        look_at_row(&s, plan, first_row + i, buffer + starts[i], buffer + ends[i]);
    }
    settle_ring(&s);
    return i;
}

/* The registered keys of some rows, and those of the rows (numbers in `rows`) of which the kernel is not sure: `matches`
 * has room for all of these. Returns how many rows were read: fewer when there was no room left, or one lies outside. */
EXPORT u64 scan_matched(const struct scan_book *book, const struct scan_registry *registry, const struct scan_plan *plan,
                        const u8 *buffer, u64 length, const u64 *starts, const u64 *ends, const u64 *rows, u64 n_rows,
                        struct scan_matches *matches, struct scan_scratch *scratch) {
    struct scanner s = {book, registry, NULL, NULL, scratch, NULL, NULL, 0, 0, 0, 0, matches, 0, buffer + length, {NULL, 0}};
    u64 i = 0;
    for (; i < n_rows; i++) {
        u64 size = matches->text_size, start = starts[rows[i]], end = ends[rows[i]];
        if (start > end || end > length) break;
        matches->row_start = matches->n;
        if (row_is_read(&s, plan, rows[i], buffer + start, buffer + end)) {
            in_order_of_works(matches);
            continue;
        }
        matches->n = matches->row_start;
        matches->text_size = size;
        if (!matches->most) break;
        matches->unsure[matches->n_unsure++] = (u32)rows[i];
    }
    return i;
}

/* The runs of a text of at most a piece, with 64 bytes around it, by one of three ways, for tests: how many, -1 where this
 * processor cannot. `odd` and `firsts` have a bit for each byte. */
EXPORT int64_t scan_runs(const struct scan_registry *registry, int32_t which, const u8 *text, u64 n, u64 *hashes, uint16_t *ends, u64 *odd, u64 *firsts) {
    const run_finder find_runs_of = finder_of(which);
    struct runs found;
    if (find_runs_of == NULL || n > PIECE) return -1;
    find_runs_of(registry, text, (u32)n, &found);
    memcpy(hashes, found.hashes, found.n * sizeof *hashes);
    memcpy(ends, found.ends, found.n * sizeof *ends);
    memcpy(odd, found.odd, (n / 64 + 1) * sizeof *odd);
    memcpy(firsts, found.firsts, (n / 64 + 1) * sizeof *firsts);
    return found.n;
}

/* All keys of one text, for tests. 0: not sure, or no room. */
EXPORT int32_t scan_keys(const struct scan_book *book, const u8 *text, u64 n, struct scan_matches *matches, struct scan_scratch *scratch) {
    struct scan_registry none = {0};
    struct scanner s = {book, &none, NULL, NULL, scratch, NULL, NULL, 0, 0, 0, 0, matches, 0, text + n, {NULL, 0}};
    return n <= INT32_MAX && find(&s, (span){text, (u32)n}, 0) != UNSURE;
}
