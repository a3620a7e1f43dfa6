/* SPDX-License-Identifier: BSD-2-Clause */
/* Running a step in its mode, so that it ends whatever it does. */
#include "twin.h"

#include "test.h"

/* What HS finds in its trap registers if nothing writes them. */
#define UNTOUCHED 0x1e
#define CSRSI_SIE INSN_I(OP_SYSTEM, 6, 0, 2, CSR_SSTATUS)
#define LIMIT     50u /* a program that takes longer hangs: 1/50 s */

extern const uint32_t hs_end[];
void hs_run(uint64_t x[32]);

static bool irq_in_hs(const struct trap *t)
{
    struct hart *h = me();
    if (h->catch.traps++ == 0)
        h->caught = *t;
    h->trap.sepc = (uint64_t)hs_end;
    csr_clear(sstatus, SSTATUS_SPIE);
    return true;
}

static void put_program(const struct step *s)
{
    uint16_t *to = (uint16_t *)program;
    if (s->mode == MODE_HS && s->sie && !s->writes_vector && !s->waits) {
        *to++ = (uint16_t)CSRSI_SIE;
        *to++ = (uint16_t)(CSRSI_SIE >> 16);
    }
    for (unsigned i = 0; i < s->n; i++) {
        *to++ = (uint16_t)s->insn[i];
        if ((s->insn[i] & 3) == 3)
            *to++ = (uint16_t)(s->insn[i] >> 16);
    }
    uint16_t *end = (uint16_t *)(program + 16);
    if (s->mode == MODE_HS) {
        while (to < end)
            *to++ = 0x0001; /* c.nop */
    }
    while (to < end - 1) {
        *to++ = (uint16_t)INSN_ECALL;
        *to++ = 0;
    }
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
}

/* Faults of fetches would go round in circles if VS's vector can't be fetched either. */
static void translate(const struct step *s)
{
    if (!s->wild && !space_works(csr_read(vsatp), csr_read(hgatp))) {
        csr_write(vsatp, space.vsatp);
        csr_write(hgatp, space.hgatp);
    }
    if (s->wild || s->reroutes)
        csr_clear(hedeleg, BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_INSN_PAGE));
    /* With FS off in HS a guest on Hearth reads it as off, too. Dirty would make both dirty. */
    csr_write(sstatus, (csr_read(sstatus) & ~SSTATUS_FS) |
                           (s->status && s->fs == 0 ? SSTATUS_FS & -SSTATUS_FS : s->fs));
    csr_write(vsstatus, (csr_read(vsstatus) & ~SSTATUS_FS) | s->vsfs);
    if (s->vstimecmp) /* QEMU: VSTIP follows it with STCE = 0, too */
        csr_set(henvcfg, HENVCFG_STCE);
    if (s->hlv) { /* QEMU: menvcfg alone decides for HLV and HSV */
        csr_set(henvcfg, HENVCFG_ADUE | HENVCFG_PBMTE);
        if (s->hlvx)
            csr_clear(vsstatus, SSTATUS_SUM); /* QEMU: not for HLVX */
        fence_everything();
    }
    csr_write(vstvec, (uint64_t)vs_vector | s->vectored);
    csr_write(vsepc, image_in(s->vsepc_mode, stub));
}

static void nothing_pending(void)
{
    csr_write(hvip, 0);
    csr_write(vstimecmp, ~0UL);
    csr_clear(sip, BIT(IRQ_SSI));
}

static void interrupts(const struct step *s)
{
    if (s->quiet)
        nothing_pending();
    if (s->henvcfg) /* QEMU: its VSTIP may stay when STCE goes */
        csr_write(vstimecmp, ~0UL);
    if (s->mode == MODE_HS || s->mode == MODE_U) {
        /* VS-level interrupts that HS keeps are Hearth's to look for while V = 0. */
        if (csr_read(hip) & csr_read(hie) & ~csr_read(hideleg))
            nothing_pending();
    }
    if (s->waits && s->mode == MODE_HS) {
        csr_set(sie, BIT(IRQ_SSI));
        csr_set(sip, BIT(IRQ_SSI));
    } else if (s->waits) {
        csr_set(hideleg, BIT(IRQ_VSSI));
        csr_set(hie, BIT(IRQ_VSSI));
        csr_clear(vsstatus, SSTATUS_SIE);
        csr_set(hvip, BIT(IRQ_VSSI));
    }
}

static void run_in_hs(const struct step *s, struct outcome *o)
{
    struct hart *h = me();
    catch_begin();
    h->catch.resume = (uint64_t)hs_end;
    h->irq = irq_in_hs;
    csr_write(sepc, (uint64_t)hs_end);
    hs_run(o->x);
    h->irq = 0;
    catch_end();
    o->trap = h->caught;
    (void)s;
}

static void run_below(const struct step *s, struct outcome *o)
{
    struct guest g;
    for (unsigned i = 1; i < 32; i++)
        g.x[i] = o->x[i];
    g.x[0] = image_in(s->mode, program);
    me()->guest_sie = s->sie;
    o->trap = guest_run(&g, s->mode);
    for (unsigned i = 1; i < 32; i++)
        o->x[i] = g.x[i];
}

static void floats_read(uint64_t *f)
{
    uint64_t status = csr_read(sstatus);
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(
        ".option push\n"
        ".option arch, +d\n"
        "fmv.x.d %0, f0\n"
        "fmv.x.d %1, f1\n"
        "fmv.x.d %2, f2\n"
        "fmv.x.d %3, f3\n"
        ".option pop"
        : "=r"(f[0]), "=r"(f[1]), "=r"(f[2]), "=r"(f[3]));
    csr_write(sstatus, status);
}

/* What changed below HS has to show as dirty there; that FS is dirty without need is allowed. */
static void floats_check(const struct step *s, struct outcome *o, const uint64_t *before)
{
    bool guest = s->mode == MODE_VS || s->mode == MODE_VU;
    uint64_t fs = csr_read(sstatus) & SSTATUS_FS;
    floats_read(o->f);
    for (unsigned i = 0; i < FLOATS; i++)
        o->f_missed |= o->f[i] != before[i] && fs != SSTATUS_FS;
    if (guest && fs != 0) {
        csr_set(sstatus, SSTATUS_FS);
        o->trap.sstatus |= SSTATUS_FS | SSTATUS_SD;
    }
}

void step_run(const struct step *s, struct outcome *o)
{
    *o = (struct outcome){.trap.scause = CAUSE_NONE};
    if (s->kind == KIND_CHANGE) {
        change_apply(&s->change);
        return;
    }
    for (unsigned i = 1; i < 32; i++)
        o->x[i] = s->x[i];
    put_program(s);
    translate(s);
    interrupts(s);
    /* Hearth takes a change of scause for a trap while one of htval, GVA and SPV is set. */
    csr_clear(hstatus, HSTATUS_SPVP | HSTATUS_GVA | HSTATUS_SPV);
    csr_write(htval, 0);
    csr_write(scause, UNTOUCHED);
    csr_write(stval, UNTOUCHED);
    csr_write(htval, UNTOUCHED);
    csr_set(hstatus, s->hstatus);
    __asm__ volatile("sfence.vma" ::: "memory");
    uint64_t floats[FLOATS];
    floats_read(floats);
    uint64_t start = rdtime();
    uint64_t delta = s->mode == MODE_VS || s->mode == MODE_VU ? csr_read(htimedelta) : 0;
    timer_set(start + timebase / LIMIT);
    if (s->mode == MODE_HS)
        run_in_hs(s, o);
    else
        run_below(s, o);
    floats_check(s, o, floats);
    /* record.c, comparable() */
    if (o->trap.scause == CAUSE_BREAKPOINT)
        csr_clear(hstatus, HSTATUS_GVA);
    uint64_t cause = csr_read(vscause);
    if (cause == CAUSE_BREAKPOINT || (cause == CAUSE_ILLEGAL && may_be_zero(csr_read(vstval))))
        csr_write(vstval, 0);
    o->hung = o->trap.scause == CAUSE_IRQ(IRQ_STI);
    for (unsigned i = 1; i < 32; i++) {
        if (s->hidden & 1u << i)
            o->x[i] = 0;
        if (s->timed & 1u << i && o->x[i] - start - delta < timebase / LIMIT)
            o->x[i] = 1; /* it was read, and it is right */
    }
}
