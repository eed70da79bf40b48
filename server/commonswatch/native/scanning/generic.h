/* The generic rule (rules/generic.py): the key of an address on any host. */

#ifndef SCAN_GENERIC_H
#define SCAN_GENERIC_H

#include "addresses.h"
#include "found.h"

enum { KEPT, SECRET, NOISE, PICTURE_NOISE };

static int kind_of(struct scanner *s, span name) {
    u64 hash = quick(2, name.at, name.n);
    int at = (int)(hash & (NAMES - 1)), found = NO, kind = KEPT, most = (int)sizeof s->scratch->names[0].name;
    const int programs[4] = {0, s->book->secrets, s->book->noise, s->book->picture_noise};
    u8 small[64 + BEHIND];
    span lower = {small, name.n};
    values ignored;
    ignored.has = 0;
    if ((int)name.n <= most && s->scratch->names[at].hash == hash && s->scratch->names[at].n == name.n &&
        !memcmp(s->scratch->names[at].name, name.at, name.n))
        return s->scratch->names[at].kind;
    if (name.n > sizeof small - BEHIND) return UNSURE;
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

/* Whether a text may have one of the ends that further keys, or texts with keys, have. */
static int tail_fits(const struct scan_book *b, int which, span text) {
    const u32 *steps = b->tail_steps[which]; /* the next state's row starts so far, or 0 and 1: never, perhaps */
    const u8 *columns = b->tail_columns[which];
    u32 state = 2 * (u32)b->tail_widths[which];
    for (u32 i = text.n; i-- > 0;) {
        state = steps[state + columns[text.at[i]]];
        if (state <= 1) return (int)state;
    }
    return YES;
}

static int ends_as(struct scanner *s, int which, int program, span text) {
    values ignored;
    ignored.has = 0;
    return tail_fits(s->book, which, text) ? reads(s, program, text, &ignored) : NO;
}

/* The kinds of parameters up to which all make no difference on a path. */
static int dropped_on(struct scanner *s, span path) {
    int script = ends_as(s, OF_SCRIPTS, s->book->scripts, path);
    int picture = ends_as(s, OF_PICTURES, s->book->pictures, path);
    if (script == UNSURE || picture == UNSURE) return UNSURE;
    return script ? SECRET : picture ? PICTURE_NOISE : NOISE;
}

/* The parameters worth keeping, as `?a=1&b=2`, or nothing. */
static int read_query(struct scanner *s, const struct address *a, span *query) {
    u8 *to = room(s, 3 * (size_t)a->search.n + 8), *start = to, *last_room = s->scratch->arena + s->used;
    const u8 *p = a->search.at + 1, *end = a->search.at + a->search.n;
    int escapes = memchr(p, '%', (size_t)(end - p)) || memchr(p, ' ', (size_t)(end - p)), dropped = -1;
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
        name.n = (u32)(first_of(pair.at, pair.at + pair.n, '=') - pair.at);
        int kind = kind_of(s, name);
        if (kind == UNSURE) return UNSURE;
        if (kind != KEPT) {
            if (dropped < 0 && (dropped = dropped_on(s, a->path)) < 0) return UNSURE;
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

static const u8 nothing[BEHIND];

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
            span text = v->has >> one[0] & 1 ? v->of[one[0]] : (span){nothing, 0};
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

/* Whether a path may have further keys: by its end, or by letters that few have, where ends do not tell. */
static int has_more_keys(const struct scan_book *b, const int32_t *form, span path) {
    const int32_t *rare = b->words + b->rare;
    if (!form[N_SECONDS]) return NO;
    if (tail_fits(b, OF_PATHS, path)) return YES;
    for (int i = 0; i < b->n_rare; i++, rare += 2)
        if (seek(path.at, path.at + path.n, b->pool + rare[0], (size_t)rare[1])) return YES;
    return NO;
}

static u64 needed_letters(const struct scan_book *b, span text) {
    u64 letters = 0;
    for (u32 i = 0; i < text.n; i++) letters |= b->letters[text.at[i]];
    return letters;
}

/* Host and port as one, and without its `www.` */
static int read_site(struct scanner *s, const struct address *a, values *v) {
    const u8 *site = a->host.at;
    u32 n = a->host.n + a->port.n, www = 0;
    if (a->port.n) {
        u8 *to = room(s, n);
        if (to == NULL) return UNSURE;
        memcpy(to, a->host.at, a->host.n);
        memcpy(to + a->host.n, a->port.at, a->port.n);
        to[a->host.n] = ':';
        site = to;
    }
    if (a->host.n > 4 && !memcmp(site, "www.", 4) && memchr(site + 4, '.', a->host.n - 4)) www = 4;
    give(v, SLOT_SITE, site, n);
    give(v, SLOT_HOST, site + www, n - www);
    return YES;
}

static int on_any_host(struct scanner *s, const struct address *a) {
    const int32_t *form = s->book->forms + FORM * s->book->generic_form;
    values v;
    span key;
    int found;
    v.has = 0;
    if (a->path.n < (u32)s->book->least_path) return NO;
    if (form[PATH_PROGRAM] >= 0 && (found = reads(s, form[PATH_PROGRAM], a->path, &v)) != YES) return found;
    give(&v, SLOT_PATH, a->path.at, a->path.n);
    give(&v, SLOT_SEARCH, a->search.at, a->search.n);
    v.of[SLOT_QUERY].n = 0;
    if (a->search.n && read_query(s, a, &v.of[SLOT_QUERY]) != YES) return UNSURE;
    if (read_site(s, a, &v) != YES) return UNSURE;
    v.has |= 1ULL << SLOT_QUERY;
    int has_more = has_more_keys(s->book, form, a->path);
    u64 letters = has_more ? needed_letters(s->book, a->path) : 0;
    if (!a->explicit) s->guessed = 1;
    if (has_more && seconds(s, form, &v, letters, YES) != YES) return UNSURE;
    if (filled(s, form[KEY], &v, &key) != YES || key_found(s, key, BY_KEY) != YES) return UNSURE;
    return has_more ? seconds(s, form, &v, letters, NO) : YES;
}

#endif
