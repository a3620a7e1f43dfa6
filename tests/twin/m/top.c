/* SPDX-License-Identifier: BSD-2-Clause */
/* M's own programs, and what it runs below itself. */
#include "twin.h"

#define CLOSED      0x40000UL /* from the image's beginning on: M's code and constants */
#define CFG_RESTING (PMP_NAPOT | (uint64_t)(PMP_NAPOT | PMP_RWX) << 56)
#define MENVCFG_ALL 0xe0000000000000d0UL /* but FIOM; CBIE = 1 */

extern char image_start[];
extern const uint32_t hs_vector[];
uint64_t m_run(uint64_t x[32], uint64_t mstatus);
void low_reset(void);

uint8_t frames[FRAMES][PAGE] __attribute__((aligned(2097152)));
const uint32_t top_enables = INSN_I(OP_SYSTEM, 6, 0, 8, CSR_MSTATUS);

const char *name_of(enum mode mode)
{
    static const char *const names[] = {"U", "HS", "VU", "VS", "M"};
    return names[mode];
}

/* The frame's: there is nothing here that it doesn't know of. */
void low_reset(void)
{
}

/* Entry 0 closes M's code, the last opens the rest; those between are the programs'. */
static void pmp_reset(void)
{
    csr_write(pmpcfg0, 0);
    csr_write(pmpaddr0, (uint64_t)image_start >> 2 | ((CLOSED >> 3) - 1));
    csr_write(pmpaddr1, (uint64_t)frames >> 2);
    csr_write(pmpaddr2, (uint64_t)frames >> 2);
    csr_write(pmpaddr3, (uint64_t)frames >> 2);
    csr_write(pmpaddr4, (uint64_t)frames >> 2);
    csr_write(pmpaddr7, ~0UL >> 10);
    csr_write(pmpcfg0, CFG_RESTING);
}

void top_reset(void)
{
    hart_rest();
    irq_off();
    pmp_reset();
    csr_write(0x30a, MENVCFG_ALL); /* menvcfg */
    csr_write(mcounteren, 7);
    csr_write(stimecmp, ~0UL);
    csr_write(mideleg, S_IRQS); /* whether it may be fixed or not */
    csr_write(mie, BIT(IRQ_MTI));
    csr_write(mcause, 0);
    csr_write(mscratch, 0);
    csr_write(sscratch, 0);
    if (has_h) {
        csr_write(vstimecmp, ~0UL);
        csr_write(vsepc, 0);
        csr_write(vscause, 0);
        csr_write(vstval, 0);
        csr_write(hgeie, 0);
    }
}

void top_adue(bool on)
{
    csr_write(0x30a, MENVCFG_ALL & ~(on ? 0 : HENVCFG_ADUE));
}

void top_translate(const struct step *s)
{
    bool guest = s->mode == MODE_VS || s->mode == MODE_VU;
    csr_write(stvec, (uint64_t)hs_vector | (guest && s->vectored)); /* hs_cause_same() */
    csr_write(sepc, image_in(s->sepc_mode, stub));
    if (s->reroutes || s->wild)
        csr_clear(medeleg, BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_INSN_PAGE) | BIT(CAUSE_INSN_GUEST));
    if (s->hlvx) { /* QEMU: fetches' causes */
        const uint64_t causes = BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_LOAD_ACCESS) |
                                BIT(CAUSE_INSN_PAGE) | BIT(CAUSE_LOAD_PAGE) |
                                BIT(CAUSE_INSN_GUEST) | BIT(CAUSE_LOAD_GUEST);
        csr_clear(medeleg, causes);
        csr_write(pmpcfg0, CFG_RESTING); /* and their right */
    }
    if (s->mode == MODE_VS && s->returns) /* QEMU: TSR is VS's, too */
        csr_clear(mstatus, MSTATUS_TSR);
    if (s->stimecmp || s->vstimecmp) /* QEMU: STIP follows it with STCE = 0, too */
        csr_set(0x30a, MENVCFG_STCE);
}

/* QEMU lets M write VSTIP in hvip only with STCE = 0; and of henvcfg nothing is left then. */
void top_quiet(void)
{
    uint64_t env = csr_read(0x30a), guest = has_h ? csr_read(henvcfg) : 0;
    csr_clear(0x30a, MENVCFG_STCE);
    csr_write(mip, 0);
    if (has_h)
        csr_write(hvip, 0);
    csr_write(0x30a, env);
    csr_write(stimecmp, ~0UL);
    if (has_h) {
        csr_write(henvcfg, guest);
        csr_write(vstimecmp, ~0UL);
    }
}

void top_pend(const struct step *s)
{
    if (s->henvcfg) { /* QEMU does not compare anew when STCE changes */
        csr_write(stimecmp, ~0UL);
        csr_clear(mip, BIT(IRQ_STI));
    }
    csr_clear(mstatus, MSTATUS_SIE);
    if (s->waits && s->mode >= MODE_HS) {
        csr_set(mie, BIT(IRQ_SSI));
        csr_set(mip, BIT(IRQ_SSI));
    } else if (s->mode != MODE_M && s->sie) {
        csr_set(mstatus, MSTATUS_SIE);
    }
    csr_set(mie, BIT(IRQ_MTI));
    if (s->msi)
        *msip_of(me()->hartid) = 1;
    if (s->mti)
        timer_set(0);
}

void top_untouched(const struct step *s)
{
    csr_write(mcause, UNTOUCHED);
    csr_write(mtval, UNTOUCHED);
    csr_write(scause, UNTOUCHED);
    csr_write(stval, UNTOUCHED);
    csr_write(mepc, image_in(s->mepc_mode, stub));
    csr_write(mscratch, UNTOUCHED);
    if (!has_h)
        return;
    csr_write(mtval2, UNTOUCHED);
    csr_write(mtinst, 0);
    csr_write(vscause, UNTOUCHED);
    csr_clear(hstatus, HSTATUS_SPVP | HSTATUS_GVA | HSTATUS_SPV);
    csr_write(htval, UNTOUCHED);
    csr_set(hstatus, s->hstatus);
}

#define GUEST_PAGES (BIT(CAUSE_INSN_GUEST) | BIT(CAUSE_LOAD_GUEST) | BIT(CAUSE_STORE_GUEST))
#define ADDRESSES   (0xb0f3 | GUEST_PAGES)

static bool is_one_of(uint64_t cause, uint64_t causes)
{
    return cause < 64 && (causes >> cause & 1);
}

/* QEMU sets mstatus.GVA by what V was, and whether mtval is zero: not for MPRV, HLV, HSV, and for
 * what is no address. Where the two agree it is left. */
static uint64_t status_seen(const struct trap *t, uint64_t mstatus)
{
    bool agree = is_one_of(t->mcause, ADDRESSES) && (t->mstatus & MSTATUS_MPV) && t->mtval != 0;
    return agree ? mstatus : mstatus & ~MSTATUS_GVA;
}

/* An access over the end of the address space, neither half of which is memory: either may be
 * named. */
static uint64_t tval_seen(const struct trap *t)
{
    const uint64_t causes = BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_ACCESS);
    return is_one_of(t->mcause, causes) && t->mtval + 7 < 8 ? 0 : t->mtval;
}

static struct seen seen(const struct step *s, const struct trap *t)
{
    uint64_t guest = GUEST_PAGES | (s->hlvx ? BIT(CAUSE_INSN_PAGE) : 0);
    return (struct seen){.cause = t->mcause,
                         .tval = tval_seen(t),
                         /* QEMU: that of an earlier trap, which another mode took */
                         .tval2 = is_one_of(t->mcause, guest) ? t->mtval2 : 0,
                         .tinst = t->mtinst,
                         .epc = t->mepc,
                         .status = status_seen(t, t->mstatus)};
}

static void run_in_m(const struct step *s, struct outcome *o)
{
    const uint64_t set = MSTATUS_MPRV | MSTATUS_MPP | MSTATUS_MPV | MSTATUS_MPIE;
    struct trap t = {.mcause = CAUSE_NONE};
    t.mstatus = m_run(o->x, (csr_read(mstatus) & ~set) | s->mstatus);
    if (t.mstatus != 0) {
        t.mcause = csr_read(mcause);
        t.mtval = csr_read(mtval);
        t.mepc = csr_read(mepc);
        t.mtval2 = has_h ? csr_read(mtval2) : 0;
        t.mtinst = has_h ? csr_read(mtinst) : 0;
    }
    o->trap = seen(s, &t);
    o->x[28] = status_seen(&t, o->x[28]);
}

static void run_below(const struct step *s, struct outcome *o)
{
    struct regs g;
    for (unsigned i = 1; i < 32; i++)
        g.x[i] = o->x[i];
    g.x[0] = image_in(s->mode, program);
    struct trap t = lower_run(&g, s->mode);
    o->trap = seen(s, &t);
    for (unsigned i = 1; i < 32; i++)
        o->x[i] = g.x[i];
}

void top_run(const struct step *s, struct outcome *o)
{
    if (s->mode == MODE_M)
        run_in_m(s, o);
    else
        run_below(s, o);
    o->hung = o->trap.cause == CAUSE_IRQ(IRQ_MTI) && !s->mti;
}

static unsigned lowest(uint64_t bits)
{
    unsigned n = 0;
    while (!(bits >> n & 1))
        n++;
    return n;
}

/* What HS's trap may have left otherwise. */
static void hs_cause_same(void)
{
    uint64_t cause = csr_read(scause);
    if ((cause == CAUSE_ILLEGAL || cause == CAUSE_VIRTUAL) && may_be_zero(csr_read(stval)))
        csr_write(stval, 0);
    if (cause == CAUSE_BREAKPOINT) { /* record.c, comparable() */
        csr_write(stval, 0);
        if (has_h)
            csr_clear(hstatus, HSTATUS_GVA);
    }
    if (!has_h || !(cause >> 63))
        return;
    /* QEMU: of several the lowest number, not SEI, SSI, STI, VSEI, VSSI, VSTI. */
    uint64_t together = csr_read(hip) & csr_read(hie) & ~csr_read(hideleg);
    together |= csr_read(sip) & csr_read(sie);
    if (together & BIT(cause & 63))
        csr_write(scause, CAUSE_IRQ(lowest(together)));
}

void top_done(const struct step *s, struct outcome *o)
{
    (void)o;
    timer_clear();
    *msip_of(me()->hartid) = 0;
    csr_clear(mstatus, MSTATUS_GVA | MSTATUS_MIE);
    hs_cause_same();
    if (has_h && csr_read(vscause) != UNTOUCHED) { /* QEMU: VS's traps clear them */
        csr_clear(hstatus, HSTATUS_GVA);
        csr_write(htval, 0);
    }
    if (s->henvcfg) {
        /* henvcfg is zero where menvcfg is: what comes back with menvcfg is not said. */
        uint64_t envcfg = csr_read(0x30a), guest = has_h ? csr_read(henvcfg) : 0;
        csr_write(0x30a, MENVCFG_ALL | MENVCFG_FIOM);
        csr_write(stimecmp, ~0UL);
        if (has_h)
            csr_write(henvcfg, guest);
        csr_write(0x30a, envcfg);
    }
}
