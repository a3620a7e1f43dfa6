/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of NACL in every exit and every entry of a guest, to be inlined there. What is not so
 * frequent is in nacl.c.
 */
#ifndef CORE_NACL_SWITCH_H
#define CORE_NACL_SWITCH_H

#include "core/nacl.h"
#include "spec/trap.h"

#define NACL_SHOW(s, name, v) ((s)->csr[NACL_INDEX(CSR_##name)] = (v))

static inline void nacl_autoswap(struct hart *h, volatile struct nacl_shmem *s)
{
    if (s->autoswap_flags & NACL_AUTOSWAP_HSTATUS) {
        uint64_t theirs = s->autoswap_hstatus;
        s->autoswap_hstatus = h->hstatus;
        hart_hstatus_write(h, theirs);
    }
}

/* What hardware changes while a guest runs, and a trap. csr_read() of each, in fewer instructions:
 * tests/unit/test_nacl.c holds them against it. */
static inline void nacl_show_left(volatile struct nacl_shmem *s, const struct hart *h)
{
    NACL_SHOW(s, hstatus, h->hstatus);
    NACL_SHOW(s, htval, h->htval);
    NACL_SHOW(s, htinst, h->htinst);
    NACL_SHOW(s, vsstatus, hart_vsstatus(h));
    NACL_SHOW(s, vstvec, h->vstvec);
    NACL_SHOW(s, vsscratch, h->vsscratch);
    NACL_SHOW(s, vsepc, h->vsepc);
    NACL_SHOW(s, vscause, h->vscause);
    NACL_SHOW(s, vstval, h->vstval);
    NACL_SHOW(s, vstimecmp, h->vstimecmp);
    NACL_SHOW(s, vsatp, h->vsatp);
}

/*
 * nacl_trapped() for a guest that was entered after a clean nacl_sync() and is left, where h.hvip
 * is zero, neither it nor h.mie has changed since, and there is no AIA. due: hip.VSTIP.
 */
static inline void nacl_left(struct vhart *vh, bool due)
{
    volatile struct nacl_shmem *s = vh->nacl;
    struct hart *h = &vh->h;
    uint64_t hip = due ? BIT(IRQ_VSTI) : 0;

    nacl_autoswap(h, s);
    nacl_show_left(s, h);
    NACL_SHOW(s, hip, hip);
    NACL_SHOW(s, vsip, (hip & h->hideleg) >> 1);
}

/* Is there anything dirty, but hvip with the value that it has? Linux's KVM writes that each time.
 */
static inline uint64_t nacl_dirty(const struct hart *h, volatile struct nacl_shmem *s)
{
    const uint64_t hvip = NACL_DIRTY(CSR_hvip);
    uint64_t dirty = s->dirty[NACL_WORD_OF(CSR_hvip)];

    if ((dirty & hvip) && s->csr[NACL_INDEX(CSR_hvip)] == h->hvip) {
        dirty &= ~hvip;
        s->dirty[NACL_WORD_OF(CSR_hvip)] = dirty;
    }
    return dirty | s->dirty[4] | s->dirty[6] | s->dirty[0] | s->dirty[1] | s->dirty[2] |
           s->dirty[12] | s->dirty[14];
}

/* Any HFENCE entry may be pending, so all of them are looked at each time a guest is entered: two
 * instructions an entry. */
static inline uint64_t nacl_pending(volatile struct nacl_shmem *s)
{
    uint64_t any = 0;

#pragma GCC unroll 60
    for (unsigned i = 0; i < NACL_HFENCES; i++) {
        any |= s->hfence[i].config;
    }
    return any & NACL_PENDING;
}

#endif
