/* SPDX-License-Identifier: BSD-2-Clause */
/* M's registers, and what its programs write to them. */
#include "csrs.h"

#define STATUS                                                                                     \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP | MSTATUS_MPP | BIT(13) |             \
     MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR |           \
     MSTATUS_MPV)
#define XL      (MSTATUS_UXL / 3 * 2 | MSTATUS_SXL / 3 * 2)
#define ENABLES (S_IRQS | M_IRQS | VS_IRQS)

/* Of medeleg: not an ECALL of HS, by which its vector comes to M, nor, which QEMU holds, one of M.
 * Of mideleg: what may be fixed is set. */
const struct csr top_csrs[] = {
    {0x300, V_BITS, 14, STATUS, XL, "mstatus"},
    {0x301, V_NONE, 1, 0, 0, "misa"},
    {0x302, V_BITS, 9, 0xf0b5ff, 0, "medeleg"},
    {0x303, V_BITS, 2, S_IRQS, S_IRQS, "mideleg"},
    {0x304, V_BITS, 8, ENABLES, BIT(IRQ_MTI), "mie"},
    {0x305, V_TVEC, 1, ~0UL, 0, "mtvec"},
    {0x306, V_BITS, 3, 7, 0, "mcounteren"},
    {0x30a, V_BITS, 4, 0xe0000000000000d1UL, 0, "menvcfg"},
    {0x320, V_BITS, 2, 5, 0, "mcountinhibit"},
    {0x340, V_ANY, 2, ~0UL, 0, "mscratch"},
    {0x341, V_BITS, 2, ~1UL, 0, "mepc"},
    {0x342, V_CAUSE, 2, ~0UL, 0, "mcause"},
    {0x343, V_ANY, 2, ~0UL, 0, "mtval"},
    {0x344, V_BITS, 6, S_IRQS | BIT(IRQ_VSSI), 0, "mip"},
    {0x34a, V_ANY, 1, ~0UL, 0, "mtinst"},
    {0x34b, V_ANY, 1, ~0UL, 0, "mtval2"},
    {0x3a0, V_PMPCFG, 7, ~0UL, 0, "pmpcfg0"},
    {0x3b1, V_PMPADDR, 3, ~0UL, 0, "pmpaddr1"},
    {0x3b2, V_PMPADDR, 3, ~0UL, 0, "pmpaddr2"},
    {0x3b3, V_PMPADDR, 3, ~0UL, 0, "pmpaddr3"},
    {0x3b4, V_PMPADDR, 3, ~0UL, 0, "pmpaddr4"},
    {0xb00, V_ANY, 1, ~0UL, 0, "mcycle"},
    {0xb02, V_ANY, 1, ~0UL, 0, "minstret"},
    {0xf14, V_NONE, 1, 0, 0, "mhartid"},
    {0xf15, V_NONE, 1, 0, 0, "mconfigptr"},
};
const unsigned top_csrs_count = sizeof top_csrs / sizeof *top_csrs;

/*
 * Entry 0 and the last are the program's own (top.c). Of the others 4 may be TOR, from the address
 * of 3 on, and both of those are double words' addresses: M itself reads double words, which it may
 * not where an entry matches a part.
 */
static uint64_t cfg_pick(struct rng *r)
{
    static const uint8_t rights[] = {0, PMP_R, PMP_R | PMP_W, PMP_X, PMP_R | PMP_X, PMP_RWX};
    uint64_t v = PMP_NAPOT | (uint64_t)(PMP_NAPOT | PMP_RWX) << 56;
    for (unsigned i = 1; i < 5; i++) {
        uint64_t match = i == 4 && percent(r, 75) ? PMP_TOR : PMP_NAPOT;
        v |= (pick(r, rights) | (percent(r, 50) ? PMP_OFF : match)) << 8 * i;
    }
    return v;
}

uint64_t pmp_pick(struct rng *r, const struct csr *c)
{
    if (c->value == V_PMPCFG)
        return cfg_pick(r);
    uint64_t page = (uint64_t)frames[below(r, 4) + below(r, 2) * (FRAMES / 2)] >> 2;
    if (percent(r, 40)) /* within a page */
        page += 2 * below(r, PAGE >> 3);
    return c->num < CSR_PMPADDR0 + 3 ? page | ((1UL << below(r, 14)) - 1) : page;
}
