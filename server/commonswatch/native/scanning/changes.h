/* The changes of fields (rules/changes.py). */

#ifndef SCAN_CHANGES_H
#define SCAN_CHANGES_H

#include "texts.h"

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

static inline int never_in_title(u8 c) {
    switch (c) {
    case '#': case '<': case '>': case '[': case ']': case '|': case '{': case '}': case '/': case 0: return YES;
    default: return NO;
    }
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
        if (never_in_title(c)) return NO;
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

#endif
