/* The entries kernel: pairs of a digest and a row, put in order and packed into the blocks of a key index.

   docs/key-index.md describes the file. Whatever is handed over or read is checked against its bounds before it is
   used. Nothing is allocated here. Numbers are little-endian: on a machine that is not, entries_supported() says no and
   the twin in numpy does the work. */

#include "indexing/blocks.h"
#include "indexing/order.h"

/* To be asked before anything else is. */
EXPORT int entries_supported(void) {
    const uint16_t one = 1;
    fill_crc();
    return *(const uint8_t *)&one == 1;
}

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

/* Every row of each of these digests, which are in order: pairs of a place in `digests` and a row. Returns how many
   there are, of which no more are written than there is room for; or -1, DAMAGED or DAMAGED_DIRECTORY. */
EXPORT int64_t entries_find(const Index *index, const uint64_t *digests, uint64_t many, uint64_t *places,
                            uint64_t *rows, uint64_t room) {
    const Widths *w = &index->widths;
    Block block = {0};
    uint64_t opened = UINT64_MAX;
    int64_t found = 0;
    if (!is_sound(w) || index->groups != (uint64_t)1 << (w->bucket_bits - GROUP_BITS)) return -1;
    for (uint64_t i = 0; i < many; i++) {
        uint64_t group = digests[i] >> (64 - w->bucket_bits) >> GROUP_BITS;
        if (group != opened) {
            int64_t damage = open_block(index, opened = group, &block);
            if (damage) return damage;
        }
        found = ask(index, &block, digests[i], i, places, rows, (uint64_t)found, room);
    }
    return found;
}
