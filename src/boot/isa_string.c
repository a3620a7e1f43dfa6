/* SPDX-License-Identifier: BSD-2-Clause */
/* Source: unprivileged specification, "ISA Extension Naming Conventions"; device tree binding
 * riscv/extensions.yaml. */
#include "boot/isa_string.h"

#include <string.h>

#include "lib/err.h"
#include "spec/hart.h"

/*
 * State or behaviour that M must switch on or carry for a guest, and Hearth doesn't: an operating
 * system that saw these would use them.
 */
static const char *const dropped[] = {
    /* pointer masking: addresses that the shadow tables don't know */
    "smnpm", "ssnpm", "smmpm", "sspm", "supm",
    /* elp, ssp and sdt travel with each trap */
    "zicfilp", "zicfiss", "ssdbltrp", "smdbltrp",
    /* M state that is not virtual */
    "smrnmi", "smcdeleg", "ssccfg", "smctr", "ssctr", "sscsrind",
    /* seed opened to S-mode would be open to guests */
    "zk", "zkr",
    /* no model */
    "svukte", "ssqosid", "shlcofideleg", "sdtrig", "svrsw60t59b"};

/* The same in virtual M-mode: registers that the model's M-mode hasn't. */
static const char *const dropped_in_m[] = {"smepmp", "smcntrpmf", "smcsrind"};

static const struct {
    const char *name;
    enum isa_ext ext;
} known[] = {
    {"svinval", EXT_SVINVAL}, {"svnapot", EXT_SVNAPOT}, {"svpbmt", EXT_SVPBMT},
    {"zicbom", EXT_ZICBOM},   {"zicboz", EXT_ZICBOZ},   {"sscofpmf", EXT_SSCOFPMF},
};

static bool same(const char *name, const char *s, size_t length)
{
    return strlen(name) == length && memcmp(name, s, length) == 0;
}

static bool is_among(const char *const *list, unsigned n, const char *s, size_t length)
{
    for (unsigned i = 0; i < n; i++) {
        if (same(list[i], s, length)) {
            return true;
        }
    }
    return false;
}

static bool is_dropped(const struct isa_sight *see, const char *s, size_t length)
{
    return is_among(dropped, ARRAY_LEN(dropped), s, length) ||
           (see->machine && is_among(dropped_in_m, ARRAY_LEN(dropped_in_m), s, length)) ||
           (!see->hypervisor && same("h", s, length));
}

static uint64_t ext_of(const char *s, size_t length)
{
    for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
        if (same(known[i].name, s, length)) {
            return BIT(known[i].ext);
        }
    }
    return 0;
}

/* Length of "rv64" and the single letters (with their version numbers, if any). */
static size_t letters(const char *isa)
{
    size_t n = 4;
    while (isa[n] != '\0' && strchr("_zsx", isa[n]) == NULL) {
        n++;
    }
    return n;
}

static bool is_rv64(const char *isa)
{
    return strncmp(isa, "rv64", 4) == 0;
}

/* The next name behind s, which is at its separator or at its first letter. *length 0: there is
 * none. */
static const char *next_name(const char *s, size_t *length)
{
    s += strspn(s, "_");
    *length = strcspn(s, "_");
    return s;
}

uint64_t isa_string_ext(const char *isa)
{
    uint64_t ext = 0;
    size_t length;
    if (!is_rv64(isa)) {
        return 0;
    }
    for (const char *s = next_name(isa + letters(isa), &length); length != 0;
         s = next_name(s + length, &length)) {
        ext |= ext_of(s, length);
    }
    return ext;
}

uint64_t isa_list_ext(const char *list, size_t length)
{
    uint64_t ext = 0;
    for (size_t at = 0; at < length; at += strlen(list + at) + 1) {
        ext |= ext_of(list + at, strlen(list + at));
    }
    return ext;
}

struct writer {
    const struct isa_sight *see;
    bool list; /* names with a zero behind each; else with _ before each */
    char *out;
    size_t size, used;
    bool full;
    bool sstc, svadu, svade; /* have been seen */
};

static void add(struct writer *w, const char *s, size_t length)
{
    if (length > w->size - w->used) {
        w->full = true;
        return;
    }
    memcpy(w->out + w->used, s, length);
    w->used += length;
}

static void add_name(struct writer *w, const char *s, size_t length)
{
    add(w, "_", w->list ? 0 : 1);
    add(w, s, length);
    add(w, "", w->list ? 1 : 0);
}

static void take_name(struct writer *w, const char *s, size_t length)
{
    w->sstc = w->sstc || same("sstc", s, length);
    w->svadu = w->svadu || same("svadu", s, length);
    w->svade = w->svade || same("svade", s, length);
    if (!is_dropped(w->see, s, length)) {
        add_name(w, s, length);
    }
}

/*
 * Sstc is added, which every virtual hart has, emulated where the hardware hasn't. And Svade to
 * Svadu: without it, Svadu means that A and D are updated from the start, while FWFT's
 * PTE_AD_HW_UPDATING begins with 0. Firmware decides that for itself.
 */
static int finish(struct writer *w)
{
    if (!w->sstc) {
        add_name(w, "sstc", 4);
    }
    if (w->svadu && !w->svade && !w->see->machine) {
        add_name(w, "svade", 5);
    }
    add(w, "", w->list ? 0 : 1);
    return w->full ? ERR_RANGE : (int)w->used;
}

int isa_string_fix(const char *isa, const struct isa_sight *see, char *out, size_t size)
{
    struct writer w = {.see = see, .out = out, .size = size};
    size_t length;
    if (!is_rv64(isa)) {
        return ERR_INVALID;
    }
    size_t single = letters(isa);
    add(&w, isa, single);
    if (see->hypervisor && memchr(isa + 4, 'h', single - 4) == NULL) {
        add(&w, "h", 1);
    }
    for (const char *s = next_name(isa + single, &length); length != 0;
         s = next_name(s + length, &length)) {
        take_name(&w, s, length);
    }
    return finish(&w);
}

int isa_list_fix(const char *list, size_t length, const struct isa_sight *see, char *out,
                 size_t size)
{
    struct writer w = {.see = see, .list = true, .out = out, .size = size};
    bool has_h = !see->hypervisor;
    for (size_t at = 0; at < length; at += strlen(list + at) + 1) {
        size_t n = strlen(list + at);
        has_h = has_h || same("h", list + at, n);
        if (!has_h && n > 1) {
            add_name(&w, "h", 1);
            has_h = true;
        }
        take_name(&w, list + at, n);
    }
    if (!has_h) {
        add_name(&w, "h", 1);
    }
    return finish(&w);
}
