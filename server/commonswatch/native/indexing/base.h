/* What the parts of the entries kernel share. */

#ifndef INDEXING_BASE_H
#define INDEXING_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_CHOICE 1 /* of what the processor can do, at run time */
#endif

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

#endif
