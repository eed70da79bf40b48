/* CRC-32 as in zlib: eight bytes at a time by tables, or 64 where the processor multiplies without carry. */

#ifndef INDEXING_CRC_H
#define INDEXING_CRC_H

#include "base.h"

#ifdef HAS_CHOICE
#include <immintrin.h>
#endif

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

/* Goes on from a state, which is the complement of the sum that zlib tells. */
static uint32_t crc_step(uint32_t crc, const uint8_t *bytes, uint64_t size) {
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= crc;
        crc = crc_of[7][word & 255] ^ crc_of[6][word >> 8 & 255] ^ crc_of[5][word >> 16 & 255] ^
              crc_of[4][word >> 24 & 255] ^ crc_of[3][word >> 32 & 255] ^ crc_of[2][word >> 40 & 255] ^
              crc_of[1][word >> 48 & 255] ^ crc_of[0][word >> 56];
    }
    for (; size; bytes++, size--) crc = crc >> 8 ^ crc_of[0][(crc ^ *bytes) & 255];
    return crc;
}

#ifdef HAS_CHOICE
#define FOLD(x, by, next) \
    _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, by, 0x00), _mm_clmulepi64_si128(x, by, 0x11)), next)
#define AT(n) _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * (n)))

/* Sixteen bytes whose sum, begun with nothing, is that of all whole sixteens of these (Gopal and others, "Fast CRC
   computation using PCLMULQDQ", 2009). Returns how many bytes they stand for; there are 64 or more. */
__attribute__((target("pclmul,sse2"))) static uint64_t crc_fold(uint32_t crc, const uint8_t *bytes, uint64_t size,
                                                                uint8_t folded[16]) {
    const __m128i by_64 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
    const __m128i by_16 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    __m128i a = _mm_xor_si128(AT(0), _mm_cvtsi32_si128((int)crc)), b = AT(1), c = AT(2), d = AT(3);
    uint64_t done = 64;
    for (bytes += 64; size - done >= 64; bytes += 64, done += 64) {
        a = FOLD(a, by_64, AT(0));
        b = FOLD(b, by_64, AT(1));
        c = FOLD(c, by_64, AT(2));
        d = FOLD(d, by_64, AT(3));
    }
    a = FOLD(FOLD(FOLD(a, by_16, b), by_16, c), by_16, d);
    for (; size - done >= 16; bytes += 16, done += 16) a = FOLD(a, by_16, AT(0));
    _mm_storeu_si128((__m128i *)(void *)folded, a);
    return done;
}
#endif

static uint32_t crc32_of(uint32_t start, const uint8_t *bytes, uint64_t size) {
    uint32_t crc = ~start;
#ifdef HAS_CHOICE
    if (size >= 64 && __builtin_cpu_supports("pclmul")) {
        uint8_t folded[16];
        uint64_t done = crc_fold(crc, bytes, size, folded);
        crc = crc_step(0, folded, 16);
        bytes += done, size -= done;
    }
#endif
    return ~crc_step(crc, bytes, size);
}

#endif
