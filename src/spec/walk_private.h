/* SPDX-License-Identifier: BSD-2-Clause */
/* What the quick path of a walk (walk.c) and the whole rules of a leaf (walk_leaf.c) share. */
#ifndef SPEC_WALK_PRIVATE_H
#define SPEC_WALK_PRIVATE_H

#include "spec/walk.h"

#define PTE_HIGH   MASK(63, 54)
#define PAGE_SHIFT 12u

#define cold_path  __attribute__((noinline, cold))
#define hot_inline static inline __attribute__((always_inline))

/* For what a stage translates. */
enum purpose {
    FIRST,   /* the VS-stage, or HS's only one */
    G_FINAL, /* the G-stage, for the access itself */
    G_READ,  /* the G-stage, for a read of a VS-level table */
    G_WRITE, /* the G-stage, for setting A or D in a VS-level table */
};

enum failure { FAIL_ACCESS, FAIL_PAGE, FAIL_GUEST_PAGE };

struct walker {
    const struct hart *h;
    const struct mem *mem;
    struct trap *fault;
    uint64_t va;
    struct access_as as;
    bool probe; /* write nothing */

    uint64_t base, size; /* mem's first range */
    uint64_t bias;

    uint64_t g_root;
    unsigned g_top;   /* shift of the root's index, 0 if there is no G-stage */
    uint64_t g_index; /* root entry used last, and the table that it points to */
    uint64_t g_table;
};

struct leaf {
    uint64_t pa;
    uint64_t pte;
    uint64_t *slot;
    unsigned shift;
};

enum verdict { LEAF_OK, LEAF_CHANGED, LEAF_FAULT };

/* Where the PTE at pa is, or NULL if it is not in the world's memory. */
hot_inline uint64_t *entry_at(const struct walker *w, uint64_t pa)
{
    if (likely(pa - w->base < w->size)) {
        return (uint64_t *)(uintptr_t)(pa + w->bias);
    }
    return mem_at(w->mem, (hpa_t){pa}, sizeof(uint64_t));
}

/* Records the exception; what a G-stage translation was for says which pseudo-instruction there is.
 */
void walk_fail(const struct walker *w, enum failure f, uint64_t gpa, enum purpose why);

/*
 * All of steps 3 and 5 to 10 for the leaf (or whatever stands there) that translates addr. gpa: for
 * the first stage, of the PTE itself; for the G-stage, the address translated. After LEAF_CHANGED
 * the PTE has to be read again; after LEAF_FAULT the exception is recorded.
 */
enum verdict leaf_check(struct walker *w, struct leaf *leaf, uint64_t addr, uint64_t gpa,
                        enum purpose why);

/* The G-stage, off the quick path. */
bool g_translate(struct walker *w, uint64_t gpa, enum purpose why, struct leaf *out);

#endif
