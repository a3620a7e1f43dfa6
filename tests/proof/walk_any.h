/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the tables hold and however they change under it, a walk reads no entry outside of the
 * memory that it was given, nor one that the hart's PMP closes; and if it finds a translation, then
 * both stages' leaves are legal, grant the access, have A (and D) set as it requires, and the
 * address is what they make of it. Privileged architecture, "Virtual Address Translation Process";
 * hypervisor chapter, "Two-Stage Address Translation"; Svnapot; Svpbmt.
 */
#ifndef TESTS_PROOF_WALK_ANY_H
#define TESTS_PROOF_WALK_ANY_H

#include "hart_any.h"
#include "tables.h"

static struct access_as access_any(void)
{
    struct access_as as = {
        .access = (uint8_t)any_below(3), .prv = (uint8_t)any_below(2), .v = any_bool()};
    as.hlvx = as.v && as.access == ACCESS_LOAD && any_bool();
    return as;
}

/* A leaf of either stage that lets the access through. */
static bool grants(const struct hart *h, struct access_as as, bool first, uint64_t pte)
{
    uint64_t status = first && as.v ? h->vsstatus : h->mstatus;
    uint64_t env = first && as.v ? h->henvcfg & h->menvcfg : h->menvcfg;
    bool r = bit(pte, 1), w = bit(pte, 2), x = bit(pte, 3), user = bit(pte, 4);
    bool mxr = bit(h->mstatus, 19) || (first && as.v && bit(h->vsstatus, 19));
    bool pbmt = bits(pte, 62, 61) == 0 || (bit(env, 62) && bits(pte, 62, 61) != 3);
    bool napot = !bit(pte, 63) || (bit(h->isa->ext, EXT_SVNAPOT) && bits(pte, 13, 10) == 8);
    bool sum = bit(status, 18) && as.access != ACCESS_FETCH;
    bool mode = !first ? user : as.prv == 0 ? user : !user || sum;
    bool kind = as.access == ACCESS_STORE              ? w && bit(pte, 7)
                : as.access == ACCESS_FETCH || as.hlvx ? x
                                                       : r || (mxr && x);
    return bit(pte, 0) && (r || !w) && bits(pte, 60, 54) == 0 && pbmt && napot && mode && kind &&
           bit(pte, 6);
}

/* What a leaf at that level makes of an address: "pa.ppn[i-1:0] = va.vpn[i-1:0]", and its inverse.
 */
static uint64_t output(uint64_t pte, unsigned shift, uint64_t address)
{
    uint64_t ppn = bits(pte, 53, 10) << 12;
    unsigned low = bit(pte, 63) ? 16 : shift;
    uint64_t within = (UINT64_C(1) << low) - 1;
    prove(bit(pte, 63) ? shift == 12 : (ppn & within) == 0); /* no misaligned superpage */
    return (ppn & ~within) | (address & within);
}

static bool shift_ok(unsigned shift)
{
    return shift == 12 || shift == 21 || shift == 30 || shift == 39 || shift == 48;
}

static void check_stage(const struct hart *h, struct access_as as, bool first, uint64_t pte,
                        unsigned shift, const uint64_t *slot, uint64_t in, uint64_t out)
{
    uint64_t atp = !first ? h->hgatp : as.v ? h->vsatp : h->satp;
    if (bits(atp, 63, 60) == 0 || (!first && !as.v)) {
        prove(slot == NULL && pte == PTE_BARE && out == in);
        return;
    }
    prove(slot != NULL && table_held(first ? 0 : 1, slot, pte));
    prove(shift_ok(shift) && shift <= 12 + 9 * (bits(atp, 63, 60) - 6));
    prove(bits((uintptr_t)slot, 11, 3) == (in >> shift & 511));
    prove(grants(h, as, first, pte));
    prove(out == output(pte, shift, in));
    if (first) { /* "bits 63:39 must equal bit 38", and so on */
        unsigned top = 9 * (unsigned)bits(atp, 63, 60) - 33;
        uint64_t high = in >> (top - 1);
        prove(high == 0 || high == ~UINT64_C(0) >> (top - 1));
    } else {
        prove(in >> (9 * bits(atp, 63, 60) - 31) == 0);
    }
}

/* A fault is the access's own kind of page fault, access fault or guest-page fault. */
static void check_fault(struct access_as as, uint64_t va, const struct trap *t)
{
    static const uint8_t page[] = {13, 15, 12}, access[] = {5, 7, 1}, guest[] = {21, 23, 20};
    bool guest_page = t->cause == guest[as.access];
    prove(t->cause == page[as.access] || t->cause == access[as.access] || guest_page);
    prove(!guest_page || as.v);
    prove(t->tval == va && t->gva == as.v);
    prove(guest_page || (t->tval2 == 0 && t->tinst == 0));
    prove(t->tinst == 0 || t->tinst == 0x3000 || t->tinst == 0x3020);
}

/* One walk on any hart that has these modes; the first stage, or the G-stage, bare if not wanted.
 */
static inline void walk_case(unsigned modes, bool first, bool g)
{
    struct isa isa = isa_any();
    isa.satp_modes &= (uint16_t)modes;
    isa.hgatp_modes &= (uint16_t)modes;
    struct hart h = hart_any(&isa);
    if (!first) {
        h.satp = h.vsatp = 0;
    }
    if (!g) {
        h.hgatp = 0;
    }
    struct mem_range range[2];
    struct mem mem = mem_any(range, &isa);
    struct access_as as = access_any();
    uint64_t va = any();
    struct xlate x;
    struct trap fault;

    tables.mem = &mem;
    if (!walk(&h, &mem, as, va, &x, &fault)) {
        check_fault(as, va, &fault);
        reached();
        return;
    }
    check_stage(&h, as, true, x.vs_pte, x.vs_shift, x.vs_slot, va, x.gpa.a);
    check_stage(&h, as, false, x.g_pte, x.g_shift, x.g_slot, x.gpa.a, x.pa.a);
    prove(x.shift == (x.vs_shift < x.g_shift ? x.vs_shift : x.g_shift));
    reached();
}

#endif
