/* Whether all that a book says lies inside of it. */

#ifndef SCAN_SOUNDNESS_H
#define SCAN_SOUNDNESS_H

#include "base.h"

static int inside(int32_t at, int32_t n, int32_t size) { return at >= 0 && n >= 0 && at <= size && n <= size - at; }

/* The same for several that are each so wide. */
static int all_inside(int32_t at, int32_t n, int32_t width, int32_t size) {
    return n >= 0 && n <= size / width && inside(at, n * width, size);
}

static int follows_is_sound(const struct scan_book *b, int32_t follows) {
    return follows >= 0 && follows >> 1 < b->n_classes;
}

static int words_are_sound(const struct scan_book *b, const int32_t *word, const int32_t *end) {
    for (; word < end; word += 2) if (word[1] < 1 || !inside(word[0], word[1], b->n_pool - 16)) return 0;
    return 1;
}

/* The numbers of a step of a program; 0 where it is none, or lies outside. */
static int step_length(const struct scan_book *b, int32_t at) {
    static const int lengths[] = {1, 3, 3, RUN_LENGTH, RUN_LENGTH, RUN_LENGTH, 4, 2, 2};
    if (!inside(at, 2, b->n_code + 1) || (u32)b->code[at] > WORDS) return 0;
    int64_t n = b->code[at] < WORDS ? lengths[b->code[at]] : 0;
    if (b->code[at] == WORDS && inside(at, 2, b->n_code)) n = 2 + 2 * (int64_t)b->code[at + 1];
    return n > 0 && n <= b->n_code - at ? (int)n : 0;
}

static int program_is_sound(const struct scan_book *b, int32_t program) {
    const int32_t *of = b->programs + 3 * program, *code = b->code;
    if (of[0] < 0 || of[1] < 0 || of[1] > GROUPS || !all_inside(of[2], of[1], 2, b->n_words)) return 0;
    for (int i = 0; i < of[1]; i++) if ((u32)b->words[of[2] + 2 * i] >= SLOTS) return 0;
    for (int at = of[0], length;; at += length) {
        if (!(length = step_length(b, at))) return 0;
        switch (code[at]) { /* jumps go forward only, so that every program ends */
        case END: return 1;
        case LITERAL: if (!words_are_sound(b, code + at + 1, code + at + 3)) return 0; break;
        case WORDS: if (!words_are_sound(b, code + at + 2, code + at + length)) return 0; break;
        case SET: if (!inside(code[at + 1], 1, b->n_classes)) return 0; break;
        case RUN: case RUN_ALL: case SAME:
            if (!inside(code[at + 1], 1, b->n_classes) || code[at + 2] < 0 || code[at + 3] < 0) return 0;
            if (!follows_is_sound(b, code[at + 4]) || code[at + 6] > RANGES) return 0;
            break;
        case SPLIT:
            if (!follows_is_sound(b, code[at + 1]) || !follows_is_sound(b, code[at + 3])) return 0;
            if (code[at + 2] <= at || code[at + 2] >= b->n_code) return 0;
            break;
        case JUMP: if (code[at + 1] <= at || code[at + 1] >= b->n_code) return 0; break;
        case SAVE: if ((u32)code[at + 1] >= 2 * GROUPS) return 0; break;
        }
    }
}

static int pieces_are_sound(const struct scan_book *b, int32_t at) {
    if (at < 0) return 1;
    if (!inside(at, 1, b->n_words) || !all_inside(at + 1, b->words[at], 2, b->n_words)) return 0;
    for (const int32_t *piece = b->words + at + 1, *end = piece + 2 * b->words[at]; piece < end; piece += 2)
        if (piece[0] >= 0 ? !inside(piece[0], piece[1], b->n_pool) : (u32)piece[1] >= SLOTS) return 0;
    return 1;
}

static int form_is_sound(const struct scan_book *b, const int32_t *form) {
    const int32_t *w = b->words;
    if (form[HOST_PROGRAM] >= b->n_programs || form[PATH_PROGRAM] >= b->n_programs) return 0;
    if (!pieces_are_sound(b, form[KEY]) || !pieces_are_sound(b, form[ADDRESS])) return 0;
    if (!all_inside(form[SECONDS], form[N_SECONDS], SECOND, b->n_words)) return 0;
    if (!all_inside(form[QUERY], form[N_QUERY], 3, b->n_words)) return 0;
    if (!all_inside(form[MD5], form[N_MD5], 2, b->n_words) || !inside(form[NEEDS], 4, b->n_words)) return 0;
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

static int rare_letters_are_sound(const struct scan_book *b) {
    if (!all_inside(b->rare, b->n_rare, 2, b->n_words)) return 0;
    for (const int32_t *one = b->words + b->rare, *end = one + 2 * b->n_rare; one < end; one += 2)
        if (!inside(one[0], one[1], b->n_pool)) return 0;
    return 1;
}

/* Wherever an automaton may go from where it starts, there is a whole row. */
static int tail_is_sound(const u32 *steps, const u8 *columns, int32_t width, int32_t size) {
    if (width < 1 || size / width < 3 || size % width) return 0;
    for (int i = 0; i < 256; i++) if (columns[i] >= width) return 0;
    for (int32_t i = 0; i < size; i++) if (steps[i] > (u32)(size - width)) return 0;
    return 1;
}

/* No form is opened that its family does not have. */
static int openings_are_sound(const struct scan_book *b) {
    for (int32_t i = 0; i < OPENINGS * b->n_families; i++) {
        int n = b->families[2 * (i / OPENINGS) + 1];
        if (n < 64 && b->openings[i] >> n) return 0;
    }
    return b->n_openings == b->n_families;
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
    if (!inside(b->generic_form, 1, b->n_forms)) return 0;
    if (b->forms[FORM * b->generic_form + KEY] < 0 || !inside(b->texts, b->n_texts, b->n_forms)) return 0;
    for (int i = 0; i < TAILS; i++)
        if (!tail_is_sound(b->tail_steps[i], b->tail_columns[i], b->tail_widths[i], b->tail_sizes[i])) return 0;
    if (!rare_letters_are_sound(b) || !openings_are_sound(b)) return 0;
    return names_are_sound(b, b->domains, b->n_domains, b->n_families) && names_are_sound(b, b->endings, b->n_endings, 1);
}

#endif
