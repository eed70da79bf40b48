/* The entries kernel: pairs of a digest and a row, put in order and packed into the blocks of a key index.

   docs/key-index.md describes the file. Digests are spread evenly, so one pass by their leading bits leaves a few
   entries at each place, which are then put in order where they are; where digests are not, it is slower and as right.
   Whatever is handed over is checked against its bounds before it is used. Nothing is allocated here. Numbers are
   little-endian: on a machine that is not, entries_supported() says no and the twin in numpy does the work. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define ROWS_OF_A_KEY 4096 /* of a key that stands in more rows the first are kept */
#define FENCE_BITS 12
#define MOST_PLACE_BITS 24
#define FEW 24 /* entries that are put in order one by one */
#define GROUP_BITS 8
#define GROUP (1u << GROUP_BITS)
#define CHECK 4
#define SPARE 8 /* bytes that may be written past the end of a block */

typedef struct {
    uint64_t digest;
    uint64_t row;
} Entry;

typedef struct {
    uint32_t digest_bits;
    uint32_t bucket_bits;
    uint32_t row_bits;
    uint32_t entry_bytes;
} Widths;

/* ---- CRC-32 as in zlib, eight bytes at a time ---- */

static uint32_t crc_of[8][256];

static void fill_crc(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
        crc_of[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int n = 1; n < 8; n++) crc_of[n][i] = crc_of[n - 1][i] >> 8 ^ crc_of[0][crc_of[n - 1][i] & 255];
}

static uint32_t crc32_of(uint32_t start, const uint8_t *bytes, uint64_t size) {
    uint32_t crc = ~start;
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= crc;
        crc = crc_of[7][word & 255] ^ crc_of[6][word >> 8 & 255] ^ crc_of[5][word >> 16 & 255] ^
              crc_of[4][word >> 24 & 255] ^ crc_of[3][word >> 32 & 255] ^ crc_of[2][word >> 40 & 255] ^
              crc_of[1][word >> 48 & 255] ^ crc_of[0][word >> 56];
    }
    for (; size; bytes++, size--) crc = crc >> 8 ^ crc_of[0][(crc ^ *bytes) & 255];
    return ~crc;
}

/* To be asked before anything else is. */
EXPORT int entries_supported(void) {
    const uint16_t one = 1;
    fill_crc();
    return *(const uint8_t *)&one == 1;
}

/* ---- what is added ---- */

/* Put pairs behind the `held` entries, without such as repeat the one before them. How many there are then, or -1 when
   there is not room for all. */
EXPORT int64_t entries_take(const uint64_t *digests, const uint64_t *rows, uint64_t many, Entry *into, uint64_t held,
                            uint64_t room) {
    if (held > room || many > room - held) return -1;
    for (uint64_t i = 0; i < many; i++) {
        if (held && into[held - 1].digest == digests[i] && into[held - 1].row == rows[i]) continue;
        into[held].digest = digests[i];
        into[held++].row = rows[i];
    }
    return (int64_t)held;
}

/* Entries by the leading 12 bits of their digests, otherwise in the order in which they came. fences[n] says how many
   lie below the part n; there are 4,097. */
EXPORT void entries_part(const Entry *from, uint64_t many, Entry *into, uint64_t *fences) {
    const uint64_t parts = (uint64_t)1 << FENCE_BITS;
    memset(fences, 0, (parts + 1) * sizeof *fences);
    for (uint64_t i = 0; i < many; i++) fences[(from[i].digest >> (64 - FENCE_BITS)) + 1]++;
    for (uint64_t part = 1; part <= parts; part++) fences[part] += fences[part - 1];
    for (uint64_t i = 0; i < many; i++) into[fences[from[i].digest >> (64 - FENCE_BITS)]++] = from[i];
    memmove(fences + 1, fences, parts * sizeof *fences);
    fences[0] = 0;
}

/* ---- putting in order ---- */

static int is_before(const Entry *a, const Entry *b) {
    return a->digest < b->digest || (a->digest == b->digest && a->row < b->row);
}

static void order_few(Entry *entries, uint64_t many) {
    for (uint64_t i = 1; i < many; i++) {
        Entry moved = entries[i];
        uint64_t at = i;
        for (; at && is_before(&moved, &entries[at - 1]); at--) entries[at] = entries[at - 1];
        entries[at] = moved;
    }
}

static void sink(Entry *entries, uint64_t at, uint64_t many) {
    Entry moved = entries[at];
    for (uint64_t child; (child = 2 * at + 1) < many; at = child) {
        if (child + 1 < many && is_before(&entries[child], &entries[child + 1])) child++;
        if (!is_before(&moved, &entries[child])) break;
        entries[at] = entries[child];
    }
    entries[at] = moved;
}

static void order_as_heap(Entry *entries, uint64_t many) {
    for (uint64_t at = many / 2; at--;) sink(entries, at, many);
    for (uint64_t end = many - 1; end; end--) {
        Entry last = entries[end];
        entries[end] = entries[0];
        entries[0] = last;
        sink(entries, 0, end);
    }
}

/* A key that stands in many rows fills its place; its rows mostly came in order. */
static void order(Entry *entries, uint64_t many) {
    uint64_t i = 1;
    if (many <= FEW) {
        order_few(entries, many);
        return;
    }
    while (i < many && !is_before(&entries[i], &entries[i - 1])) i++;
    if (i < many) order_as_heap(entries, many);
}

/* How many leading bits all digests have in common, at most 63. */
static uint32_t common_bits(const Entry *entries, uint64_t many) {
    uint64_t differing = 0;
    uint32_t common = 0;
    for (uint64_t i = 1; i < many; i++) differing |= entries[i].digest ^ entries[0].digest;
    while (common < 63 && !(differing << common >> 63)) common++;
    return common;
}

/* Entries by the leading `bits` bits that their digests do not have in common, the lowest `cut` bits of them gone:
   starts, of 2^bits + 1 numbers, says where each place begins. */
static void spread(const Entry *entries, uint64_t many, uint32_t cut, Entry *into, uint32_t *starts, uint32_t bits) {
    const uint32_t skip = common_bits(entries, many), shift = 64 - bits;
    const uint64_t places = (uint64_t)1 << bits;
    memset(starts, 0, (places + 1) * sizeof *starts);
    for (uint64_t i = 0; i < many; i++) starts[(entries[i].digest >> cut << cut << skip >> shift) + 1]++;
    for (uint64_t place = 1; place <= places; place++) starts[place] += starts[place - 1];
    for (uint64_t i = 0; i < many; i++) {
        uint64_t digest = entries[i].digest >> cut << cut;
        Entry *at = &into[starts[digest << skip >> shift]++];
        at->digest = digest;
        at->row = entries[i].row;
    }
    memmove(starts + 1, starts, places * sizeof *starts);
    starts[0] = 0;
}

/* Each entry once, and the first rows of each key. */
static uint64_t keep_once(const Entry *from, uint64_t many, Entry *into) {
    uint64_t kept = 0, begins = 0;
    for (uint64_t i = 0; i < many; i++) {
        if (kept && into[kept - 1].digest == from[i].digest) {
            if (into[kept - 1].row == from[i].row || kept - begins >= ROWS_OF_A_KEY) continue;
        } else {
            begins = kept;
        }
        into[kept++] = from[i];
    }
    return kept;
}

/* Put entries in order of digest (without its lowest `cut` bits), then row, where they are; each once, and the first
   4,096 rows of a key. `scratch` has room for as many, `starts` for 2^bits + 1. How many are left, or -1. */
EXPORT int64_t entries_tidy(Entry *entries, uint64_t many, uint32_t cut, Entry *scratch, uint32_t *starts,
                            uint32_t bits) {
    if (cut > 63 || bits < 1 || bits > MOST_PLACE_BITS || many > UINT32_MAX) return -1;
    spread(entries, many, cut, scratch, starts, bits);
    for (uint64_t place = 0; place < (uint64_t)1 << bits; place++)
        order(scratch + starts[place], starts[place + 1] - starts[place]);
    return (int64_t)keep_once(scratch, many, entries);
}

/* ---- blocks ---- */

static int is_sound(const Widths *w) {
    return w->bucket_bits >= GROUP_BITS && w->bucket_bits <= 38 && w->bucket_bits < w->digest_bits &&
           w->digest_bits <= 64 && w->row_bits >= 1 && w->row_bits <= 40 && w->entry_bytes >= 6 &&
           w->entry_bytes <= 8 && w->digest_bits - w->bucket_bits + w->row_bits <= 8 * w->entry_bytes;
}

/* Bitmap and entries of one block; 0 when an entry does not belong there. */
static int fill(const Widths *w, const Entry *entries, uint64_t many, uint8_t *bitmap, uint64_t bitmap_size) {
    uint8_t *at = bitmap + bitmap_size;
    uint64_t last = 0;
    memset(bitmap, 0, bitmap_size);
    for (uint64_t i = 0; i < many; i++, at += w->entry_bytes) {
        uint64_t bucket = entries[i].digest >> (64 - w->bucket_bits) & (GROUP - 1), place = bucket + i;
        uint64_t low = entries[i].digest << w->bucket_bits >> (64 - (w->digest_bits - w->bucket_bits));
        uint64_t whole = low << w->row_bits | entries[i].row;
        if (bucket < last || entries[i].row >> w->row_bits) return 0;
        last = bucket;
        bitmap[place / 8] = (uint8_t)(bitmap[place / 8] | 1u << place % 8);
        memcpy(at, &whole, 8);
    }
    for (uint64_t place = many + GROUP; place < 8 * bitmap_size; place++)
        bitmap[place / 8] = (uint8_t)(bitmap[place / 8] | 1u << place % 8);
    return 1;
}

/* The blocks `first` to `last` (not included), which hold these entries; sizes[n] is the size of the block first + n.
   How many bytes were written, or -1: there is too little room, or the entries are not in order or not of these
   blocks. */
EXPORT int64_t entries_encode(const Widths *w, uint32_t seed, uint64_t first, uint64_t last, const Entry *entries,
                              uint64_t many, uint8_t *into, uint64_t room, uint64_t *sizes) {
    uint64_t written = 0, done = 0;
    if (!is_sound(w)) return -1;
    for (uint64_t block = first; block < last; block++) {
        uint64_t begin = done, bitmap_size, size;
        while (done < many && entries[done].digest >> (64 - w->bucket_bits) >> GROUP_BITS == block) done++;
        bitmap_size = GROUP / 8 + (done - begin + 7) / 8;
        size = bitmap_size + (done - begin) * w->entry_bytes + CHECK;
        if (room - written < size + SPARE) return -1;
        if (!fill(w, entries + begin, done - begin, into + written, bitmap_size)) return -1;
        uint32_t check = crc32_of(seed ^ (uint32_t)block, into + written, size - CHECK);
        memcpy(into + written + size - CHECK, &check, CHECK);
        sizes[block - first] = size;
        written += size;
    }
    return done == many ? (int64_t)written : -1;
}
