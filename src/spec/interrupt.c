/* SPDX-License-Identifier: BSD-2-Clause */
/* What is pending, and which interrupt is taken. Machine and hypervisor chapters; AIA, chapters 5
 * and 6. */
#include "spec/trap.h"

/* Default priority, highest first: AIA, "The standard major interrupt codes". */
static const uint8_t priority[] = {
    IRQ_MEI,  IRQ_MSI,  IRQ_MTI,  IRQ_SEI,  IRQ_SSI,   IRQ_STI,
    IRQ_SGEI, IRQ_VSEI, IRQ_VSSI, IRQ_VSTI, IRQ_LCOFI,
};

static uint64_t first(uint64_t pending)
{
    for (unsigned i = 0; i < ARRAY_LEN(priority); i++) {
        if (pending & BIT(priority[i])) {
            return priority[i];
        }
    }
    return 0;
}

/*
 * VSTIP: hvip's, or vstimecmp's, V=0 or 1. STIP: stimecmp's if there is one, else the bit that M
 * writes. With mvien.SEI the software bit of SEIP is mvip's alone.
 */
uint64_t hart_mip(const struct hart *h)
{
    uint64_t mip = (h->mvien & BIT(IRQ_SEI)) ? h->mip & ~BIT(IRQ_SEI) : h->mip;
    mip |= h->line | hart_hip(h);
    if (h->menvcfg & ENVCFG_STCE) {
        mip = FIELD_SET(BIT(IRQ_STI), mip, h->time >= h->stimecmp);
    }
    return mip;
}

/* mvip's bits that show in sip: enabled in mvien and not delegated. SEIP's is kept in mip. */
static uint64_t mvip_visible(const struct hart *h)
{
    uint64_t mvip = FIELD_SET(BIT(IRQ_SEI), h->mvip, FIELD_GET(BIT(IRQ_SEI), h->mip));
    return mvip & h->mvien & ~h->mideleg;
}

uint64_t hart_sip(const struct hart *h)
{
    return (hart_mip(h) & h->mideleg & ~IRQS_H) | mvip_visible(h);
}

uint64_t hart_sie(const struct hart *h)
{
    return (h->mie & h->mideleg & ~IRQS_H) | (h->sie_aia & h->mvien & ~h->mideleg);
}

uint64_t hart_vsip(const struct hart *h)
{
    return ((hart_mip(h) & h->hideleg & IRQS_VS) >> 1) | (h->hvip & h->hvien & ~h->hideleg);
}

uint64_t hart_vsie(const struct hart *h)
{
    return ((h->mie & h->hideleg & IRQS_VS) >> 1) | (h->vsie_aia & h->hvien & ~h->hideleg);
}

/* Pending and enabled at HS level: delegated ones, and virtual ones of mvien, which are told apart
 * because both may be SEI. */
struct pending {
    uint64_t real;
    uint64_t virtual;
};

static struct pending pending_hs(const struct hart *h)
{
    return (struct pending){
        .real = hart_mip(h) & h->mie & h->mideleg & ~h->hideleg,
        .virtual = mvip_visible(h) & h->sie_aia,
    };
}

static uint64_t pending_m(const struct hart *h)
{
    return hart_mip(h) & h->mie & ~h->mideleg;
}

/* No priorities are configurable at M and HS level (iprio is read-only zero), so IPRIO is 1. */
static uint64_t topi(uint64_t pending)
{
    uint64_t iid = first(pending);
    return iid == 0 ? 0 : FIELD_PUT(TOPI_IID, iid) | 1;
}

uint64_t hart_mtopi(const struct hart *h)
{
    return topi(pending_m(h));
}

uint64_t hart_stopi(const struct hart *h)
{
    struct pending p = pending_hs(h);
    return topi(p.real | p.virtual);
}

/*
 * A candidate of vstopi. number: its priority number (0: default). rank: place in the default
 * order, the supervisor external interrupt being SEI_RANK.
 */
struct candidate {
    uint64_t iid;
    unsigned number;
    unsigned rank;
};
enum { RANK_ABOVE, RANK_SEI, RANK_SSI, RANK_STI, RANK_LCOFI, RANK_BELOW };

/* The order of AIA's "Effect of the supervisor-level iprio array": smaller is taken first. */
static unsigned candidate_order(const struct candidate *c)
{
    unsigned nominal = c->number != 0 ? c->number : c->rank == RANK_ABOVE ? 0 : 257;
    return nominal * 8 + c->rank;
}

static void candidate_offer(struct candidate *best, struct candidate c)
{
    if (best->iid == 0 || candidate_order(&c) < candidate_order(best)) {
        *best = c;
    }
}

/* IPRIO as vstopi shows it. */
static uint64_t candidate_iprio(const struct hart *h, const struct candidate *c)
{
    if ((h->hvictl & HVICTL_IPRIOM) == 0) {
        return 1;
    }
    if (c->number >= 1 && c->number <= 255) {
        return c->number;
    }
    return c->rank == RANK_ABOVE ? 0 : 255;
}

static unsigned hviprio1_byte(const struct hart *h, unsigned n)
{
    return (unsigned)(h->hviprio1 >> (8 * n)) & 0xff;
}

/* With hvictl.IID = 0 and VTI = 1 the candidate is interrupt 0, kept apart from "none" by a flag in
 * iid. */
#define IID_GIVEN BIT(63)

uint64_t hart_vstopi(const struct hart *h)
{
    uint64_t pending = hart_vsip(h) & hart_vsie(h);
    uint64_t iid = FIELD_GET(HVICTL_IID, h->hvictl);
    unsigned iprio = (unsigned)FIELD_GET(HVICTL_IPRIO, h->hvictl);
    struct candidate best = {0};
    if (pending & BIT(IRQ_SEI)) {
        unsigned number = iid == IRQ_SEI && iprio != 0 ? iprio : 256;
        candidate_offer(&best, (struct candidate){IRQ_SEI, number, RANK_SEI});
    }
    if (h->hvictl & HVICTL_VTI) {
        if (iid != IRQ_SEI) {
            unsigned rank = (h->hvictl & HVICTL_DPR) ? RANK_BELOW : RANK_ABOVE;
            candidate_offer(&best, (struct candidate){iid | IID_GIVEN, iprio, rank});
        }
    } else {
        if (pending & BIT(IRQ_SSI)) {
            candidate_offer(&best, (struct candidate){IRQ_SSI, hviprio1_byte(h, 1), RANK_SSI});
        }
        if (pending & BIT(IRQ_STI)) {
            candidate_offer(&best, (struct candidate){IRQ_STI, hviprio1_byte(h, 3), RANK_STI});
        }
        if (pending & BIT(IRQ_LCOFI)) {
            candidate_offer(&best, (struct candidate){IRQ_LCOFI, hviprio1_byte(h, 5), RANK_LCOFI});
        }
    }
    if (best.iid == 0) {
        return 0;
    }
    return FIELD_PUT(TOPI_IID, best.iid & ~IID_GIVEN) | candidate_iprio(h, &best);
}

/* The cause by which hart_trap() takes interrupt iid to VS: the VS-level one that hideleg
 * delegates, or iid as it is. */
static uint64_t vs_cause(const struct hart *h, uint64_t iid)
{
    bool delegated = iid < 64 && (BIT(iid) & IRQS_S) != 0 && (h->hideleg & BIT(iid + 1)) != 0;
    return CAUSE_INTERRUPT | (delegated ? iid + 1 : iid | CAUSE_TO_VS);
}

uint64_t hart_interrupt(const struct hart *h)
{
    uint64_t m = pending_m(h);
    if (m != 0 && (h->prv < PRV_M || (h->mstatus & STATUS_MIE))) {
        return CAUSE_INTERRUPT | first(m);
    }
    if (h->prv == PRV_M) {
        return 0;
    }
    struct pending hs = pending_hs(h);
    if ((hs.real | hs.virtual) != 0 && (h->v || h->prv == PRV_U || (h->mstatus & STATUS_SIE))) {
        uint64_t irq = first(hs.real | hs.virtual);
        return CAUSE_INTERRUPT | irq | ((hs.virtual & BIT(irq)) ? CAUSE_TO_HS : 0);
    }
    if (!h->v || (h->prv == PRV_S && !(h->vsstatus & STATUS_SIE))) {
        return 0;
    }
    uint64_t top = hart_vstopi(h);
    return top == 0 ? 0 : vs_cause(h, FIELD_GET(TOPI_IID, top));
}

bool hart_wakes(const struct hart *h)
{
    return (hart_mip(h) & h->mie) != 0 || (mvip_visible(h) & h->sie_aia) != 0 ||
           hart_vstopi(h) != 0;
}
