/* SPDX-License-Identifier: BSD-2-Clause */
/* CSR accesses: every register, every form, values that mean something to it. */
#include "csrs.h"

#define S_LEVEL (VS_IRQS >> 1)
#define STATUS  (SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | BIT(13) | SSTATUS_SUM | SSTATUS_MXR)
#define HSTATUS                                                                                    \
    (HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM | HSTATUS_VTW |          \
     HSTATUS_VTSR)
#define XL BIT(33) /* UXL, VSXL: 64 */

static const struct csr csrs[] = {
    {0x100, V_BITS, 6, STATUS, XL, "sstatus"},
    {0x104, V_BITS, 5, S_LEVEL, 0, "sie"},
    {0x105, V_TVEC, 2, ~0UL, 0, "stvec"},
    {0x106, V_BITS, 2, 7, 0, "scounteren"},
    {0x10a, V_BITS, 2, 0xd1, 0, "senvcfg"},
    {0x140, V_ANY, 2, ~0UL, 0, "sscratch"},
    {0x141, V_BITS, 2, ~1UL, 0, "sepc"},
    {0x142, V_CAUSE, 2, ~0UL, 0, "scause"},
    {0x143, V_ANY, 2, ~0UL, 0, "stval"},
    {0x144, V_BITS, 4, S_LEVEL, 0, "sip"},
    {0x14d, V_TIME, 3, ~0UL, 0, "stimecmp"},
    {0x180, V_SATP, 5, ~0UL, 0, "satp"},
    {0x200, V_BITS, 6, STATUS, XL, "vsstatus"},
    {0x204, V_BITS, 5, S_LEVEL, 0, "vsie"},
    {0x205, V_TVEC, 2, ~0UL, 0, "vstvec"},
    {0x240, V_ANY, 2, ~0UL, 0, "vsscratch"},
    {0x241, V_BITS, 2, ~1UL, 0, "vsepc"},
    {0x242, V_CAUSE, 2, ~0UL, 0, "vscause"},
    {0x243, V_ANY, 2, ~0UL, 0, "vstval"},
    {0x244, V_BITS, 5, S_LEVEL, 0, "vsip"},
    {0x24d, V_TIME, 4, ~0UL, 0, "vstimecmp"},
    {0x280, V_VSATP, 6, ~0UL, 0, "vsatp"},
    {0x600, V_BITS, 10, HSTATUS, XL, "hstatus"},
    {0x602, V_BITS, 8, 0xb1ff, 0, "hedeleg"},
    {0x603, V_BITS, 8, VS_IRQS, 0, "hideleg"},
    {0x604, V_BITS, 5, VS_IRQS, 0, "hie"},
    {0x605, V_DELTA, 4, ~0UL, 0, "htimedelta"},
    {0x606, V_BITS, 4, 7, 0, "hcounteren"},
    {0x607, V_ANY, 1, ~0UL, 0, "hgeie"},
    {0x60a, V_BITS, 5, 0xe0000000000000d1UL, 0, "henvcfg"},
    {0x643, V_ANY, 3, ~0UL, 0, "htval"},
    {0x644, V_BITS, 4, VS_IRQS, 0, "hip"},
    {0x645, V_BITS, 8, VS_IRQS, 0, "hvip"},
    {0x64a, V_NONE, 2, ~0UL, 0, "htinst"},
    {0x680, V_HGATP, 5, ~0UL, 0, "hgatp"},
    {0xe12, V_NONE, 1, 0, 0, "hgeip"},
    {0xc00, V_NONE, 2, 0, 0, "cycle"},
    {0xc01, V_NONE, 3, 0, 0, "time"},
    {0xc02, V_NONE, 2, 0, 0, "instret"},
    {0x300, V_NONE, 1, 0, 0, "mstatus"},
    {0x302, V_NONE, 1, 0, 0, "medeleg"},
    {0x30a, V_NONE, 1, 0, 0, "menvcfg"},
    {0x344, V_NONE, 1, 0, 0, "mip"},
    {0xf14, V_NONE, 1, 0, 0, "mhartid"},
};
#define CSRS (sizeof csrs / sizeof *csrs)

static const struct csr *row_of(unsigned num)
{
    for (unsigned i = 0; i < top_csrs_count; i++) {
        if (top_csrs[i].num == num)
            return &top_csrs[i];
    }
    for (unsigned i = 0; i < CSRS; i++) {
        if (csrs[i].num == num)
            return &csrs[i];
    }
    return 0;
}

/* One of n, by weight, or 0 with a weight of `none`. */
static const struct csr *by_weight(struct rng *r, const struct csr *from, unsigned n, unsigned none)
{
    unsigned total = none;
    for (unsigned i = 0; i < n; i++)
        total += from[i].weight;
    unsigned at = (unsigned)below(r, total);
    for (unsigned i = 0; i < n; i++) {
        if (at < from[i].weight)
            return &from[i];
        at -= from[i].weight;
    }
    return 0;
}

/* Which of a kind there are is the implementation's choice: debug triggers, events' counters, PMP
 * entries; ids differ. */
static bool is_choice(unsigned num)
{
    return TOP_IS_M && ((num >= 0x7a0 && num < 0x7b4) || (num > 0xb02 && num < 0xb20) ||
                        (num > 0x320 && num < 0x340) || (num >= 0x3a0 && num < 0x3f0) ||
                        (num >= 0xf11 && num < 0xf14));
}

static struct csr csr_choose(struct rng *r, const struct step *s)
{
    if (TOP_IS_M && s->mode == MODE_M && percent(r, 60))
        return *by_weight(r, top_csrs, top_csrs_count, 0);
    const struct csr *known = by_weight(r, csrs, CSRS, 8);
    if (known)
        return *row_of(known->num);
    unsigned num = (unsigned)below(r, 4096);
    if (num > CSR_INSTRET && num < 0xc20)
        num = CSR_INSTRET; /* which of the others there are is the implementation's choice */
    if (num >= 1 && num <= 3)
        num = 0; /* QEMU: a write makes only one level's FS dirty */
    if (is_choice(num))
        num = CSR_MSTATUS;
    const struct csr *c = row_of(num);
    return c ? *c : (struct csr){.num = (uint16_t)num, .name = "csr"};
}

/* Bits of M's registers that H brings; QEMU has some of them on harts without. */
#define H_CAUSES (0xf00000UL | BIT(CAUSE_ECALL_VS))

/* The register that the number means in the mode. */
static struct csr effective(struct csr c, enum mode mode)
{
    if (!has_h && (c.num == CSR_MEDELEG || c.num == CSR_MIE || c.num == CSR_MIP))
        c.bits &= ~(c.num == CSR_MEDELEG ? H_CAUSES : VS_IRQS);
    bool guest = mode == MODE_VS || mode == MODE_VU;
    const struct csr *vs = guest && (c.num >> 8) == 1 ? row_of(c.num + 0x100u) : 0;
    if (vs)
        c.value = vs->value;
    return c;
}

static uint64_t bits_pick(struct rng *r, uint64_t bits)
{
    switch (below(r, 8)) {
    case 0:
        return 0;
    case 1:
        return bits;
    case 2:
    case 3:
        return rnd(r) & bits;
    case 4:
        return rnd(r) & rnd(r) & bits;
    default:
        return BIT(below(r, 64)) & bits;
    }
}

static uint64_t any_pick(struct rng *r)
{
    static const uint64_t values[] = {0, ~0UL, 1, 2, 3, 4, 0x5555555555555555UL, 1UL << 63};
    return percent(r, 40) ? pick(r, values) : percent(r, 50) ? rnd(r) : address_pick(r, MODE_VS);
}

static uint64_t value_pick(struct rng *r, const struct csr *c)
{
    static const uint64_t times[] = {0, ~0UL, 1UL << 62, 1UL << 63, 1UL << 40};
    static const uint64_t deltas[] = {0, 1UL << 62, 1UL << 63, -(1UL << 40), 1UL << 50, 3UL << 62};
    switch (c->value) {
    case V_BITS:
        return bits_pick(r, c->bits) | c->fixed;
    case V_VSATP:
        return atp_pick(r, STAGE_VS);
    case V_HGATP:
        return atp_pick(r, STAGE_G);
    case V_SATP:
        return atp_pick(r, STAGE_S);
    case V_TVEC:
        return any_pick(r) & ~2UL;
    case V_CAUSE:
        return (rnd(r) & (CAUSE_IRQ(31)));
    case V_TIME:
        return pick(r, times);
    case V_DELTA:
        return pick(r, deltas);
    case V_PMPCFG:
    case V_PMPADDR:
        return pmp_pick(r, c);
    default:
        return any_pick(r);
    }
}

/* What a mode's programs may not do to a register, because nothing would go on. Returns whether the
 * access has to be a plain replacement by a value as it was picked, or a read. */
static bool tame(struct csr *c, const struct step *s)
{
    if (c->value == V_SATP || c->value == V_VSATP || c->value == V_HGATP || c->value == V_TIME ||
        c->value == V_DELTA || c->value == V_CAUSE || c->value == V_TVEC || c->value == V_PMPCFG ||
        c->value == V_PMPADDR)
        return true;
    if (c->num == CSR_SIE && s->mode == MODE_HS && !TOP_IS_M) {
        c->fixed = BIT(IRQ_STI); /* the watchdog's */
        return true;
    }
    return false;
}

/* mip.STIP and hip.VSTIP follow these, as far as the envcfgs have STCE. */
static bool is_timer(const struct csr *c)
{
    return c->num == CSR_VSTIMECMP ||
           (TOP_IS_M && (c->num == CSR_STIMECMP || c->num == CSR_SIP || c->num == CSR_MIP));
}

static bool is_envcfg(const struct csr *c)
{
    return c->num == CSR_HENVCFG || (TOP_IS_M && c->num == CSR_MENVCFG);
}

/* Whether it can't be told what it does, after what the step does already. */
static bool clashes(const struct step *s, const struct csr *c)
{
    /* VS-level interrupts that HS keeps, and that wait, are seen late if HS lets them in. */
    return (s->mode == MODE_HS && s->n > 0 && c->num == CSR_SSTATUS) ||
           (s->henvcfg && is_timer(c)) || ((s->vstimecmp || s->stimecmp) && is_envcfg(c)) ||
           (TOP_IS_M && s->hlv && is_envcfg(c)) ||
           (TOP_IS_M && s->henvcfg && c->num == CSR_MSTATUS);
}

/* What the step has to be prepared for, and what of its results is not to be compared. */
static void csr_note(struct step *s, const struct csr *c, unsigned rd)
{
    bool m_or_hs = s->mode == MODE_HS || s->mode == MODE_M;
    bool counter = (c->num >= CSR_CYCLE && c->num < 0xc20) || (c->num >> 5 == 0xb00 >> 5);
    if (s->mode == MODE_TOP &&
        (TOP_IS_M ? c->num == CSR_MTVEC : c->num == CSR_STVEC || c->num == CSR_SSCRATCH))
        s->writes_vector = true;
    s->reroutes |= c->num == CSR_SATP || c->num == CSR_STVEC;
    s->henvcfg |= is_envcfg(c);
    s->vstimecmp |= c->num == CSR_VSTIMECMP;
    s->stimecmp |= is_timer(c);
    s->status |= c->num == CSR_SSTATUS || c->num == CSR_MSTATUS;
    s->no_hlvx |= c->num == CSR_VSSTATUS || c->value == V_PMPCFG || c->value == V_PMPADDR;
    s->hlv |= s->mode == MODE_M && c->num == CSR_MSTATUS; /* MPRV with MPV is like HLV */
    if (rd == 0)
        return;
    if (c->num == CSR_HTINST && m_or_hs)
        s->hidden |= 1u << rd; /* QEMU keeps what it wrote there for other faults */
    if ((c->num == CSR_HVIP && m_or_hs) ||
        (c->num == CSR_STIMECMP && MODE_TOP == MODE_HS && m_or_hs))
        s->hidden |= 1u << rd; /* QEMU shows SSIP in hvip; the watchdog's time */
    if (c->num == CSR_MIDELEG)
        s->hidden |= 1u << rd; /* QEMU has SGEI in it although there are no guest files */
    if (c->num == CSR_SIP && s->mode == MODE_M)
        s->hidden |= 1u << rd; /* QEMU: M does not see stimecmp's STIP there */
    if (c->num == CSR_TIME)
        s->timed |= 1u << rd;
    else if (counter)
        s->hidden |= 1u << rd;
}

void csr_pick(struct rng *r, struct step *s)
{
    static const char *const forms[] = {"", "csrrw",  "csrrs",  "csrrc",
                                        "", "csrrwi", "csrrsi", "csrrci"};
    struct csr c = effective(csr_choose(r, s), s->mode);
    if (s->mode == MODE_VS && (c.num >> 8 & 3) != 1 && percent(r, 70))
        c = effective(csr_choose(r, s), s->mode);
    while (s->mode == MODE_VU && (c.num >> 8 & 3) == 1)
        c = effective(csr_choose(r, s), s->mode); /* QEMU: 2 instead of 22 */
    while (clashes(s, &c))
        c = effective(csr_choose(r, s), s->mode);
    bool plain = tame(&c, s);
    bool read_only = c.num == CSR_HTINST && (s->mode == MODE_HS || s->mode == MODE_M);
    unsigned form = 1 + (unsigned)below(r, 3), rd = percent(r, 20) ? 0 : reg_with(s, 0), rs;
    if (s->mode == MODE_M && c.num == CSR_HVIP) { /* QEMU: not VSTIP, if menvcfg.STCE is set */
        c.bits &= ~BIT(IRQ_VSTI);
        form += form == 1;
    }
    if (s->mode == MODE_M && c.num == CSR_MIP)
        form += form == 1; /* QEMU: VSTIP and VSEIP are writable there */
    if (percent(r, 25) || read_only) {
        rs = 0;
        form = 2;
    } else if (plain) {
        rs = reg_with(s, value_pick(r, &c));
        form = 1;
    } else if (percent(r, 20)) {
        rs = (unsigned)(c.value == V_BITS ? below(r, 32) & c.bits : below(r, 32));
        form += c.fixed ? 0 : 4;
        rs = c.fixed ? reg_with(s, form == 1 ? rs | c.fixed : rs & ~c.fixed) : rs;
    } else {
        uint64_t v = value_pick(r, &c);
        if (c.num == CSR_HVIP && form != 1 && (v & VS_IRQS) == BIT(IRQ_VSTI))
            v |= BIT(IRQ_VSEI); /* QEMU: VSTIP alone stays as it is while vstimecmp's is set */
        rs = reg_with(s, form == 1 ? v : v & ~c.fixed);
    }
    if ((c.num == CSR_SCAUSE || (c.num == CSR_STIMECMP && !TOP_IS_M)) && s->mode == MODE_HS) {
        form = 2;
        rs = 0;
    }
    csr_note(s, &c, rd);
    insn_add(s, INSN_I(OP_SYSTEM, form, rd, rs, c.num), "%s x%u, %s (0x%x), %s%u", forms[form], rd,
             c.name, c.num, form > 4 ? "" : "x", rs);
}
