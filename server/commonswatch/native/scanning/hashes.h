/* Hashes: for tables in memory, for digests that are kept (SipHash), and the start of an MD5. */

#ifndef SCAN_HASHES_H
#define SCAN_HASHES_H

#include "bytes.h"

/* ---- hashes ---- */

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

/* A hash that goes on with 16 bytes; for tables that may forget. */
static inline u64 mixed(u64 hash, u64 x, u64 y) {
    return folded(x ^ 0xe7037ed1a0b428dbULL ^ hash, y ^ 0x9e3779b97f4a7c15ULL);
}

/* A seeded hash for tables in memory: fast, never stored, and what it finds is confirmed. Never 0. */
static u64 quick(u64 seed, const u8 *p, size_t n) {
    const u64 a = 0x9e3779b97f4a7c15ULL, b = 0xe7037ed1a0b428dbULL;
    u64 h = seed ^ folded(n ^ a, b), g = h ^ b, x, y;
    for (; n > 32; n -= 32, p += 32) { /* two at once: neither waits for the other */
        h = folded(read8(p) ^ a ^ h, read8(p + 8) ^ b ^ seed);
        g = folded(read8(p + 16) ^ b ^ g, read8(p + 24) ^ a ^ seed);
        if (n <= 64) h ^= g;
    }
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

static inline u64 few_bytes(const u8 *p, size_t n) { /* fewer than eight */
    u64 x = 0;
    for (size_t i = 0; i < n; i++) x |= (u64)p[i] << (8 * i);
    return x;
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
    if (n & 7) last |= n < 8 ? few_bytes(p, n) : little8(p + n - 8) >> (64 - 8 * (n & 7));
    v3 ^= last; SIP_ROUND; SIP_ROUND; v0 ^= last;
    v2 ^= 0xff; SIP_ROUND; SIP_ROUND; SIP_ROUND; SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

/* A step of MD5: what is mixed in, a word of the text, a number, and a turn to the left. */
#define MD5_STEP(mixed, a, b, word, number, turn) \
    do { \
        (a) += (mixed) + w[(word) & 15] + k[number]; \
        (a) = ((a) << (turn) | (a) >> (32 - (turn))) + (b); \
    } while (0)
#define MD5_FOUR(mix, i, step, first, s, t, u, v) \
    do { \
        MD5_STEP(mix(b, c, d), a, b, (step) * (i) + (first), i, s); \
        MD5_STEP(mix(a, b, c), d, a, (step) * ((i) + 1) + (first), (i) + 1, t); \
        MD5_STEP(mix(d, a, b), c, d, (step) * ((i) + 2) + (first), (i) + 2, u); \
        MD5_STEP(mix(c, d, a), b, c, (step) * ((i) + 3) + (first), (i) + 3, v); \
    } while (0)
#define MD5_F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MD5_G(x, y, z) ((~(z) & (y)) + ((z) & (x))) /* a sum, whose first part does not wait for the step before */
#define MD5_H(x, y, z) ((x) ^ ((y) ^ (z)))
#define MD5_I(x, y, z) ((y) ^ ((x) | ~(z)))

static void md5_block(u32 state[4], const u8 *p) {
    static const u32 k[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
        0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
        0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
        0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
        0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
        0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
    u32 w[16], a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 16; i++)
        w[i] = (u32)p[4 * i] | (u32)p[4 * i + 1] << 8 | (u32)p[4 * i + 2] << 16 | (u32)p[4 * i + 3] << 24;
    for (int i = 0; i < 16; i += 4) MD5_FOUR(MD5_F, i, 1, 0, 7, 12, 17, 22);
    for (int i = 16; i < 32; i += 4) MD5_FOUR(MD5_G, i, 5, 1, 5, 9, 14, 20);
    for (int i = 32; i < 48; i += 4) MD5_FOUR(MD5_H, i, 3, 5, 4, 11, 16, 23);
    for (int i = 48; i < 64; i += 4) MD5_FOUR(MD5_I, i, 7, 0, 6, 10, 15, 21);
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
    for (size_t i = 0; i < 8; i++) last[size - 8 + i] = (u8)((u64)n * 8 >> (8 * i));
    for (size_t i = 0; i < size; i += 64) md5_block(state, last + i);
    return state[0];
}

#endif
