/* Blocks of a key index: filled from entries in order, and asked. docs/key-index.md tells what is in them. */

#ifndef INDEXING_BLOCKS_H
#define INDEXING_BLOCKS_H

#include "crc.h"

#define GROUP_BITS 8
#define GROUP (1u << GROUP_BITS)
#define CHECK 4
#define SPARE 8 /* bytes that may be written past the end of a block */
#define HEADER_BYTES 72
#define DAMAGED (-2)
#define DAMAGED_DIRECTORY (-3)

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

/* ---- asking ---- */

typedef struct {
    const uint8_t *bytes; /* the file, up to its directory */
    uint64_t length;
    const uint8_t *directory; /* 2^(bucket_bits - 8) + 1 numbers */
    uint64_t groups;
    Widths widths;
    uint32_t seed;
} Index;

typedef struct {
    const uint8_t *bitmap;
    uint64_t bitmap_size;
    const uint8_t *entries;
    uint64_t many;
} Block;

#if defined(__GNUC__) || defined(__clang__)
#define ONES(x) ((uint32_t)__builtin_popcountll(x))
#else
static uint32_t ONES(uint64_t x) {
    uint32_t ones = 0;
    for (; x; x &= x - 1) ones++;
    return ones;
}
#endif

static uint64_t number_at(const uint8_t *at) {
    uint64_t number;
    memcpy(&number, at, 8);
    return number;
}

/* Up to eight bytes of a bitmap; where it ends there are 1. */
static uint64_t bits_at(const Block *block, uint64_t byte) {
    uint64_t bits = ~(uint64_t)0, left = block->bitmap_size - byte;
    memcpy(&bits, block->bitmap + byte, left < 8 ? left : 8);
    return bits;
}

/* A bitmap has 256 zeros, and the last is behind as many 1 as there are entries. */
static int fits(const Block *block) {
    uint64_t last = block->many + GROUP - 1, zeros = 0;
    for (uint64_t byte = 0; byte < block->bitmap_size; byte += 8) zeros += ONES(~bits_at(block, byte));
    if (zeros != GROUP || block->bitmap[last / 8] >> last % 8 & 1) return 0;
    for (uint64_t place = last + 1; place < 8 * block->bitmap_size; place++)
        if (!(block->bitmap[place / 8] >> place % 8 & 1)) return 0;
    return 1;
}

/* A block that has passed its checksum: 0, or what is damaged. */
static int64_t open_block(const Index *index, uint64_t group, Block *block) {
    uint64_t start = number_at(index->directory + 8 * group), end = number_at(index->directory + 8 * group + 8);
    uint64_t width = index->widths.entry_bytes, size, check = 0;
    if (start < HEADER_BYTES || end > index->length || start >= end || end - start <= CHECK) return DAMAGED_DIRECTORY;
    size = end - start;
    if (size < GROUP / 8 + CHECK) return DAMAGED;
    memcpy(&check, index->bytes + end - CHECK, CHECK);
    if (crc32_of(index->seed ^ (uint32_t)group, index->bytes + start, size - CHECK) != check) return DAMAGED;
    block->many = 8 * (size - GROUP / 8 - CHECK) / (8 * width + 1);
    block->bitmap = index->bytes + start;
    block->bitmap_size = GROUP / 8 + (block->many + 7) / 8;
    block->entries = block->bitmap + block->bitmap_size;
    if (block->bitmap_size + block->many * width + CHECK != size || !fits(block)) return DAMAGED;
    return 0;
}

/* Where the zero is that so many zeros are before; the bitmap fits. */
static uint64_t place_of_zero(const Block *block, uint32_t number) {
    uint64_t byte = 0, zeros = ~bits_at(block, 0);
    uint32_t place = 0;
    for (uint32_t some; (some = ONES(zeros)) <= number; zeros = ~bits_at(block, byte)) {
        number -= some;
        byte += 8;
    }
    for (; number; number--) zeros &= zeros - 1;
    while (!(zeros >> place & 1)) place++;
    return 8 * byte + place;
}

static int64_t ask(const Index *index, const Block *block, uint64_t digest, uint64_t which, uint64_t *places,
                   uint64_t *rows, uint64_t found, uint64_t room) {
    const Widths *w = &index->widths;
    uint32_t bucket = (uint32_t)(digest >> (64 - w->bucket_bits) & (GROUP - 1));
    uint64_t wanted = digest << w->bucket_bits >> (64 - (w->digest_bits - w->bucket_bits));
    uint64_t first = bucket ? place_of_zero(block, bucket - 1) + 1 - bucket : 0;
    uint64_t end = place_of_zero(block, bucket) - bucket;
    for (uint64_t i = first; i < end; i++) {
        uint64_t whole = 0;
        memcpy(&whole, block->entries + i * w->entry_bytes, w->entry_bytes);
        if (whole >> w->row_bits != wanted) continue;
        if (found < room) {
            places[found] = which;
            rows[found] = whole & (((uint64_t)1 << w->row_bits) - 1);
        }
        found++;
    }
    return (int64_t)found;
}

#endif
