/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every hart that there can be: any extensions, any legal state. hart_legalize() makes one of any
 * bits, and leaves a legal one as it is (prove_legal.c); legal is what the specification allows and
 * the model can hold.
 */
#ifndef TESTS_PROOF_HART_ANY_H
#define TESTS_PROOF_HART_ANY_H

#include "proof.h"
#include "spec/hart.h"

#define LCOFI BIT(IRQ_LCOFI)
#define MODES (BIT(MODE_BARE) | BIT(MODE_SV39) | BIT(MODE_SV48) | BIT(MODE_SV57))

#define ENVCFG_USER_BITS  (ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE)
#define ENVCFG_SHARE_BITS (ENVCFG_ADUE | ENVCFG_PBMTE | ENVCFG_STCE)
#define SSTATUS_BITS                                                                               \
    (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_VS | STATUS_FS | STATUS_SUM | STATUS_MXR)
#define MSTATUS_BITS                                                                               \
    (SSTATUS_BITS | STATUS_MIE | STATUS_MPIE | STATUS_MPP | STATUS_MPRV | STATUS_TVM | STATUS_TW | \
     STATUS_TSR | STATUS_GVA | STATUS_MPV)
#define HSTATUS_BITS                                                                               \
    (HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM | HSTATUS_VTW |          \
     HSTATUS_VTSR)

/* Every word of a hart but x, pc, prv, v and isa. */
/* clang-format off */
#define HART_WORDS(F) \
    F(time) F(hartid) \
    F(mstatus) F(medeleg) F(mideleg) F(mie) F(mip) F(line) F(mvien) F(mvip) F(mtvec) F(mscratch) \
    F(mepc) F(mcause) F(mtval) F(mtval2) F(mtinst) F(mcounteren) F(mcountinhibit) F(menvcfg) \
    F(mstateen[0]) F(mstateen[1]) F(mstateen[2]) F(mstateen[3]) F(sie_aia) \
    F(stvec) F(sscratch) F(sepc) F(scause) F(stval) F(satp) F(scounteren) F(senvcfg) F(stimecmp) \
    F(hstatus) F(hedeleg) F(hideleg) F(hvip) F(hcounteren) F(htimedelta) F(henvcfg) F(htval) \
    F(htinst) F(hgatp) F(hstateen[0]) F(hstateen[1]) F(hstateen[2]) F(hstateen[3]) \
    F(hvien) F(hvictl) F(hviprio1) \
    F(vsstatus) F(vstvec) F(vsscratch) F(vsepc) F(vscause) F(vstval) F(vsatp) F(vstimecmp) \
    F(vsie_aia) F(vsiselect) F(siselect) F(miselect)
/* clang-format on */

/* Words of struct hart that the list above doesn't name: x, pc, prv and v, isa, the counters, PMP,
 * where custom registers are. */
#define HART_OTHER_WORDS    (32 + 1 + 1 + 1 + 64 + PMP_MAX + PMP_MAX / 8 + 1)
#define HART_ONE_WORD(name) +1
_Static_assert(sizeof(struct hart) == 8 * (HART_OTHER_WORDS HART_WORDS(HART_ONE_WORD)),
               "a field of struct hart that the proofs don't know");

/* CBIE is there with both bits or not at all. */
static inline uint64_t any_menvcfg(void)
{
    uint64_t v = any() & (ENVCFG_USER_BITS | ENVCFG_SHARE_BITS);
    return (v & ENVCFG_CBIE) == ENVCFG_CBIE ? v : v & ~ENVCFG_CBIE;
}

static inline struct isa isa_any(void)
{
    return (struct isa){
        .ext = (any() & MASK(EXT_IMSIC, 0)) | BIT(EXT_NONE),
        .misa = any(),
        .satp_modes = (uint16_t)((any() & MODES) | BIT(MODE_BARE)),
        .hgatp_modes = (uint16_t)((any() & MODES) | BIT(MODE_BARE)),
        .asid_mask = any_low_mask(16),
        .vmid_mask = any_low_mask(14),
        .ppn_mask = any_low_mask(44),
        .medeleg = any(),
        .mideleg = any(),
        .counteren = any() & UINT32_MAX,
        .menvcfg = any_menvcfg(),
        .hpm = any() & (UINT32_MAX & ~7u),
        .mvendorid = any(),
        .marchid = any(),
        .mimpid = any(),
        .pmp_entries = (uint8_t)any_below(PMP_MAX + 1),
        .pmp_grain = (uint8_t)(2 + any_below(31)),
    };
}

static inline uint64_t ext_bits(const struct isa *isa, enum isa_ext e, uint64_t bits)
{
    return (isa->ext >> e & 1) != 0 ? bits : 0;
}

/* FS and VS without a unit, a reserved MPP: cleared. */
static inline uint64_t status_legal(const struct isa *isa, uint64_t s, uint64_t bits)
{
    uint64_t units = ext_bits(isa, EXT_F, STATUS_FS) | ext_bits(isa, EXT_V, STATUS_VS);
    s &= (bits & (units | ~(STATUS_FS | STATUS_VS))) | STATUS_SD; /* SD: whatever */
    if ((s >> 11 & 3) == 2) {
        s &= ~STATUS_MPP;
    }
    return s | UINT64_C(2) << 32;
}

static inline uint64_t envcfg_legal(const struct isa *isa, uint64_t v, uint64_t bits)
{
    v &= bits & (isa->menvcfg | ENVCFG_FIOM);
    return (v >> 4 & 3) == 2 ? v & ~ENVCFG_CBIE : v;
}

static inline uint64_t atp_legal(unsigned modes, uint64_t v, uint64_t bits)
{
    v &= bits | ATP_MODE;
    return (modes >> (v >> 60) & 1) != 0 ? v : v & ~ATP_MODE;
}

static inline void machine_legalize(struct hart *h, const struct isa *isa)
{
    uint64_t lcofi = ext_bits(isa, EXT_SSCOFPMF, LCOFI);
    uint64_t aia = ext_bits(isa, EXT_SMAIA, BIT(IRQ_SSI) | BIT(IRQ_SEI) | LCOFI);

    uint64_t vs_level = ext_bits(isa, EXT_H, IRQS_VS);
    uint64_t guest_causes = BIT(10) | BIT(20) | BIT(21) | BIT(22) | BIT(23);

    h->mstatus = status_legal(isa, h->mstatus, MSTATUS_BITS) | UINT64_C(2) << 34;
    h->mstatus &= ~(STATUS_GVA | STATUS_MPV) | ext_bits(isa, EXT_H, ~UINT64_C(0));
    h->medeleg &= ~BIT(CAUSE_ECALL_M) & (isa->medeleg | guest_causes);
    h->medeleg &= ~guest_causes | ext_bits(isa, EXT_H, ~UINT64_C(0));
    h->mideleg = (h->mideleg & (IRQS_S | lcofi)) | (IRQS_S & ~isa->mideleg) | vs_level;
    h->mie &= IRQS_M | IRQS_S | vs_level | lcofi;
    h->mip &= IRQS_S | lcofi;
    h->line &= IRQS_M | BIT(IRQ_SEI);
    h->mvien &= aia;
    h->mvip &= aia & ~BIT(IRQ_SEI);
    h->sie_aia &= aia;
    h->mtvec &= ~UINT64_C(2);
    h->mepc &= ~UINT64_C(1);
    h->mcounteren &= isa->counteren;
    h->mcountinhibit &= 5 | isa->hpm;
    h->menvcfg = envcfg_legal(isa, h->menvcfg, ~UINT64_C(0));
    h->miselect &= 0x1ff;
}

static inline void supervisor_legalize(struct hart *h, const struct isa *isa)
{
    uint64_t asid = isa->asid_mask << 44;

    h->stvec &= ~UINT64_C(2);
    h->sepc &= ~UINT64_C(1);
    h->scounteren &= isa->counteren;
    h->senvcfg = envcfg_legal(isa, h->senvcfg, ENVCFG_USER_BITS);
    h->satp = atp_legal(isa->satp_modes, h->satp, asid | isa->ppn_mask);
    h->siselect &= 0x1ff;
    h->vsstatus = status_legal(isa, h->vsstatus, SSTATUS_BITS);
    h->vstvec &= ~UINT64_C(2);
    h->vsepc &= ~UINT64_C(1);
    h->vsatp = atp_legal(isa->satp_modes, h->vsatp, asid | ATP_PPN);
    h->vsiselect &= 0x1ff;
    h->vsie_aia &= ext_bits(isa, EXT_SMAIA, LCOFI);
}

static inline void hypervisor_legalize(struct hart *h, const struct isa *isa)
{
    uint64_t aia = ext_bits(isa, EXT_SMAIA, ~UINT64_C(0));

    if ((isa->ext >> EXT_H & 1) == 0) { /* what would be seen elsewhere */
        h->hstatus = h->hvip = h->henvcfg = h->hideleg = h->hedeleg = 0;
    }
    h->hstatus = (h->hstatus & HSTATUS_BITS) | UINT64_C(2) << 32;
    h->hedeleg &= 0xcb1ff;
    h->hideleg &= IRQS_VS;
    h->hvip &= IRQS_VS | (aia & LCOFI);
    h->hcounteren &= isa->counteren;
    h->henvcfg = envcfg_legal(isa, h->henvcfg, ENVCFG_USER_BITS | (h->menvcfg & ENVCFG_SHARE_BITS));
    h->hgatp = atp_legal(isa->hgatp_modes, h->hgatp,
                         isa->vmid_mask << 44 | (isa->ppn_mask & ~UINT64_C(3)));
    h->hvien &= aia & LCOFI;
    h->hvictl &= aia & 0x4fff03ff;
    h->hviprio1 &= aia & UINT64_C(0x0000ff00ff00ff00);
}

/* W without R is reserved, NA4 is for a grain of four bytes only. */
static inline uint8_t pmpcfg_legal(const struct isa *isa, unsigned cfg)
{
    cfg &= (cfg & 3) == 2 ? 0x98 : 0x9f;
    return (uint8_t)((cfg & 0x18) == 0x10 && isa->pmp_grain > 2 ? cfg & ~0x18u : cfg);
}

static inline void pmp_legalize(struct hart *h, const struct isa *isa)
{
    for (unsigned i = 0; i < PMP_MAX; i++) {
        bool there = i < isa->pmp_entries;
        h->pmpcfg[i] = there ? pmpcfg_legal(isa, h->pmpcfg[i]) : 0;
        h->pmpaddr[i] &= there ? isa->ppn_mask << 10 | 0x3ff : 0;
    }
}

static inline void hart_legalize(struct hart *h)
{
    const struct isa *isa = h->isa;

    h->x[0] = 0;
    h->prv = (h->prv & 3) == 2 ? PRV_M : h->prv & 3;
    h->v = h->prv == PRV_M || (isa->ext >> EXT_H & 1) == 0 ? 0 : h->v & 1;
    h->walk_quick = isa->pmp_entries == 0;
    h->pc &= ~UINT64_C(1);
    machine_legalize(h, isa);
    supervisor_legalize(h, isa);
    hypervisor_legalize(h, isa);
    pmp_legalize(h, isa);
    for (unsigned i = 3; i < 32; i++) {
        h->mhpmcounter[i] &= isa->hpm >> i & 1 ? ~UINT64_C(0) : 0;
        h->mhpmevent[i] &= isa->hpm >> i & 1 ? ~UINT64_C(0) : 0;
    }
    for (unsigned n = 0; n < 4; n++) {
        uint64_t fields = BIT(63);
        if (n == 0) {
            fields |= BIT(62) | ext_bits(isa, EXT_SMAIA, BIT(60) | BIT(59)) |
                      ext_bits(isa, EXT_IMSIC, BIT(58));
        }
        h->mstateen[n] &= fields;
        h->hstateen[n] &= fields;
    }
}

/* Any state at all, legal or not, of a hart that is isa. */
static inline struct hart hart_raw(const struct isa *isa)
{
    struct hart h;

    for (unsigned i = 0; i < 32; i++) {
        h.x[i] = any();
        h.mhpmcounter[i] = any();
        h.mhpmevent[i] = any();
    }
    h.pc = any();
    h.prv = (uint8_t)any();
    h.v = (uint8_t)any();
    h.walk_quick = any_bool();
    h.isa = isa;
    for (unsigned i = 0; i < PMP_MAX; i++) {
        h.pmpaddr[i] = any();
        h.pmpcfg[i] = (uint8_t)any();
    }
    h.custom = NULL;
#define ANY_WORD(name) h.name = any();
    HART_WORDS(ANY_WORD)
#undef ANY_WORD
    return h;
}

static inline struct hart hart_any(const struct isa *isa)
{
    struct hart h = hart_raw(isa);
    hart_legalize(&h);
    return h;
}

/* Are they the same in every word? */
static inline bool hart_equal(const struct hart *a, const struct hart *b)
{
    bool same = a->pc == b->pc && a->prv == b->prv && a->v == b->v &&
                a->walk_quick == b->walk_quick && a->isa == b->isa;
    for (unsigned i = 0; i < 32; i++) {
        same = same && a->x[i] == b->x[i] && a->mhpmcounter[i] == b->mhpmcounter[i] &&
               a->mhpmevent[i] == b->mhpmevent[i];
    }
    for (unsigned i = 0; i < PMP_MAX; i++) {
        same = same && a->pmpaddr[i] == b->pmpaddr[i] && a->pmpcfg[i] == b->pmpcfg[i];
    }
#define SAME_WORD(name) same = same && a->name == b->name;
    HART_WORDS(SAME_WORD)
#undef SAME_WORD
    return same;
}

static inline bool hart_is_legal(const struct hart *h)
{
    struct hart legal = *h;
    hart_legalize(&legal);
    return hart_equal(h, &legal);
}

#endif
