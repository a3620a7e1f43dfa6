/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/interrupt.c src/spec/trap.c */
/*
 * Which interrupt is taken, at which level, in every state: machine chapter, "mip and mie";
 * hypervisor chapter, "hip and hie", "hideleg"; AIA, "Major interrupts and their priorities",
 * "vstopi", "Interrupt traps to VS-mode", "WFI". Said of the answer rather than computed again: it
 * is pending and enabled, where it goes is right, and nothing that is pending and enabled comes
 * before it.
 */
#include "csr_spec.h"
#include "hart_any.h"
#include "spec/trap.h"

/* Is a before b? MEI MSI MTI SEI SSI STI SGEI VSEI VSSI VSTI LCOFI. */
static bool before(unsigned a, unsigned b)
{
    static const uint8_t place[64] = {
        [11] = 1, [3] = 2,  [7] = 3, [9] = 4,  [1] = 5,   [5] = 6,
        [12] = 7, [10] = 8, [2] = 9, [6] = 10, [13] = 11,
    };
    return place[a] < place[b];
}

/* Pending and enabled for M and for HS, by the registers as they read. */
static uint64_t for_m(const struct hart *h)
{
    return spec_mip(h) & h->mie & ~h->mideleg;
}

static uint64_t for_hs(const struct hart *h)
{
    uint64_t vs_level = spec_mip(h) & h->mie & VS_LEVEL;
    return (spec_sip(h) & spec_sie(h)) | (vs_level & ~h->hideleg);
}

/*
 * VS-level: the candidates of vstopi, but VGEIN is zero. order: nominal priority, smaller is first;
 * those without a number are above (0) or below (257) a supervisor external interrupt. Ties go by
 * the default order, or by DPR.
 */
struct offer {
    bool there;
    unsigned iid, number, order, tie;
};

static struct offer offer_external(const struct hart *h)
{
    unsigned iprio = (unsigned)bits(h->hvictl, 7, 0);
    unsigned number = bits(h->hvictl, 27, 16) == 9 && iprio != 0 ? iprio : 256;
    return (struct offer){bit(spec_vsip(h) & spec_vsie(h), 9), 9, number, number, 2};
}

static struct offer offer_given(const struct hart *h)
{
    unsigned iid = (unsigned)bits(h->hvictl, 27, 16), number = (unsigned)bits(h->hvictl, 7, 0);
    bool below = bit(h->hvictl, 9);
    return (struct offer){bit(h->hvictl, 30) && iid != 9, iid, number,
                          number != 0 ? number
                          : below     ? 257
                                      : 0,
                          below ? 3 : 1};
}

static struct offer offer_major(const struct hart *h, unsigned iid, unsigned low)
{
    unsigned number = (unsigned)bits(h->hviprio1, low + 7, low);
    bool there = !bit(h->hvictl, 30) && bit(spec_vsip(h) & spec_vsie(h), iid);
    unsigned tie = iid == 1 ? 3 : iid == 5 ? 4 : 5; /* SSI STI LCOFI, all below SEI */
    return (struct offer){there, iid, number, number != 0 ? number : 257, tie};
}

static bool precedes(const struct offer *a, const struct offer *b)
{
    return a->order < b->order || (a->order == b->order && a->tie < b->tie);
}

static void check_vstopi(const struct hart *h, uint64_t top)
{
    const struct offer offers[] = {offer_external(h), offer_given(h), offer_major(h, 1, 8),
                                   offer_major(h, 5, 24), offer_major(h, 13, 40)};
    unsigned there = 0, best = 0;
    for (unsigned i = 0; i < ARRAY_LEN(offers); i++) {
        if (offers[i].there && (there == 0 || precedes(&offers[i], &offers[best]))) {
            best = i;
        }
        there += offers[i].there;
    }
    if (there == 0) {
        prove(top == 0);
        return;
    }
    const struct offer *o = &offers[best];
    uint64_t iprio = !bit(h->hvictl, 8)                  ? 1
                     : o->number >= 1 && o->number < 256 ? o->number
                     : o->order == 0                     ? 0
                                                         : 255;
    prove(top == ((uint64_t)o->iid << 16 | iprio));
    reached();
}

/* What every level has to say, and whether one of them ends a WFI. */
static void check_tops(const struct hart *h)
{
    uint64_t m = for_m(h), hs = for_hs(h);
    uint64_t mtopi = hart_mtopi(h), stopi = hart_stopi(h), vstopi = hart_vstopi(h);
    unsigned mi = (unsigned)bits(mtopi, 27, 16), si = (unsigned)bits(stopi, 27, 16);

    prove((mtopi != 0) == (m != 0) && (stopi != 0) == (hs != 0));
    prove(mtopi == 0 || (mtopi == ((uint64_t)mi << 16 | 1) && mi < 64 && bit(m, mi)));
    prove(stopi == 0 || (stopi == ((uint64_t)si << 16 | 1) && si < 64 && bit(hs, si)));
    for (unsigned n = 0; n < 14; n++) {
        prove(mtopi == 0 || !bit(m, n) || !before(n, mi));
        prove(stopi == 0 || !bit(hs, n) || !before(n, si));
    }
    check_vstopi(h, vstopi);
    /* to wake for what VTI hides is allowed */
    bool wakes = mtopi != 0 || stopi != 0 || vstopi != 0;
    prove(hart_wakes(h) ? wakes || bit(h->hvictl, 30) : !wakes);
}

/* The interrupt is taken at the level that the mode and the enables allow, highest first, and ends
 * up in that level's cause register by its own number. */
static void check_taken(struct hart *h)
{
    bool m = for_m(h) != 0 && (h->prv != 3 || bit(h->mstatus, 3));
    bool hs = for_hs(h) != 0 && h->prv != 3 && (h->v || h->prv == 0 || bit(h->mstatus, 1));
    uint64_t vstopi = hart_vstopi(h);
    bool vs = vstopi != 0 && h->v && (h->prv == 0 || bit(h->vsstatus, 1));
    uint64_t wanted = bits(m ? hart_mtopi(h) : hs ? hart_stopi(h) : vstopi, 27, 16);
    uint64_t cause = hart_interrupt(h);

    prove((cause != 0) == (m || hs || vs));
    if (cause == 0) {
        reached();
        return;
    }
    struct trap t = {.cause = cause};
    enum trap_level to = hart_trap(h, &t);
    uint64_t taken = to == TRAP_TO_M ? h->mcause : to == TRAP_TO_HS ? h->scause : h->vscause;
    prove(to == (m ? TRAP_TO_M : hs ? TRAP_TO_HS : TRAP_TO_VS));
    prove(taken == (UINT64_C(1) << 63 | wanted));
    reached();
}

void prove_interrupt(void);
void prove_interrupt(void)
{
    struct isa isa = isa_any();
    struct hart h = hart_any(&isa);

    check_tops(&h);
    check_taken(&h);
}
