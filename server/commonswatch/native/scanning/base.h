/* What the parts of the scan kernel share: the processor, numbers, and the structures that Python hands over. */

#ifndef SCAN_BASE_H
#define SCAN_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>
#define SCAN_SSE2 1
#endif
#if defined(__GNUC__) || defined(__clang__)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PREFETCH(x) __builtin_prefetch(x)
#define FIRST_BIT(x) __builtin_ctz(x)
#define EXPORT __attribute__((visibility("default")))
#define FORCED inline __attribute__((always_inline)) /* so that it is compiled for the processor of its caller */
#if defined(SCAN_SSE2) && defined(__x86_64__)
#include <immintrin.h>
#define SCAN_AVX2 1
#define WITH_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#define SCAN_AVX512 1
#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))
#endif
#else
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define PREFETCH(x) ((void)0)
#define EXPORT
#define FORCED inline
static int FIRST_BIT(unsigned x) { int n = 0; while (!(x & 1)) { x >>= 1; n++; } return n; }
#endif

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

enum { LONGEST = 4096, LONGEST_HOST = 253, DEEPEST = 4, GROUPS = 12, SLOTS = 48, MOST_KEYS = 64 };
enum { BEHIND = 64 }; /* bytes behind a text that may be read */
enum { ARENA = 1 << 17, STEPS = 20000, TURNS = 96, HOSTS = 1 << 12, KEPT_HOST = 43, NAMES = 256, RING = 64 };
enum { NO = 0, YES = 1, UNSURE = -1 };
enum { OF_PATHS, OF_TEXTS, OF_PICTURES, OF_SCRIPTS, TAILS }; /* what automata read backwards */

/* ---- what Python hands over: the same fields, in the same order, as in native/scan.py ---- */

struct scan_book {
    const int32_t *code; /* programs */
    const int32_t *programs; /* 3 each: start, number of groups, where their slots stand in `words` */
    const int32_t *words; /* lists: templates, slots, parts of forms */
    const u8 *pool; /* letters */
    const u8 *classes; /* 256 each */
    const int32_t *families; /* 2 each: first form, number of forms */
    const int32_t *forms; /* FORM each */
    const int32_t *domains; /* 4 each, a hash table: where in the pool, length, family, 0 */
    const int32_t *endings; /* 4 each, a hash table of the last two labels of all domains */
    const u64 *letters; /* 256: the bit of each letter that further keys need */
    const u64 *openings; /* for each family: the forms whose paths' first part may start so, and whose second */
    const u32 *tail_steps[TAILS]; /* automata that read backwards */
    const u8 *tail_columns[TAILS];
    int32_t tail_widths[TAILS], tail_sizes[TAILS];
    int32_t n_code, n_programs, n_words, n_pool, n_classes, n_families, n_forms, n_domains, n_endings;
    int32_t generic_form, secrets, noise, picture_noise, pictures, scripts, texts, n_texts, widest, rare, n_rare, n_openings, least_path;
};

enum { HOST_PROGRAM, PATH_PROGRAM, ACTION, KEY, ADDRESS, SECONDS, N_SECONDS, QUERY, N_QUERY, MD5, N_MD5, NEEDS, GUESSED, FORM };
enum { SECOND = 11 }; /* numbers of a further key */
enum { OPENINGS = 512 }; /* of a family: by the byte that a path's first part starts with, and its second; a slash: none */
enum { NOTHING, GIVES_KEY, GIVES_ADDRESS, IS_GENERIC, ASKS };
enum { END, LITERAL, SET, RUN, RUN_ALL, SAME, SPLIT, JUMP, SAVE, WORDS };
enum { RANGES = 4, RUN_LENGTH = 7 + RANGES, STOPS_NEVER = -2, STOP = -1 }; /* how the bytes of a run are known */
enum { SLOT_HOST, SLOT_SITE, SLOT_PATH, SLOT_QUERY, SLOT_SEARCH, FIRST_SLOT };
enum { LOWER = 1, UPPER, BASE58, BASE36, TITLE, DECODE, BLANK, OTHER };

struct scan_registry {
    u64 *slots; /* hashes; 0 is free */
    u32 *works;
    u8 *counts; /* how many keys have a run of letters, by its hash; 255: as many or more */
    u64 *tokens; /* a filter: words of 64 bits, of which the first token of a key sets three */
    uint16_t *pairs; /* lines of PAIRS: for a first token, parts of the hashes of second ones */
    u64 mask;
    u64 token_mask;
    u64 pair_mask;
    u64 seed;
    u64 *checks; /* a second hash of each key in its slot, under `secret` */
    const u8 *secret; /* 16 bytes */
    int32_t least; /* letters of the shortest token; 0: tokens tell nothing, all rows are read */
};

struct scan_plan {
    const struct scan_book *own; /* the patterns of its columns: programs, forms and their words only */
    const int32_t *readings; /* 2 each: how, and how many digits or which of its own forms */
    int32_t n_columns, delimiter, quoted, has_address, tokens_tell;
};

enum { READ_NOTHING, READ_ADDRESS, READ_MD5, READ_SHA256, READ_BASE64, READ_PATTERN, READ_ENGINE };
enum { BLANKS = ' ' }; /* the delimiter; -1: a row is one cell */

/* Registered keys of rows that were read: row, work, how it was won, and the key's text. */
struct scan_matches {
    u32 *rows, *works, *text_starts, *text_ends;
    u8 *hows, *texts;
    u64 n, most, text_size, text_room, row_start;
    u32 *unsure; /* rows of which the kernel is not sure */
    u64 n_unsure;
};

enum { BY_DIGEST, BY_KEY, BY_GUESS }; /* the surest first */

struct scan_found {
    u64 *rows;
    u8 *asked;
    u64 *digests;
    u64 *digest_rows;
    u64 n_rows, n_digests, most_digests;
};

/* ---- scratch of one thread ---- */

typedef struct { const u8 *at; u32 n; } span;

struct host {
    u64 hash, forms;
    int32_t family;
    u8 n, bytes[KEPT_HOST]; /* 64 bytes in all */
};

enum { ANY_HOST = -1, NO_HOST = -2, IMITATES = -3, ASK_HOST = -4 };

struct scan_scratch {
    struct host hosts[HOSTS];
    struct { u64 hash; u8 kind, n, name[30]; } names[NAMES];
    struct { u64 hash, row; } ring[RING];
    u8 arena[ARENA + BEHIND];
};

struct scanner {
    const struct scan_book *book;
    const struct scan_registry *registry;
    const u8 *secret; /* 16 bytes, or NULL: no digests wanted */
    struct scan_found *found;
    struct scan_scratch *scratch;
    const u8 *row_from, *row_end;
    u64 row, row_start;
    u32 used, ring;
    struct scan_matches *matches; /* keys in the clear instead of digests and candidates */
    int guessed;
    const u8 *readable; /* where the block that is read ends */
    span last; /* the last key of the row, in the arena */
};

typedef struct { span of[SLOTS]; u64 has; } values;

#endif
