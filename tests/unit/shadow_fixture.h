/* SPDX-License-Identifier: BSD-2-Clause */
/* A pool with shadow tables, and what hardware finds in them. */
#ifndef TESTS_UNIT_SHADOW_FIXTURE_H
#define TESTS_UNIT_SHADOW_FIXTURE_H

#include "arena.h"

#include "core/shadow.h"

#define POOL_PA UINT64_C(0xc0000000)

struct pool {
    struct shadow s;
    char *host;
    uint64_t size, satp;
};

static inline void pool_make(struct pool *p, uint64_t size)
{
    p->size = size;
    p->host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(p->host, MAP_FAILED);
    memset(p->host, 0xff, size); /* whatever the memory held before */
    shadow_init(&p->s, p->host, POOL_PA, size);
}

static inline void pool_free(struct pool *p)
{
    munmap(p->host, p->size);
}

/* As hardware walks: the leaf for va under satp, or 0; *shift its size. */
static inline uint64_t look(const struct pool *p, uint64_t satp, uint64_t va, unsigned *shift)
{
    uint64_t table = FIELD_GET(ATP_PPN, satp) << 12;
    for (unsigned s = (unsigned)FIELD_GET(ATP_MODE, satp) * 9 - 42;; s -= 9) {
        assert_true(table >= POOL_PA && table < POOL_PA + p->size);
        uint64_t pte = ((uint64_t *)(p->host + (table - POOL_PA)))[va >> s & 511];
        if ((pte & PTE_V) == 0) {
            assert_int_equal(pte, 0);
            return 0;
        }
        if ((pte & PTE_RWX) != 0) {
            if (shift != NULL) {
                *shift = s;
            }
            assert_int_equal(FIELD_GET(PTE_PPN, pte) & (BIT(s - 12) - 1), 0);
            return pte;
        }
        assert_int_equal(pte & (PTE_A | PTE_D | PTE_U | MASK(63, 54)), 0); /* a good pointer */
        assert_true(s > 12);
        table = FIELD_GET(PTE_PPN, pte) << 12;
    }
}

static inline uint64_t here(const struct pool *p, uint64_t va)
{
    return look(p, p->satp, va, NULL);
}

/* VMID and ASID tell the address spaces apart. */
static inline struct shadow_key key_of(uint64_t vmid, uint64_t asid)
{
    return (struct shadow_key){
        .hgatp = FIELD_PUT(ATP_MODE, UINT64_C(8)) | FIELD_PUT(HGATP_VMID, vmid) | 0x80000,
        .vsatp = FIELD_PUT(ATP_MODE, UINT64_C(8)) | FIELD_PUT(SATP_ASID, asid) | 0x90000,
    };
}

static inline void enter(struct pool *p, struct shadow_key key)
{
    p->satp = shadow_switch(&p->s, &key, MODE_SV39);
    p->s.current->stale = false; /* as a host that fences */
}

static inline uint64_t leaf_at(uint64_t pa, enum leaf_origin origin)
{
    return pte_of(pa, ALL_OF_LEAF | FIELD_PUT(PTE_RSW, (uint64_t)origin));
}

/* A translation whose G leaf is gpa's, for shadow_map(). */
static inline bool map(struct pool *p, uint64_t va, uint64_t pa, uint64_t gpa, unsigned g_shift)
{
    static const uint64_t slot;
    struct xlate x = {.pa = {pa},
                      .gpa = {gpa},
                      .vs_pte = ALL_OF_LEAF,
                      .g_pte = ALL_OF_LEAF | PTE_U,
                      .shift = 12,
                      .vs_shift = 12,
                      .g_shift = (uint8_t)g_shift,
                      .vs_slot = &slot,
                      .g_slot = &slot};
    return shadow_map(&p->s, va, &x, shadow_leaf(&x, PRV_S, false, false));
}

static inline struct fence vvma(void)
{
    return (struct fence){.kind = FENCE_VVMA, .all_addresses = true, .all_ids = true};
}

static inline bool fence_va(struct pool *p, uint64_t va, uint64_t vmid)
{
    struct fence f = {.kind = FENCE_VMA, .all_ids = true, .address = va};
    return shadow_fence(&p->s, &f, key_of(vmid, 0).hgatp);
}

static inline bool fence_gpa(struct pool *p, uint64_t gpa, uint64_t vmid)
{
    struct fence f = {.kind = FENCE_GVMA, .address = gpa, .id = vmid};
    return shadow_fence(&p->s, &f, 0);
}

#endif
