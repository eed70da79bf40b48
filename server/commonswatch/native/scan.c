/* The scan kernel: rows of a manifest -> the work keys in them, as hashes. It knows no host.
 *
 * What addresses look like is handed to it as a `struct scan_book`: small programs that manifests/kernel compiles from
 * the rules at start. It decides what it is sure of and says of every other row that the exact engine must be asked.
 * No allocation here, no global state: several threads may scan, each with a scratch of its own.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
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
enum { ARENA = 1 << 17, STEPS = 20000, HOSTS = 1 << 12, KEPT_HOST = 46, NAMES = 256, RING = 64 };
enum { BATCH = 16, ROW_RUNS = 128, ROWS_AT_ONCE = 256, PIECE = 4096, LONG_ROW = 1024 };
enum { SHORTEST_TOKEN = 3, COUNTS = 1 << 22 };
enum { NO = 0, YES = 1, UNSURE = -1 };

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
    const uint16_t *tail_steps[2]; /* automata that read backwards: addresses' paths, texts */
    const u8 *tail_columns[2];
    int32_t tail_widths[2];
    int32_t n_code, n_programs, n_words, n_pool, n_classes, n_families, n_forms, n_domains, n_endings;
    int32_t generic_form, secrets, noise, picture_noise, pictures, scripts, texts, n_texts, widest;
};

enum { HOST_PROGRAM, PATH_PROGRAM, ACTION, KEY, ADDRESS, SECONDS, N_SECONDS, QUERY, N_QUERY, MD5, N_MD5, NEEDS, GUESSED, FORM };
enum { SECOND = 11 }; /* numbers of a further key */
enum { NOTHING, GIVES_KEY, GIVES_ADDRESS, IS_GENERIC, ASKS };
enum { END, LITERAL, SET, RUN, RUN_ALL, SPLIT, JUMP, SAVE };
enum { SLOT_HOST, SLOT_SITE, SLOT_PATH, SLOT_QUERY, SLOT_SEARCH, FIRST_SLOT };
enum { LOWER = 1, UPPER, BASE58, BASE36, TITLE, DECODE, BLANK, OTHER };

struct scan_registry {
    u64 *slots; /* hashes; 0 is free */
    u32 *works;
    u8 *counts; /* how many keys have a run of letters, by its hash; 255: as many or more */
    u64 *tokens; /* two filters: words of 64 bits, of which a token sets three */
    u64 mask;
    u64 token_mask;
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
    u32 *rows, *works, *text_ends;
    u8 *hows, *texts;
    u64 n, most, text_size, text_room;
};

enum { BY_KEY, BY_GUESS, BY_DIGEST };

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
    u8 n, bytes[KEPT_HOST], pad;
};

enum { ANY_HOST = -1, NO_HOST = -2, IMITATES = -3, ASK_HOST = -4 };

struct scan_scratch {
    struct host hosts[HOSTS];
    struct { u64 hash; u8 kind, n, name[30]; } names[NAMES];
    struct { u64 hash, row; } ring[RING];
    u8 arena[ARENA];
    u64 row_digests[MOST_KEYS];
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
};

typedef struct { span of[SLOTS]; u64 has; } values;

/* ---- hashes ---- */

static inline u64 read8(const u8 *p) { u64 x; memcpy(&x, p, 8); return x; }
static inline u64 read4(const u8 *p) { u32 x; memcpy(&x, p, 4); return x; }

static inline u64 folded(u64 a, u64 b) {
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    wide r = (wide)a * b;
    return (u64)r ^ (u64)(r >> 64);
#else
    u64 ah = a >> 32, al = (u32)a, bh = b >> 32, bl = (u32)b;
    u64 m = ah * bl + (al * bl >> 32), n = al * bh + (u32)m;
    return (a * b) ^ (ah * bh + (m >> 32) + (n >> 32));
#endif
}

/* A seeded hash for tables in memory: fast, never stored, and what it finds is confirmed. Never 0. */
static u64 quick(u64 seed, const u8 *p, size_t n) {
    const u64 a = 0x9e3779b97f4a7c15ULL, b = 0xe7037ed1a0b428dbULL;
    u64 h = seed ^ folded(n ^ a, b), x, y;
    for (; n > 16; n -= 16, p += 16) h = folded(read8(p) ^ a ^ h, read8(p + 8) ^ b ^ seed);
    if (n >= 8) { x = read8(p); y = read8(p + n - 8); }
    else if (n >= 4) { x = read4(p); y = read4(p + n - 4); }
    else { x = n ? ((u64)p[0] << 16) | ((u64)p[n >> 1] << 8) | p[n - 1] : 0; y = 0; }
    h = folded(x ^ b ^ h, y ^ a ^ seed);
    h = folded(h ^ a, b ^ seed);
    return h ? h : 1;
}

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIP_ROUND \
    do { \
        v0 += v1; v1 = ROTL(v1, 13); v1 ^= v0; v0 = ROTL(v0, 32); \
        v2 += v3; v3 = ROTL(v3, 16); v3 ^= v2; \
        v0 += v3; v3 = ROTL(v3, 21); v3 ^= v0; \
        v2 += v1; v1 = ROTL(v1, 17); v1 ^= v2; v2 = ROTL(v2, 32); \
    } while (0)

static inline u64 little8(const u8 *p) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    u64 x = 0;
    for (int i = 7; i >= 0; i--) x = x << 8 | p[i];
    return x;
#else
    return read8(p);
#endif
}

/* SipHash-2-4 [Aumasson and Bernstein 2012]. */
static u64 sip(const u8 *secret, const u8 *p, size_t n) {
    u64 k0 = little8(secret), k1 = little8(secret + 8), last = (u64)n << 56;
    u64 v0 = k0 ^ 0x736f6d6570736575ULL, v1 = k1 ^ 0x646f72616e646f6dULL;
    u64 v2 = k0 ^ 0x6c7967656e657261ULL, v3 = k1 ^ 0x7465646279746573ULL;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        u64 m = little8(p + i);
        v3 ^= m; SIP_ROUND; SIP_ROUND; v0 ^= m;
    }
    for (unsigned shift = 0; i < n; i++, shift += 8) last |= (u64)p[i] << shift;
    v3 ^= last; SIP_ROUND; SIP_ROUND; v0 ^= last;
    v2 ^= 0xff; SIP_ROUND; SIP_ROUND; SIP_ROUND; SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

static void md5_block(u32 state[4], const u8 *p) {
    static const u32 k[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
        0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
        0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
        0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
        0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
        0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
    static const u8 turns[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
    u32 w[16], a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 16; i++)
        w[i] = (u32)p[4 * i] | (u32)p[4 * i + 1] << 8 | (u32)p[4 * i + 2] << 16 | (u32)p[4 * i + 3] << 24;
    for (int i = 0; i < 64; i++) {
        u32 f;
        int g, r = i >> 4, s = turns[4 * r + (i & 3)];
        if (r == 0) { f = (b & c) | (~b & d); g = i; }
        else if (r == 1) { f = (d & b) | (~d & c); g = (5 * i + 1) & 15; }
        else if (r == 2) { f = b ^ c ^ d; g = (3 * i + 5) & 15; }
        else { f = c ^ (b | ~d); g = (7 * i) & 15; }
        f += a + k[i] + w[g];
        a = d; d = c; c = b; b += f << s | f >> (32 - s);
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
}

/* The first four bytes of an MD5 [RFC 1321]: more than folders are named after. */
static u32 md5_start(const u8 *p, size_t n) {
    u32 state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    u8 last[128] = {0};
    size_t rest = n & 63, size = rest < 56 ? 64 : 128;
    for (size_t i = 0; i + 64 <= n; i += 64) md5_block(state, p + i);
    memcpy(last, p + n - rest, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++) last[size - 8 + i] = (u8)((u64)n * 8 >> (8 * i));
    for (size_t i = 0; i < size; i += 64) md5_block(state, last + i);
    return state[0];
}

/* ---- programs: expressions as people write them, tried in the same order as Python's `re` does ---- */

struct match {
    const struct scan_book *book;
    const u8 *end;
    const u8 *groups[2 * GROUPS];
    int steps;
};

static inline int is_next(u8 c) { return (c & 0xC0) == 0x80; } /* a byte that continues a character */

static int fits(struct match *m, int pc, const u8 *p);

static int run_fits(struct match *m, int pc, const u8 *p) {
    const int32_t *op = m->book->code + pc;
    const u8 *class = m->book->classes + 256 * op[1], *next = op[4] < 0 ? NULL : m->book->classes + 256 * op[4];
    const u8 *low = p, *high = p;
    int wide = op[5], least = op[2], most = op[3], n = 0;
    if (!wide) {
        const u8 *limit = m->end - p > most ? p + most : m->end;
        while (high < limit && class[*high]) high++;
        if (high - p < least) return NO;
        low = p + least;
    } else {
        for (; high < m->end && class[*high]; high++) {
            if (!is_next(*high)) {
                if (n == most) break;
                n++;
            }
            if (n <= least) low = high + 1;
        }
        if (n < least) return NO;
        if (!least) low = p;
    }
    if (op[0] == RUN_ALL) return fits(m, pc + 6, high);
    for (;; high--) { /* as much as can be, then less and less */
        if (!(wide && high < m->end && is_next(*high)) && (next == NULL || (high < m->end && next[*high]))) {
            int found = fits(m, pc + 6, high);
            if (found) return found;
        }
        if (high == low) return NO;
        if (--m->steps < 0) return UNSURE;
    }
}

static int fits(struct match *m, int pc, const u8 *p) {
    const struct scan_book *book = m->book;
    for (;;) {
        const int32_t *op = book->code + pc;
        if (--m->steps < 0) return UNSURE;
        switch (op[0]) {
        case END:
            return p == m->end;
        case LITERAL:
            if (m->end - p < op[2] || *p != book->pool[op[1]] || memcmp(p, book->pool + op[1], (size_t)op[2])) return NO;
            p += op[2];
            pc += 3;
            break;
        case SET:
            if (p == m->end || !book->classes[256 * op[1] + *p]) return NO;
            p++;
            if (op[2]) while (p < m->end && is_next(*p)) p++;
            pc += 3;
            break;
        case RUN:
        case RUN_ALL:
            return run_fits(m, pc, p);
        case SPLIT:
            if (op[1] < 0 || (p < m->end && book->classes[256 * op[1] + *p])) {
                int found = fits(m, pc + 3, p);
                if (found) return found;
            }
            pc = op[2];
            break;
        case JUMP:
            pc = op[1];
            break;
        case SAVE: {
            const u8 *before = m->groups[op[1]];
            m->groups[op[1]] = p;
            int found = fits(m, pc + 2, p);
            if (found != YES) m->groups[op[1]] = before;
            return found;
        }
        default:
            return UNSURE;
        }
    }
}

/* ---- scratch space for made texts ---- */

static u8 *room(struct scanner *s, size_t n) {
    if (n > ARENA - s->used) return NULL;
    u8 *at = s->scratch->arena + s->used;
    s->used += (u32)n;
    return at;
}

static int given_back(struct scanner *s, const u8 *end) { s->used = (u32)(end - s->scratch->arena); return YES; }

static int equals(span a, const char *b) { return a.n == strlen(b) && !memcmp(a.at, b, a.n); }

static const u8 *seek(const u8 *p, const u8 *end, const u8 *what, size_t n) {
    while (n && (size_t)(end - p) >= n) {
        p = memchr(p, what[0], (size_t)(end - p) - n + 1);
        if (p == NULL || !memcmp(p, what, n)) return p;
        p++;
    }
    return n ? NULL : p;
}

/* ---- UTF-8 and escapes ---- */

/* Bytes of the character at p, 0 where it is none. Overlong forms and halves of pairs are none. */
static int letter(const u8 *p, const u8 *end) {
    ptrdiff_t n = end - p;
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2) return 0;
    if (p[0] < 0xE0) return n >= 2 && is_next(p[1]) ? 2 : 0;
    if (p[0] < 0xF0) {
        if (n < 3 || !is_next(p[1]) || !is_next(p[2])) return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)) return 0;
        return 3;
    }
    if (p[0] > 0xF4 || n < 4 || !is_next(p[1]) || !is_next(p[2]) || !is_next(p[3])) return 0;
    return (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F) ? 0 : 4;
}

/* Whether a character is a control or a separator of lines: no part of any address. */
static int unsafe(const u8 *p, int n) {
    if (n == 1) return p[0] < 0x20 || p[0] == 0x7F;
    if (n == 2) return p[0] == 0xC2 && p[1] < 0xA0;
    return n == 3 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9);
}

static int is_printable(span text) { /* and ASCII */
    u8 odd = 0;
    for (u32 i = 0; i < text.n; i++) odd |= (u8)(text.at[i] - 0x20) > 0x5E;
    return !odd;
}

static int is_ascii(span text) {
    u8 all = 0;
    for (u32 i = 0; i < text.n; i++) all |= text.at[i];
    return all < 0x80;
}

static int is_utf8(const u8 *p, const u8 *end) {
    for (int n; p < end; p += n) {
        if (LIKELY(*p < 0x80)) n = 1;
        else if (!(n = letter(p, end))) return NO;
    }
    return YES;
}

/* NO for what holds controls, UNSURE for what is not UTF-8. */
static int plain(span text) {
    const u8 *p = text.at, *end = p + text.n;
    while (p < end) {
        int n = letter(p, end);
        if (!n) return UNSURE;
        if (unsafe(p, n)) return NO;
        p += n;
    }
    return YES;
}

static int digit(u8 c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int escape(const u8 *p, const u8 *end) {
    if (end - p < 3 || p[0] != '%' || digit(p[1]) < 0 || digit(p[2]) < 0) return -1;
    return digit(p[1]) * 16 + digit(p[2]);
}

static u8 *escaped(u8 *to, const u8 *bytes, int n) {
    static const char hex[] = "0123456789ABCDEF";
    for (int i = 0; i < n; i++) { *to++ = '%'; *to++ = (u8)hex[bytes[i] >> 4]; *to++ = (u8)hex[bytes[i] & 15]; }
    return to;
}

/* Percent-decode all that keeps its meaning (rules/reading.py, `_settled`). UNSURE for `&amp;`-like texts. */
static int settled(struct scanner *s, span text, const char *keep, span *out) {
    u8 *to = room(s, 3 * (size_t)text.n), *start = to;
    const u8 *p = text.at, *end = p + text.n;
    if (to == NULL) return UNSURE;
    while (p < end) {
        u8 run[4];
        int first, n = 1;
        if (*p == ';') return UNSURE;
        if (*p != '%') { *to++ = *p++; continue; }
        first = escape(p, end);
        if (first < 0) { to = escaped(to, p++, 1); continue; }
        run[0] = (u8)first;
        if (first >= 0xC0 && first < 0xF8) {
            int wanted = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, next;
            while (n < wanted && (next = escape(p + 3 * n, end)) >= 0 && is_next((u8)next)) run[n++] = (u8)next;
            if (n < wanted) n = 1;
        }
        if (letter(run, run + n) != n || unsafe(run, n) || (n == 1 && strchr(keep, run[0]))) to = escaped(to, run, n);
        else if (run[0] == ';') return UNSURE;
        else { memcpy(to, run, (size_t)n); to += n; }
        p += 3 * n;
    }
    out->at = start;
    out->n = (u32)(to - start);
    return given_back(s, to);
}

/* ---- changes of fields (rules/changes.py) ---- */

static int number(struct scanner *s, span *text, const char *alphabet, u64 base) {
    u64 value = 0;
    u8 *to = room(s, 20), *end = to + 20;
    if (to == NULL || text->n > 10) return UNSURE;
    for (u32 i = 0; i < text->n; i++) {
        const char *at = text->at[i] ? strchr(alphabet, text->at[i]) : NULL;
        if (at == NULL) return NO;
        value = value * base + (u64)(at - alphabet);
    }
    to = end;
    do *--to = (u8)('0' + value % 10); while (value /= 10);
    text->at = to;
    text->n = (u32)(end - to);
    return YES;
}

/* A page's name as MediaWiki spells it: of ASCII; of other letters only where nothing is composed or made a capital. */
static int title(struct scanner *s, span *text) {
    u8 *start = room(s, text->n), *to = start;
    if (to == NULL) return UNSURE;
    for (u32 i = 0; i < text->n; i++) {
        u8 c = text->at[i];
        if (c == '%') return UNSURE;
        if (c >= 0x80) { /* letters of Latin-1 and Latin Extended-A stay; others may compose */
            if (c < 0xC3 || c > 0xC5 || i + 1 == text->n || i == 0) return UNSURE;
            *to++ = c;
            *to++ = text->at[++i];
            continue;
        }
        if (strchr("#<>[]|{}/", c)) return NO;
        if (c == ' ') c = '_';
        if (c == '_' && (to == start || to[-1] == '_')) continue;
        *to++ = c;
    }
    if (to > start && to[-1] == '_') to--;
    if (to == start) return NO;
    if (start[0] >= 'a' && start[0] <= 'z') start[0] = (u8)(start[0] - 32);
    if (start[0] >= 0x80) return UNSURE;
    text->at = start;
    text->n = (u32)(to - start);
    return given_back(s, to);
}

static int changed(struct scanner *s, span *text, int change) {
    u8 *to;
    switch (change) {
    case 0:
        return YES;
    case LOWER:
    case UPPER:
        if ((to = room(s, text->n)) == NULL) return UNSURE;
        for (u32 i = 0; i < text->n; i++) {
            u8 c = text->at[i], first = change == LOWER ? 'A' : 'a';
            to[i] = c >= first && c < first + 26 ? c ^ 0x20 : c;
        }
        text->at = to;
        return YES;
    case BASE58:
        return number(s, text, "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", 58);
    case BASE36:
        return number(s, text, "0123456789abcdefghijklmnopqrstuvwxyz", 36);
    case TITLE:
        return title(s, text);
    case DECODE:
        return memchr(text->at, '%', text->n) ? UNSURE : YES;
    case BLANK:
        return memchr(text->at, '+', text->n) ? UNSURE : YES;
    default:
        return UNSURE;
    }
}

/* ---- patterns and templates ---- */

/* Whether a whole text fits a program; its fields are then among the values. */
static int reads(struct scanner *s, int program, span text, values *v) {
    const int32_t *of = s->book->programs + 3 * program;
    struct match m;
    int found;
    m.book = s->book;
    m.end = text.at + text.n;
    m.steps = STEPS;
    for (int i = 0; i < 2 * of[1]; i++) m.groups[i] = NULL;
    found = fits(&m, of[0], text.at);
    if (found != YES) return found;
    for (int i = 0; i < of[1]; i++) {
        const int32_t *slot = s->book->words + of[2] + 2 * i;
        if (m.groups[2 * i + 1] == NULL) continue;
        span value = {m.groups[2 * i], (u32)(m.groups[2 * i + 1] - m.groups[2 * i])};
        if (slot[1] && (found = changed(s, &value, slot[1])) != YES) return found;
        v->of[slot[0]] = value;
        v->has |= 1ULL << slot[0];
    }
    return YES;
}

/* A template with its fields put in: words are the number of pieces, then where and how long, or -1 and the slot. */
static int filled(struct scanner *s, int at, const values *v, span *out) {
    const int32_t *piece = s->book->words + at + 1;
    u8 *start = s->scratch->arena + s->used;
    for (int i = 0; i < s->book->words[at]; i++, piece += 2) {
        const u8 *from;
        size_t n;
        if (piece[0] >= 0) { from = s->book->pool + piece[0]; n = (size_t)piece[1]; }
        else if ((v->has >> piece[1] & 1) && v->of[piece[1]].n) { from = v->of[piece[1]].at; n = v->of[piece[1]].n; }
        else continue;
        u8 *to = room(s, n);
        if (to == NULL) return UNSURE;
        memcpy(to, from, n);
    }
    out->at = start;
    out->n = (u32)(s->scratch->arena + s->used - start);
    return YES;
}

/* ---- what was found ---- */

static void settle_ring(struct scanner *s) {
    const struct scan_registry *r = s->registry;
    struct scan_found *f = s->found;
    for (u32 i = 0; i < s->ring; i++) {
        u64 hash = s->scratch->ring[i].hash, row = s->scratch->ring[i].row, at = hash & r->mask;
        if (hash) {
            while (r->slots[at] && r->slots[at] != hash) at = (at + 1) & r->mask;
            if (!r->slots[at]) continue;
        }
        if (!f->n_rows || f->rows[f->n_rows - 1] != row) { f->rows[f->n_rows] = row; f->asked[f->n_rows++] = 0; }
        f->asked[f->n_rows - 1] |= !hash;
    }
    s->ring = 0;
}

static void note(struct scanner *s, u64 hash) {
    if (s->ring == RING) settle_ring(s);
    if (hash) PREFETCH(s->registry->slots + (hash & s->registry->mask));
    s->scratch->ring[s->ring].hash = hash;
    s->scratch->ring[s->ring++].row = s->row;
}

/* Write down a key with each of its works; UNSURE where there is no room left. Without a registry all are written. */
static int key_shown(struct scanner *s, span key, int how) {
    const struct scan_registry *r = s->registry;
    struct scan_matches *m = s->matches;
    u64 hash = quick(r->seed, key.at, key.n), check = r->checks ? sip(r->secret, key.at, key.n) : 0;
    int is_there = 0;
    for (u64 at = hash & r->mask; r->checks == NULL ? !is_there : r->slots[at] != 0; at = (at + 1) & r->mask) {
        if (r->checks && (r->slots[at] != hash || r->checks[at] != check)) continue;
        if (m->n == m->most || m->text_room - m->text_size < key.n) { m->most = 0; return UNSURE; }
        if (!is_there) memcpy(m->texts + m->text_size, key.at, key.n);
        m->text_size += is_there ? 0 : key.n;
        is_there = 1;
        m->rows[m->n] = (u32)s->row;
        m->works[m->n] = r->works ? r->works[at] : 0;
        m->hows[m->n] = (u8)how;
        m->text_ends[m->n++] = (u32)m->text_size;
    }
    return YES;
}

static int key_found(struct scanner *s, span key, int how) {
    struct scan_found *f = s->found;
    if (UNLIKELY(s->matches != NULL)) return key_shown(s, key, s->guessed && how == BY_KEY ? BY_GUESS : how);
    note(s, quick(s->registry->seed, key.at, key.n));
    if (s->secret == NULL) return YES;
    u64 digest = sip(s->secret, key.at, key.n);
    for (u64 i = s->row_start; i < f->n_digests; i++) if (f->digests[i] == digest) return YES;
    if (f->n_digests - s->row_start == MOST_KEYS) return UNSURE;
    f->digests[f->n_digests] = digest;
    f->digest_rows[f->n_digests++] = s->row;
    return YES;
}

/* ---- hosts ---- */

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

/* ---- addresses ---- */

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

/* ---- the generic rule (rules/generic.py) ---- */

enum { KEPT, SECRET, NOISE, PICTURE_NOISE };

static int kind_of(struct scanner *s, span name) {
    u64 hash = quick(2, name.at, name.n);
    int at = (int)(hash & (NAMES - 1)), found = NO, kind = KEPT, most = (int)sizeof s->scratch->names[0].name;
    const int programs[4] = {0, s->book->secrets, s->book->noise, s->book->picture_noise};
    u8 small[64];
    span lower = {small, name.n};
    values ignored;
    ignored.has = 0;
    if ((int)name.n <= most && s->scratch->names[at].hash == hash && s->scratch->names[at].n == name.n &&
        !memcmp(s->scratch->names[at].name, name.at, name.n))
        return s->scratch->names[at].kind;
    if (name.n > sizeof small) return UNSURE;
    for (u32 i = 0; i < name.n; i++) {
        if (name.at[i] >= 0x80) return UNSURE;
        small[i] = name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32 : name.at[i];
    }
    for (int i = SECRET; i <= PICTURE_NOISE && !found; i++) {
        found = reads(s, programs[i], lower, &ignored);
        if (found == UNSURE) return UNSURE;
        if (found) kind = i;
    }
    if ((int)name.n <= most) {
        s->scratch->names[at].hash = hash;
        s->scratch->names[at].n = (u8)name.n;
        s->scratch->names[at].kind = (u8)kind;
        memcpy(s->scratch->names[at].name, name.at, name.n);
    }
    return kind;
}

/* The parameters worth keeping, as `?a=1&b=2`, or nothing. */
static int read_query(struct scanner *s, const struct address *a, span *query) {
    u8 *to = room(s, 3 * (size_t)a->search.n + 8), *start = to, *last_room = s->scratch->arena + s->used;
    const u8 *p = a->search.at + 1, *end = a->search.at + a->search.n;
    int escapes = memchr(p, '%', (size_t)(end - p)) || memchr(p, ' ', (size_t)(end - p)), dropped = -1;
    values ignored;
    ignored.has = 0;
    if (to == NULL) return UNSURE;
    for (; p < end; p++) {
        const u8 *next = memchr(p, '&', (size_t)(end - p));
        span pair = {p, (u32)((next ? next : end) - p)}, name;
        p = next ? next : end - 1;
        if (escapes) {
            if (settled(s, pair, "%#&+=", &pair) != YES) return UNSURE;
            while (pair.n && pair.at[0] == ' ') pair.at++, pair.n--;
            while (pair.n && pair.at[pair.n - 1] == ' ') pair.n--;
        }
        if (!pair.n) continue;
        name = pair;
        name.n = (u32)(end_of(pair.at, pair.at + pair.n, "=") - pair.at);
        int kind = kind_of(s, name);
        if (kind == UNSURE) return UNSURE;
        if (kind != KEPT) {
            if (dropped < 0) {
                int script = reads(s, s->book->scripts, a->path, &ignored), picture = reads(s, s->book->pictures, a->path, &ignored);
                if (script == UNSURE || picture == UNSURE) return UNSURE;
                dropped = script ? SECRET : picture ? PICTURE_NOISE : NOISE;
            }
            if (kind <= dropped) continue;
        }
        if (to + pair.n + 1 > last_room) return UNSURE;
        *to = to == start ? '?' : '&';
        memcpy(to + 1, pair.at, pair.n);
        to += pair.n + 1;
    }
    query->at = start;
    query->n = (u32)(to - start);
    return YES;
}

/* Whether a text may have one of the ends that further keys, or texts with keys, have. */
static int tail_fits(const struct scan_book *b, int which, span text) {
    const uint16_t *steps = b->tail_steps[which];
    const u8 *columns = b->tail_columns[which];
    u32 state = 2, width = (u32)b->tail_widths[which];
    for (u32 i = text.n; i-- > 0;) {
        state = steps[state * width + columns[text.at[i]]];
        if (state <= 1) return (int)state;
    }
    return YES;
}

/* The further keys of a form: per second of, program, key, need one (at, n), need two (at, n), letters (low, high),
 * guessed, before the form's own key (each before those told earlier). */
static int seconds(struct scanner *s, const int32_t *form, const values *v, u64 letters, int before) {
    for (int i = 0; i < form[N_SECONDS]; i++) {
        const int32_t *one = s->book->words + form[SECONDS] + SECOND * (before ? form[N_SECONDS] - 1 - i : i);
        u64 needed = (u32)one[7] | (u64)(u32)one[8] << 32;
        values more;
        span key;
        if (one[10] != before) continue;
        if (one[0] < 0) more = *v;
        else {
            span text = v->has >> one[0] & 1 ? v->of[one[0]] : (span){(const u8 *)"", 0};
            int found;
            if ((letters & needed) != needed) continue;
            if (!seek(text.at, text.at + text.n, s->book->pool + one[3], (size_t)one[4])) continue;
            if (!seek(text.at, text.at + text.n, s->book->pool + one[5], (size_t)one[6])) continue;
            more = *v;
            found = one[1] < 0 ? UNSURE : reads(s, one[1], text, &more);
            if (found == UNSURE) return UNSURE;
            if (!found) continue;
        }
        if (one[2] < 0) continue; /* means many works */
        if (filled(s, one[2], &more, &key) != YES || key_found(s, key, one[9] ? BY_GUESS : BY_KEY) != YES) return UNSURE;
    }
    return YES;
}

static int on_any_host(struct scanner *s, const struct address *a) {
    const int32_t *form = s->book->forms + FORM * s->book->generic_form;
    values v;
    span key;
    int found;
    v.has = 0;
    found = reads(s, form[PATH_PROGRAM], a->path, &v);
    if (found != YES) return found;
    v.of[SLOT_PATH] = a->path;
    v.of[SLOT_SEARCH] = a->search;
    v.of[SLOT_QUERY].n = 0;
    if (a->search.n && read_query(s, a, &v.of[SLOT_QUERY]) != YES) return UNSURE;
    u8 *site = room(s, a->host.n + a->port.n);
    if (site == NULL) return UNSURE;
    memcpy(site, a->host.at, a->host.n);
    if (a->port.n) {
        memcpy(site + a->host.n, a->port.at, a->port.n);
        site[a->host.n] = ':';
    }
    v.of[SLOT_SITE] = (span){site, a->host.n + a->port.n};
    v.of[SLOT_HOST] = v.of[SLOT_SITE];
    if (a->host.n > 4 && !memcmp(site, "www.", 4) && memchr(site + 4, '.', a->host.n - 4)) {
        v.of[SLOT_HOST].at += 4;
        v.of[SLOT_HOST].n -= 4;
    }
    v.has |= 1ULL << SLOT_PATH | 1ULL << SLOT_SITE | 1ULL << SLOT_HOST | 1ULL << SLOT_QUERY | 1ULL << SLOT_SEARCH;
    int has_more = form[N_SECONDS] && tail_fits(s->book, 0, a->path);
    if (!a->explicit) s->guessed = 1;
    if (has_more && seconds(s, form, &v, a->letters, YES) != YES) return UNSURE;
    if (filled(s, form[KEY], &v, &key) != YES || key_found(s, key, BY_KEY) != YES) return UNSURE;
    return has_more ? seconds(s, form, &v, a->letters, NO) : YES;
}

/* ---- forms ---- */

static int find(struct scanner *s, span text, int depth);

/* Whether the MD5 of one field starts with the others, in hexadecimal. */
static int md5_fits(const struct scan_book *b, const int32_t *form, const values *v) {
    const int32_t *slot = b->words + form[MD5];
    static const char hex[] = "0123456789abcdef";
    for (int i = 0; i < form[N_MD5]; i++, slot += 2) {
        span name = v->of[slot[0]], start = v->of[slot[1]];
        if (start.n > 8) return UNSURE;
        u32 digest = md5_start(name.at, name.n);
        for (u32 j = 0; j < start.n; j++) {
            u8 byte = (u8)(digest >> (8 * (j >> 1)));
            if (start.at[j] != (u8)hex[j & 1 ? byte & 15 : byte >> 4]) return NO;
        }
    }
    return YES;
}

static int given(struct scanner *s, const int32_t *form, const values *v, const struct address *a, int depth) {
    span made;
    s->guessed |= form[GUESSED];
    switch (form[ACTION]) {
    case NOTHING:
        return YES;
    case GIVES_KEY:
        if (seconds(s, form, v, ~0ULL, YES) != YES) return UNSURE;
        if (form[KEY] >= 0 && (filled(s, form[KEY], v, &made) != YES || key_found(s, made, BY_KEY) != YES)) return UNSURE;
        return seconds(s, form, v, ~0ULL, NO);
    case GIVES_ADDRESS:
        if (filled(s, form[ADDRESS], v, &made) != YES) return UNSURE;
        if (a && a->fragment.n && !memchr(made.at, '#', made.n)) {
            u8 *to = room(s, a->fragment.n + 1);
            if (to == NULL) return UNSURE;
            *to = '#';
            memcpy(to + 1, a->fragment.at, a->fragment.n);
            made.n += a->fragment.n + 1;
        }
        return depth < DEEPEST ? find(s, made, depth + 1) : YES;
    case IS_GENERIC:
        return a ? on_any_host(s, a) : UNSURE;
    default:
        return UNSURE;
    }
}

/* Whether an address on a known host has a form: its path, the parameters it must have, its MD5. */
static int form_fits(struct scanner *s, const int32_t *form, const struct address *a, values *v) {
    const struct scan_book *b = s->book;
    int found;
    v->has = 0;
    found = form[PATH_PROGRAM] < 0 ? YES : reads(s, form[PATH_PROGRAM], a->path, v);
    if (found != YES) return found;
    if (form[HOST_PROGRAM] >= 0 && b->programs[3 * form[HOST_PROGRAM] + 1]) {
        found = reads(s, form[HOST_PROGRAM], a->host, v);
        if (found != YES) return UNSURE;
    }
    v->of[SLOT_SEARCH] = a->search;
    v->has |= 1ULL << SLOT_SEARCH;
    for (int i = 0; i < form[N_QUERY]; i++) {
        const int32_t *one = b->words + form[QUERY] + 3 * i;
        span name = {b->pool + one[0], (u32)one[1]}, value;
        found = parameter(a, name, &value);
        if (found == YES) found = one[2] < 0 ? UNSURE : reads(s, one[2], value, v);
        if (found != YES) return found;
    }
    return form[N_MD5] ? md5_fits(b, form, v) : YES;
}

static int at_place(struct scanner *s, const struct address *a, int depth) {
    const int32_t *family = s->book->families + 2 * a->place->family;
    u64 forms = a->place->forms;
    if (a->port.n) return YES;
    for (int i = 0; i < family[1]; i++) {
        const int32_t *form = s->book->forms + FORM * (family[0] + i);
        values v;
        int found;
        if (!(forms >> i & 1)) continue;
        found = form_fits(s, form, a, &v);
        if (found == UNSURE) return UNSURE;
        if (found) return given(s, form, &v, a, depth);
    }
    return YES;
}

/* The first form of a text that is no address, such as a file name. YES: one fits, and what it gives is given. */
static int texts(struct scanner *s, span text, int depth, int is_address) {
    const struct scan_book *b = s->book;
    text = trimmed(text, 0);
    int checked = NO;
    if (!is_address && !tail_fits(b, 1, text)) return NO; /* the automaton knows only texts that give keys */
    for (int i = 0; i < b->n_texts; i++) {
        const int32_t *form = b->forms + FORM * (b->texts + i), *need = b->words + form[NEEDS];
        values v;
        int found;
        if (!seek(text.at, text.at + text.n, b->pool + need[0], (size_t)need[1])) continue;
        if (!seek(text.at, text.at + text.n, b->pool + need[2], (size_t)need[3])) continue;
        if (!checked && (checked = is_printable(text) ? YES : plain(text)) != YES) return checked == NO ? NO : UNSURE;
        v.has = 0;
        found = form[PATH_PROGRAM] < 0 ? UNSURE : reads(s, form[PATH_PROGRAM], text, &v);
        if (found == YES && form[N_MD5]) found = md5_fits(b, form, &v);
        if (found == YES) return given(s, form, &v, NULL, depth) == UNSURE ? UNSURE : YES;
        if (found) return found;
    }
    return NO;
}

/* All keys of one text (rules/rulebook.py, `find`). UNSURE: the engine must be asked. */
static int find(struct scanner *s, span text, int depth) {
    struct address a;
    span whole = trimmed(text, 1);
    int found;
    if (UNLIKELY(text.n > LONGEST)) return is_ascii(text) && trimmed(text, 0).n > LONGEST ? YES : UNSURE;
    if (UNLIKELY(!is_printable(whole))) {
        if (has_hidden_ends(whole)) return UNSURE;
        found = plain(whole);
        if (found != YES) return found == NO ? YES : UNSURE;
    }
    found = read_address(s, whole, &a);
    if (found == UNSURE) return UNSURE;
    if (found == YES && a.place->family >= 0) return at_place(s, &a, depth);
    if (found == NO || !a.explicit) {
        int is_text = texts(s, text, depth, found == YES);
        if (is_text) return is_text;
    }
    if (found == NO || a.place->family == IMITATES) return YES;
    return on_any_host(s, &a);
}

/* ---- rows ---- */

static const u8 *next_of(const u8 *p, const u8 *end, u8 wanted) {
#ifdef SCAN_SSE2
    const __m128i all = _mm_set1_epi8((char)wanted);
    for (; end - p >= 16; p += 16) {
        int found = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), all));
        if (found) return p + FIRST_BIT((unsigned)found);
    }
#endif
    while (p < end && *p != wanted) p++;
    return p;
}

static span without_blanks(span text) {
    while (text.n && text.at[0] == ' ') text.at++, text.n--;
    while (text.n && text.at[text.n - 1] == ' ') text.n--;
    return text;
}

/* The digest of a file as a key: `md5:` or `sha256:` and small hexadecimal digits. */
static int digest_key(struct scanner *s, const char *prefix, const u8 *bits, u32 n) {
    static const char hex[] = "0123456789abcdef";
    u32 length = (u32)strlen(prefix);
    u8 *to = room(s, length + 2 * n);
    if (to == NULL) return UNSURE;
    memcpy(to, prefix, length);
    for (u32 i = 0; i < n; i++) {
        to[length + 2 * i] = (u8)hex[bits[i] >> 4];
        to[length + 2 * i + 1] = (u8)hex[bits[i] & 15];
    }
    return key_found(s, (span){to, length + 2 * n}, BY_DIGEST);
}

static int hex_cell(struct scanner *s, span cell, const char *prefix, u32 n) {
    u8 bits[32];
    if (cell.n != 2 * n) return YES;
    for (u32 i = 0; i < n; i++) {
        if (digit(cell.at[2 * i]) < 0 || digit(cell.at[2 * i + 1]) < 0) return YES;
        bits[i] = (u8)(digit(cell.at[2 * i]) * 16 + digit(cell.at[2 * i + 1]));
    }
    return digest_key(s, prefix, bits, n);
}

/* 16 bytes in base64: 22 letters and `==`. Whatever else decodes to 16 bytes, the engine knows. */
static int base64_cell(struct scanner *s, span cell) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    u8 bits[18];
    u32 held = 0;
    int n = 0, many = 0;
    if (cell.n != 24 || cell.at[22] != '=' || cell.at[23] != '=') return UNSURE;
    for (int i = 0; i < 22; i++) {
        const char *at = cell.at[i] ? strchr(letters, cell.at[i]) : NULL;
        if (at == NULL) return UNSURE;
        held = held << 6 | (u32)(at - letters);
        if ((many += 6) >= 8) bits[n++] = (u8)(held >> (many -= 8));
    }
    return digest_key(s, "md5:", bits, 16);
}

/* A cell that is an id: the pattern of its column, and what its key is made of. */
static int pattern_cell(struct scanner *s, const struct scan_plan *plan, int number, span cell) {
    const struct scan_book *book = s->book;
    const int32_t *form = plan->own->forms + FORM * number;
    values v;
    span key;
    int found;
    v.has = 0;
    s->book = plan->own;
    found = reads(s, form[PATH_PROGRAM], cell, &v);
    if (found == YES) found = filled(s, form[KEY], &v, &key) == YES ? key_found(s, key, BY_KEY) : UNSURE;
    s->book = book;
    return found == UNSURE ? UNSURE : YES;
}

static int read_cell(struct scanner *s, const struct scan_plan *plan, const int32_t *reading, span cell) {
    s->used = 0;
    s->guessed = 0;
    if (reading[0] == READ_ADDRESS) return find(s, cell, 0);
    cell = without_blanks(cell);
    if (!cell.n) return YES;
    switch (reading[0]) {
    case READ_MD5: return hex_cell(s, cell, "md5:", 16);
    case READ_SHA256: return hex_cell(s, cell, "sha256:", 32);
    case READ_BASE64: return base64_cell(s, cell);
    case READ_PATTERN: return pattern_cell(s, plan, reading[1], cell);
    default: return UNSURE;
    }
}

/* ---- rows: cut as readers/text.py cuts them ---- */

/* A cell in quotes. UNSURE where it is never closed, or where something stands between a quote and a delimiter. */
static int quoted_cell(const u8 **p, const u8 *end, u8 delimiter, span *cell, int *doubled) {
    const u8 *from = *p + 1, *close = next_of(from, end, '"');
    while (end - close >= 2 && close[1] == '"') {
        *doubled = 1;
        close = next_of(close + 2, end, '"');
    }
    if (close == end || (close + 1 < end && close[1] != delimiter) || close - from > INT32_MAX) return UNSURE;
    *cell = (span){from, (u32)(close - from)};
    *p = close + 1;
    return YES;
}

/* Read a cell of a column that is looked at. Bytes that are not UTF-8 anywhere in a row make all of it Latin-1. */
static int looked_at(struct scanner *s, const struct scan_plan *plan, const int32_t *reading, span cell) {
    if (!cell.n) return YES;
    if (reading[0] == READ_ENGINE) return without_blanks(cell).n ? UNSURE : YES;
    if (cell.n <= LONGEST && UNLIKELY(!is_ascii(cell)) && !is_utf8(s->row_from, s->row_end)) return UNSURE;
    return read_cell(s, plan, reading, cell);
}

static int read_row(struct scanner *s, const struct scan_plan *plan) {
    const u8 *p = s->row_from, *end = s->row_end, *stop;
    for (int column = 0; column < plan->n_columns; column++, p = stop + 1) {
        const int32_t *reading = plan->readings + 2 * column;
        int doubled = 0;
        span cell;
        if (plan->quoted && p < end && (*p == '"' || *p == ' ')) {
            const u8 *from = p;
            while (p < end && *p == ' ') p++;
            if (p < end && *p == '"' && p > from) return UNSURE;
            if (p == end || *p != '"') p = from;
        }
        if (plan->quoted && p < end && *p == '"') {
            stop = p;
            if (quoted_cell(&stop, end, (u8)plan->delimiter, &cell, &doubled) != YES) return UNSURE;
        } else {
            stop = plan->delimiter < 0 ? end : next_of(p, end, (u8)plan->delimiter);
            if (stop - p > INT32_MAX && reading[0] != READ_NOTHING) return UNSURE;
            cell = (span){p, (u32)(stop - p)};
        }
        if (reading[0] != READ_NOTHING && (doubled || looked_at(s, plan, reading, cell) != YES)) return UNSURE;
        if (stop == end) return YES;
    }
    return YES;
}

static int is_blank(u8 c) { return c == ' ' || c == '\t'; }

/* A row whose cells stand between runs of blanks. With more cells than columns an address may hold some. */
static int read_row_of_blanks(struct scanner *s, const struct scan_plan *plan) {
    const u8 *p = s->row_from, *end = s->row_end;
    if (plan->quoted && next_of(p, end, '"') < end) return UNSURE;
    if (end - p > INT32_MAX) return UNSURE;
    for (int column = 0;; column++) {
        while (p < end && is_blank(*p)) p++;
        if (p == end) break;
        if (column == plan->n_columns) {
            if (plan->has_address) return UNSURE;
            break;
        }
        span cell = {p, 0};
        while (p < end && !is_blank(*p)) p++;
        cell.n = (u32)(p - cell.at);
        if (plan->readings[2 * column] != READ_NOTHING && looked_at(s, plan, plan->readings + 2 * column, cell) != YES)
            return UNSURE;
    }
    return YES;
}

/* ---- tokens: most rows hold no run of letters that any registered key has, and are not read at all ---- */

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

/* ---- exported ---- */

/* What `scan.py` knows of this file: changed with every structure and every list of arguments. */
EXPORT u64 scan_version(void) { return 2; }

EXPORT u64 scan_scratch_size(void) { return sizeof(struct scan_scratch); }

EXPORT u64 scan_quick(u64 seed, const u8 *p, u64 n) { return quick(seed, p, n); }

EXPORT u64 scan_digest(const u8 *secret, const u8 *p, u64 n) { return sip(secret, p, n); }

/* The digests of many keys that stand behind each other, each `lengths` long. */
EXPORT void scan_digests(const u8 *secret, const u8 *p, const int64_t *lengths, u64 n, u64 *out) {
    for (u64 i = 0; i < n; p += lengths[i], i++) out[i] = sip(secret, p, (size_t)lengths[i]);
}

static u8 *count_of(const struct scan_registry *r, const u8 *run, u32 n) {
    return r->counts + (token_hash(r->seed, run + n, n, run) & (COUNTS - 1));
}

/* Where a key may have tokens: behind the words that say what kind of key it is. */
static const u8 *behind_kind(const u8 *key, const u8 *end) {
    const u8 *colon;
    int url = end - key > 4 && !memcmp(key, "url:", 4);
    for (int i = 0; i < 2 - url && (colon = memchr(key, ':', (size_t)(end - key))) != NULL; i++) key = colon + 1;
    return key;
}

static const u8 *next_run(const u8 **p, const u8 *end) {
    const u8 *from;
    while (*p < end && !is_alnum(**p)) (*p)++;
    for (from = *p; *p < end && is_alnum(**p);) (*p)++;
    return from;
}

static void count_runs(struct scan_registry *r, const u8 *key, const u8 *end) {
    for (const u8 *p = behind_kind(key, end); p < end;) {
        const u8 *run = next_run(&p, end);
        if (p - run < SHORTEST_TOKEN) continue;
        u8 *count = count_of(r, run, (u32)(p - run));
        if (*count < UINT8_MAX) ++*count;
    }
}

/* What a key is known by before any row is read: the run of letters and digits that the fewest keys have, of those the
 * longest, digits counting more. Empty where none is long enough; not the one at `but`. */
static span token_of(const struct scan_registry *r, const u8 *key, const u8 *end, u32 least, const u8 *but) {
    u32 best_count = UINT32_MAX, best_score = 0;
    span best = {NULL, 0};
    const u8 *path = memchr(key, '/', (size_t)(end - key));
    for (const u8 *p = behind_kind(key, end); p < end;) {
        const u8 *run = next_run(&p, end);
        u32 n = (u32)(p - run), count, score = n, few = n;
        if (n < least || run == but) continue;
        for (const u8 *digit = run; n > 4 && digit < p && score == few; digit++) if (*digit <= '9') score += 6;
        if (path && run > path) score += 8; /* many have a host in common */
        for (count = 0, few = *count_of(r, run, n); few; few >>= 1) count++; /* about as many are the same: they are counted by hash */
        if (count < best_count || (count == best_count && score > best_score)) {
            best = (span){run, n};
            best_count = count;
            best_score = score;
        }
    }
    return best;
}

static void set_tokens(struct scan_registry *r, span first, span second) {
    u64 hash = token_hash(r->seed, first.at + first.n, first.n, first.at);
    u64 pair = pair_hash(hash, token_hash(r->seed, second.at + second.n, second.n, second.at));
    r->tokens[hash & r->token_mask] |= token_bits(hash);
    *pair_word(r, pair) |= token_bits(pair);
}

/* Make rows with a certain run of letters and digits be read, whatever else they hold. */
EXPORT void scan_mark(struct scan_registry *r, const u8 *run, u64 n) { set_tokens(r, (span){run, (u32)n}, (span){run, (u32)n}); }

/* Set the tokens of many keys. Returns how many have none that is long enough. */
EXPORT u64 scan_tokens(struct scan_registry *r, const u8 *keys, const int64_t *lengths, u64 n) {
    u64 without = 0;
    const u8 *key = keys;
    for (u64 i = 0; i < n; key += lengths[i], i++) count_runs(r, key, key + lengths[i]);
    key = keys;
    for (u64 i = 0; i < n; key += lengths[i], i++) {
        const u8 *end = key + lengths[i];
        span first = token_of(r, key, end, (u32)r->least, NULL), second;
        if (!first.n && r->least > SHORTEST_TOKEN) { /* then the runs of rows are looked up that are as short */
            first = token_of(r, key, end, SHORTEST_TOKEN, NULL);
            if (first.n) r->least = SHORTEST_TOKEN;
        }
        second = token_of(r, key, end, (u32)r->least, first.at);
        if (first.n) set_tokens(r, first, second.n ? second : first);
        else without++;
    }
    return without;
}

/* Put keys into a registry. Two works may have one key. Returns how many were put in: fewer than n when it is full. */
EXPORT u64 scan_register(struct scan_registry *r, const u8 *p, const int64_t *lengths, const u32 *works, u64 n, u64 free_slots) {
    u64 done = 0;
    for (; done < n && done < free_slots; p += lengths[done], done++) {
        u64 hash = quick(r->seed, p, (size_t)lengths[done]), at = hash & r->mask;
        while (r->slots[at]) at = (at + 1) & r->mask;
        r->slots[at] = hash;
        r->checks[at] = sip(r->secret, p, (size_t)lengths[done]);
        r->works[at] = works[done];
    }
    return done;
}

/* Move all that is in a registry into a larger one, which is empty. */
EXPORT void scan_move(const struct scan_registry *from, struct scan_registry *to) {
    for (u64 i = 0; i <= from->mask; i++) {
        u64 hash = from->slots[i], at = hash & to->mask;
        if (!hash) continue;
        while (to->slots[at]) at = (at + 1) & to->mask;
        to->slots[at] = hash;
        to->checks[at] = from->checks[i];
        to->works[at] = from->works[i];
    }
}

/* The works of a key. Returns how many there are, of which at most `most` are written. */
EXPORT u64 scan_works(const struct scan_registry *r, const u8 *key, u64 n, u32 *works, u64 most) {
    u64 found = 0, hash = quick(r->seed, key, (size_t)n), check = sip(r->secret, key, (size_t)n);
    for (u64 at = hash & r->mask; r->slots[at]; at = (at + 1) & r->mask)
        if (r->slots[at] == hash && r->checks[at] == check) {
            if (found < most) works[found] = r->works[at];
            found++;
        }
    return found;
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
    struct scanner s = {book, registry, secret, found, scratch, NULL, NULL, 0, 0, 0, 0, NULL, 0};
    u64 i = 0;
    if (registry->least && secret == NULL && plan->tokens_tell) {
        i = worthy_rows(&s, plan, buffer, length, starts, ends, n_rows, first_row);
        settle_ring(&s);
        return i;
    }
    for (; i < n_rows; i++) {
        if (starts[i] > ends[i] || ends[i] > length) break;
        if (secret && found->most_digests - found->n_digests < MOST_KEYS) break;
        look_at_row(&s, plan, first_row + i, buffer + starts[i], buffer + ends[i]);
    }
    settle_ring(&s);
    return i;
}

/* The registered keys of rows that the kernel is sure of. Returns how many rows were read: fewer when there was no room
 * left, or when a row lies outside or is not sure at all. */
EXPORT u64 scan_matched(const struct scan_book *book, const struct scan_registry *registry, const struct scan_plan *plan,
                        const u8 *buffer, u64 length, const u64 *starts, const u64 *ends, const u64 *rows, u64 n_rows,
                        struct scan_matches *matches, struct scan_scratch *scratch) {
    struct scanner s = {book, registry, NULL, NULL, scratch, NULL, NULL, 0, 0, 0, 0, matches, 0};
    u64 i = 0;
    for (; i < n_rows; i++) {
        u64 before = matches->n, size = matches->text_size;
        if (starts[rows[i]] > ends[rows[i]] || ends[rows[i]] > length) break;
        if (row_is_read(&s, plan, i, buffer + starts[rows[i]], buffer + ends[rows[i]])) continue;
        matches->n = before;
        matches->text_size = size;
        break;
    }
    return i;
}

/* All keys of one text, for tests. 0: not sure, or no room. */
EXPORT int32_t scan_keys(const struct scan_book *book, const u8 *text, u64 n, struct scan_matches *matches, struct scan_scratch *scratch) {
    struct scan_registry none = {0};
    struct scanner s = {book, &none, NULL, NULL, scratch, NULL, NULL, 0, 0, 0, 0, matches, 0};
    return n <= INT32_MAX && find(&s, (span){text, (u32)n}, 0) != UNSURE;
}

static int inside(int32_t at, int32_t n, int32_t size) { return at >= 0 && n >= 0 && at <= size && n <= size - at; }

static int program_is_sound(const struct scan_book *b, int32_t program) {
    static const int lengths[] = {1, 3, 3, 6, 6, 3, 2, 2};
    const int32_t *of = b->programs + 3 * program, *code = b->code;
    if (of[0] < 0 || of[1] < 0 || of[1] > GROUPS || !inside(of[2], 2 * of[1], b->n_words)) return 0;
    for (int i = 0; i < of[1]; i++) if ((u32)b->words[of[2] + 2 * i] >= SLOTS) return 0;
    for (int at = of[0];;) {
        if (!inside(at, 1, b->n_code) || (u32)code[at] > SAVE || !inside(at, lengths[code[at]], b->n_code)) return 0;
        switch (code[at]) { /* jumps go forward only, so that every program ends */
        case END: return 1;
        case LITERAL: if (code[at + 2] < 1 || !inside(code[at + 1], code[at + 2], b->n_pool)) return 0; break;
        case SET: if (!inside(code[at + 1], 1, b->n_classes)) return 0; break;
        case RUN: case RUN_ALL:
            if (!inside(code[at + 1], 1, b->n_classes) || code[at + 2] < 0 || code[at + 3] < 0) return 0;
            if (code[at + 4] >= b->n_classes) return 0;
            break;
        case SPLIT: if (code[at + 1] >= b->n_classes || code[at + 2] <= at || code[at + 2] >= b->n_code) return 0; break;
        case JUMP: if (code[at + 1] <= at || code[at + 1] >= b->n_code) return 0; break;
        case SAVE: if ((u32)code[at + 1] >= 2 * GROUPS) return 0; break;
        }
        at += lengths[code[at]];
    }
}

static int pieces_are_sound(const struct scan_book *b, int32_t at) {
    if (at < 0) return 1;
    if (!inside(at, 1, b->n_words) || !inside(at + 1, 2 * b->words[at], b->n_words)) return 0;
    for (const int32_t *piece = b->words + at + 1, *end = piece + 2 * b->words[at]; piece < end; piece += 2)
        if (piece[0] >= 0 ? !inside(piece[0], piece[1], b->n_pool) : (u32)piece[1] >= SLOTS) return 0;
    return 1;
}

static int form_is_sound(const struct scan_book *b, const int32_t *form) {
    const int32_t *w = b->words;
    if (form[HOST_PROGRAM] >= b->n_programs || form[PATH_PROGRAM] >= b->n_programs) return 0;
    if (!pieces_are_sound(b, form[KEY]) || !pieces_are_sound(b, form[ADDRESS])) return 0;
    if (!inside(form[SECONDS], SECOND * form[N_SECONDS], b->n_words) || !inside(form[QUERY], 3 * form[N_QUERY], b->n_words)) return 0;
    if (!inside(form[MD5], 2 * form[N_MD5], b->n_words) || !inside(form[NEEDS], 4, b->n_words)) return 0;
    for (int i = 0; i < form[N_SECONDS]; i++) {
        const int32_t *one = w + form[SECONDS] + SECOND * i;
        if (one[0] >= SLOTS || one[1] >= b->n_programs || !pieces_are_sound(b, one[2])) return 0;
        if (!inside(one[3], one[4], b->n_pool) || !inside(one[5], one[6], b->n_pool)) return 0;
    }
    for (int i = 0; i < form[N_QUERY]; i++) {
        const int32_t *one = w + form[QUERY] + 3 * i;
        if (one[1] < 1 || !inside(one[0], one[1], b->n_pool) || one[2] >= b->n_programs) return 0;
    }
    for (int i = 0; i < 2 * form[N_MD5]; i++) if ((u32)w[form[MD5] + i] >= SLOTS) return 0;
    return inside(w[form[NEEDS]], w[form[NEEDS] + 1], b->n_pool) && inside(w[form[NEEDS] + 2], w[form[NEEDS] + 3], b->n_pool);
}

static int names_are_sound(const struct scan_book *b, const int32_t *table, int32_t size, int32_t most) {
    int used = 0;
    if (size < 2 || size & (size - 1)) return 0;
    for (int32_t i = 0; i < size; i++) {
        const int32_t *one = table + 4 * i;
        used += one[1] > 0;
        if (one[1] && (!inside(one[0], one[1], b->n_pool) || one[2] < 0 || one[2] >= most)) return 0;
    }
    return used < size;
}

/* Whether all that programs and forms say lies inside of their book: enough for the patterns of a plan. */
EXPORT int32_t scan_forms_are_sound(const struct scan_book *b) {
    for (int32_t i = 0; i < b->n_programs; i++) if (!program_is_sound(b, i)) return 0;
    for (int32_t i = 0; i < b->n_forms; i++) if (!form_is_sound(b, b->forms + FORM * i)) return 0;
    return 1;
}

/* Whether all a book says lies inside of it. To be asked once, before it is used. */
EXPORT int32_t scan_book_is_sound(const struct scan_book *b) {
    const int32_t programs[] = {b->secrets, b->noise, b->picture_noise, b->pictures, b->scripts};
    if (!scan_forms_are_sound(b)) return 0;
    for (int32_t i = 0; i < b->n_families; i++)
        if (b->families[2 * i + 1] > 64 || !inside(b->families[2 * i], b->families[2 * i + 1], b->n_forms)) return 0;
    for (int i = 0; i < 5; i++) if (programs[i] < 0 || programs[i] >= b->n_programs) return 0;
    if (!inside(b->generic_form, 1, b->n_forms) || b->forms[FORM * b->generic_form + PATH_PROGRAM] < 0) return 0;
    if (b->forms[FORM * b->generic_form + KEY] < 0 || !inside(b->texts, b->n_texts, b->n_forms)) return 0;
    return names_are_sound(b, b->domains, b->n_domains, b->n_families) && names_are_sound(b, b->endings, b->n_endings, 1);
}
