/* PDQ of a grey picture: shrunk to 64 x 64 by weights, its cosine transform, and the hash of each way it can be turned.

   Whole numbers from the pixels to the transform (which adds integers below 2^53 in doubles): every order of adding
   gives the same sum, so this, the twin in fingerprints/pdq.py and the extension's pdq.js agree to the bit. What the
   weights are is known there, not here. */

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#define PDQ_SSE2 1
#endif

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

enum { SAMPLES = 64, WAVES = 16, BITS = 256, BYTES = 32, TURNS = 8, LARGEST_SIDE = 1 << 26 };

/* Where the weights of each sample begin, and `reach` weights for each; those of one sample add up to 2^14. */
struct band {
    const int32_t *starts;
    const int16_t *weights;
    int64_t reach;
};

static int band_fits(const struct band *band, int64_t side) {
    if (band->reach < 1 || band->reach > side || side > LARGEST_SIDE) return 0;
    for (int i = 0; i < SAMPLES; i++)
        if (band->starts[i] < 0 || band->starts[i] + band->reach > side) return 0;
    return 1;
}

/* Adds two rows, each by its weight, to the sums. */
static void add_rows(int32_t *sums, const uint8_t *a, const uint8_t *b, int16_t weight_a, int16_t weight_b,
                     int64_t width) {
    int64_t x = 0;
#if PDQ_SSE2
    const __m128i zero = _mm_setzero_si128();
    const __m128i weights = _mm_set1_epi32((int32_t)(((uint32_t)(uint16_t)weight_b << 16) | (uint16_t)weight_a));
    for (; x + 16 <= width; x += 16) {
        const __m128i of_a = _mm_loadu_si128((const __m128i *)(a + x));
        const __m128i of_b = _mm_loadu_si128((const __m128i *)(b + x));
        const __m128i low = _mm_unpacklo_epi8(of_a, of_b), high = _mm_unpackhi_epi8(of_a, of_b);
        const __m128i pairs[4] = {_mm_unpacklo_epi8(low, zero), _mm_unpackhi_epi8(low, zero),
                                  _mm_unpacklo_epi8(high, zero), _mm_unpackhi_epi8(high, zero)};
        for (int part = 0; part < 4; part++) {
            __m128i *at = (__m128i *)(sums + x + 4 * part);
            _mm_storeu_si128(at, _mm_add_epi32(_mm_loadu_si128(at), _mm_madd_epi16(pairs[part], weights)));
        }
    }
#endif
    for (; x < width; x++) sums[x] += a[x] * weight_a + b[x] * weight_b;
}

/* One row of samples before its columns are added: eight bits before the point, eight after, less 2^15. */
static void shrink_rows(const uint8_t *grey, int64_t width, int64_t stride, const struct band *band, int row,
                        int32_t *sums, int16_t *narrow) {
    const uint8_t *first = grey + band->starts[row] * stride;
    const int16_t *weights = band->weights + row * band->reach;
    memset(sums, 0, (size_t)width * sizeof *sums);
    for (int64_t y = 0; y < band->reach; y += 2) {
        const int has_second = y + 1 < band->reach;
        const uint8_t *line = first + y * stride;
        add_rows(sums, line, has_second ? line + stride : line, weights[y], has_second ? weights[y + 1] : 0, width);
    }
    for (int64_t x = 0; x < width; x++) narrow[x] = (int16_t)(((sums[x] + 32) >> 6) - 32768);
}

static uint16_t sample_of(const int16_t *narrow, const int16_t *weights, int64_t reach) {
    int32_t sum = 0;
    for (int64_t x = 0; x < reach; x++) sum += narrow[x] * weights[x];
    return (uint16_t)((sum + (1 << 29) + (1 << 13)) >> 14); /* 2^15 x 2^14 given back, then rounded */
}

/* How much there is to see, as PDQ counts it: whole hundredths of the steps between neighbours. */
static int quality_of(const uint16_t *samples) {
    int32_t sum = 0;
    for (int y = 0; y < SAMPLES; y++)
        for (int x = 0; x < SAMPLES; x++) {
            const int32_t here = samples[y * SAMPLES + x];
            const int32_t down = y + 1 < SAMPLES ? here - samples[(y + 1) * SAMPLES + x] : 0;
            const int32_t across = x + 1 < SAMPLES ? here - samples[y * SAMPLES + x + 1] : 0;
            sum += (down < 0 ? -down : down) * 100 / 65280 + (across < 0 ? -across : across) * 100 / 65280;
        }
    return sum / 90 > 100 ? 100 : sum / 90;
}

static void transform(const uint16_t *samples, const int16_t *basis, double *waves) {
    double half[WAVES * SAMPLES] = {0}, turned[SAMPLES * WAVES];
    memset(waves, 0, BITS * sizeof *waves);
    for (int wave = 0; wave < WAVES; wave++)
        for (int k = 0; k < SAMPLES; k++) {
            const double factor = basis[wave * SAMPLES + k];
            turned[k * WAVES + wave] = factor;
            for (int x = 0; x < SAMPLES; x++) half[wave * SAMPLES + x] += factor * samples[k * SAMPLES + x];
        }
    for (int row = 0; row < WAVES; row++)
        for (int k = 0; k < SAMPLES; k++) {
            const double factor = half[row * SAMPLES + k];
            for (int wave = 0; wave < WAVES; wave++) waves[row * WAVES + wave] += factor * turned[k * WAVES + wave];
        }
}

/* The 128th smallest of 256 values; puts them into another order. */
static double median(double *values) {
    int low = 0, high = BITS - 1;
    const int wanted = BITS / 2 - 1;
    while (low < high) {
        const double pivot = values[(low + high) / 2];
        int left = low - 1, right = high + 1;
        for (;;) {
            do left++; while (values[left] < pivot);
            do right--; while (values[right] > pivot);
            if (left >= right) break;
            const double other = values[left];
            values[left] = values[right];
            values[right] = other;
        }
        if (wanted <= right) high = right;
        else low = right + 1;
    }
    return values[low];
}

/* Waves of the picture turned: rows and columns changed over, and odd waves mirrored down or across. */
static void turn(const double *waves, int swapped, int down, int across, double *turned) {
    for (int row = 0; row < WAVES; row++)
        for (int column = 0; column < WAVES; column++) {
            const double wave = swapped ? waves[column * WAVES + row] : waves[row * WAVES + column];
            const int is_negative = ((down && row % 2 == 0) != (across && column % 2 == 0));
            turned[row * WAVES + column] = is_negative ? -wave : wave;
        }
}

static void write_hash(const double *waves, uint8_t *hash) {
    double sorted[BITS];
    memcpy(sorted, waves, sizeof sorted);
    const double middle = median(sorted);
    memset(hash, 0, BYTES);
    for (int bit = 0; bit < BITS; bit++)
        if (waves[bit] > middle) hash[BYTES - 1 - bit / 8] |= (uint8_t)(1 << bit % 8);
}

/* Writes 64 x 64 samples and the hashes of `turns` of the eight orientations (three flags each: swapped, mirrored
   down, mirrored across). `scratch` has 6 bytes for each column. Gives the quality, or -1 when the sizes do not fit. */
EXPORT int32_t pdq_hashes(const uint8_t *grey, int64_t width, int64_t height, int64_t stride, const int32_t *row_starts,
                          const int16_t *row_weights, int64_t row_reach, const int32_t *column_starts,
                          const int16_t *column_weights, int64_t column_reach, const int16_t *basis, void *scratch,
                          const uint8_t *flags, int64_t turns, uint16_t *samples, uint8_t *hashes) {
    const struct band rows = {row_starts, row_weights, row_reach};
    const struct band columns = {column_starts, column_weights, column_reach};
    if (stride < width || turns < 0 || turns > TURNS || !band_fits(&rows, height) || !band_fits(&columns, width))
        return -1;
    int32_t *sums = scratch;
    int16_t *narrow = (int16_t *)(sums + width);
    for (int row = 0; row < SAMPLES; row++) {
        shrink_rows(grey, width, stride, &rows, row, sums, narrow);
        for (int x = 0; x < SAMPLES; x++)
            samples[row * SAMPLES + x] =
                sample_of(narrow + column_starts[x], column_weights + x * column_reach, column_reach);
    }
    double waves[BITS], turned[BITS];
    transform(samples, basis, waves);
    for (int64_t at = 0; at < turns; at++) {
        turn(waves, flags[3 * at], flags[3 * at + 1], flags[3 * at + 2], turned);
        write_hash(turned, hashes + at * BYTES);
    }
    return quality_of(samples);
}
