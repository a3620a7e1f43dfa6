/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest memory to build page tables in: physical addresses from ARENA on, in two ranges with a hole
 * between. */
#ifndef TESTS_UNIT_ARENA_H
#define TESTS_UNIT_ARENA_H

#include "fixture.h"

#include <string.h>
#include <sys/mman.h>

#include "spec/walk.h"

#define ARENA       UINT64_C(0x80000000)
#define ARENA_SIZE  UINT64_C(0x10000000)
#define ARENA_HOLE  UINT64_C(0x84000000) /* 64 MiB that are not in mem */
#define ARENA_LATER UINT64_C(0x88000000)

struct arena {
    char *host;
    uint64_t next; /* next free physical page */
    struct mem_range range[2];
    struct mem mem;
};

static inline struct arena arena_make(void)
{
    struct arena a = {.next = ARENA};
    a.host = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(a.host, MAP_FAILED);
    a.range[0] = (struct mem_range){ARENA, ARENA_HOLE - ARENA};
    a.range[1] = (struct mem_range){ARENA_LATER, ARENA + ARENA_SIZE - ARENA_LATER};
    a.mem.count = 2;
    a.mem.bias = (uintptr_t)a.host - ARENA;
    return a;
}

/* After a copy of the structure. */
static inline const struct mem *arena_mem(struct arena *a)
{
    a->mem.range = a->range;
    return &a->mem;
}

static inline void arena_free(struct arena *a)
{
    munmap(a->host, ARENA_SIZE);
}

static inline uint64_t *arena_at(const struct arena *a, uint64_t pa)
{
    assert_true(pa - ARENA < ARENA_SIZE);
    return (uint64_t *)(a->host + (pa - ARENA));
}

/* Zeroed pages, aligned to their size; their physical address. */
static inline uint64_t arena_pages(struct arena *a, unsigned count)
{
    a->next = align_up(a->next, count * UINT64_C(4096));
    uint64_t pa = a->next;
    a->next += count * UINT64_C(4096);
    memset(arena_at(a, pa), 0, count * 4096);
    return pa;
}

/* How a test's tables are reached: gpa = pa - gpa_offset for the VS-stage's, which has the
 * G-stage's leave for that. */
#define GPA_OFFSET UINT64_C(0x40000000)

#define ALL_OF_LEAF (PTE_V | PTE_RWX | PTE_A | PTE_D) /* and U, or not */

/* The PTE of va's entry at `shift` in the tables from root on, with the tables on the way made.
 * offset: what their addresses are less than physical ones. */
static inline uint64_t *arena_slot(struct arena *a, uint64_t root, uint64_t offset, unsigned top,
                                   uint64_t va, unsigned shift, uint64_t root_mask)
{
    uint64_t table = root, mask = root_mask;
    for (unsigned s = top; s > shift; s -= 9, mask = 511) {
        uint64_t *e = arena_at(a, table + offset) + (va >> s & mask);
        if (*e == 0) {
            *e = (arena_pages(a, 1) - offset) >> 2 | PTE_V;
        }
        table = FIELD_GET(PTE_PPN, *e) << 12;
    }
    return arena_at(a, table + offset) + (va >> shift & mask);
}

/* A guest: both stages, in modes of the same depth, its memory at gpa = pa - GPA_OFFSET. */
struct guest {
    struct arena a;
    struct hart h;
    unsigned top;
    uint64_t groot, vsroot, satp_root;
};

static inline uint64_t *g_slot(struct guest *g, uint64_t gpa, unsigned shift)
{
    return arena_slot(&g->a, g->groot, 0, g->top, gpa, shift, 2047);
}

static inline uint64_t *vs_slot(struct guest *g, uint64_t va, unsigned shift)
{
    return arena_slot(&g->a, g->vsroot - GPA_OFFSET, GPA_OFFSET, g->top, va, shift, 511);
}

static inline uint64_t *hs_slot(struct guest *g, uint64_t va, unsigned shift)
{
    return arena_slot(&g->a, g->satp_root, 0, g->top, va, shift, 511);
}

static inline uint64_t pte_of(uint64_t pa, uint64_t bits)
{
    return pa >> 12 << 10 | bits;
}

/* The first 4 MiB of the arena (where tables are) and what lies at `data` are mapped by the
 * G-stage, in pages of 4 KiB. */
static inline void guest_make(struct guest *g, unsigned mode)
{
    *g = (struct guest){.a = arena_make(), .h = hart_in(VS), .top = mode * 9 - 42};
    g->groot = arena_pages(&g->a, 4);
    g->vsroot = arena_pages(&g->a, 1);
    g->satp_root = arena_pages(&g->a, 1);
    for (uint64_t pa = ARENA; pa < ARENA + 0x800000; pa += 4096) {
        *g_slot(g, pa - GPA_OFFSET, 12) = pte_of(pa, ALL_OF_LEAF | PTE_U);
    }
    g->h.hgatp =
        FIELD_PUT(ATP_MODE, (uint64_t)mode) | FIELD_PUT(HGATP_VMID, UINT64_C(5)) | g->groot >> 12;
    g->h.vsatp = FIELD_PUT(ATP_MODE, (uint64_t)mode) | FIELD_PUT(SATP_ASID, UINT64_C(7)) |
                 (g->vsroot - GPA_OFFSET) >> 12;
    g->h.satp = FIELD_PUT(ATP_MODE, (uint64_t)mode) | g->satp_root >> 12;
    g->h.menvcfg = g->h.henvcfg = 0;
    g->h.mstatus &= ~(STATUS_SUM | STATUS_MXR);
    g->h.vsstatus &= ~(STATUS_SUM | STATUS_MXR);
}

static inline void guest_free(struct guest *g)
{
    arena_free(&g->a);
}

#define AS_VS(access_) ((struct access_as){.access = (uint8_t)(access_), .prv = PRV_S, .v = true})
#define AS_VU(access_) ((struct access_as){.access = (uint8_t)(access_), .prv = PRV_U, .v = true})
#define AS_HS(access_) ((struct access_as){.access = (uint8_t)(access_), .prv = PRV_S, .v = false})
#define AS_U(access_)  ((struct access_as){.access = (uint8_t)(access_), .prv = PRV_U, .v = false})
#define HLVX_AS(prv_)                                                                              \
    ((struct access_as){.access = ACCESS_LOAD, .prv = (uint8_t)(prv_), .v = true, .hlvx = true})

/* The cause of the exception, or 0 and *x. */
static inline uint64_t cause_of(struct guest *g, struct access_as as, uint64_t va, struct xlate *x)
{
    struct xlate ignored;
    struct trap t;
    return walk(&g->h, arena_mem(&g->a), as, va, x != NULL ? x : &ignored, &t) ? 0 : t.cause;
}

static inline struct trap trap_of(struct guest *g, struct access_as as, uint64_t va)
{
    struct xlate x;
    struct trap t = {0};
    assert_false(walk(&g->h, arena_mem(&g->a), as, va, &x, &t));
    return t;
}

#endif
