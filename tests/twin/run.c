/* SPDX-License-Identifier: BSD-2-Clause */
/* Running a step in its mode, so that it ends whatever it does. */
#include "twin.h"

#define LIMIT 50u /* a program that takes longer hangs: 1/50 s */

static void put_program(const struct step *s)
{
    uint16_t *to = (uint16_t *)program;
    if (s->mode == MODE_TOP && s->sie && !s->writes_vector && !s->waits) {
        *to++ = (uint16_t)top_enables;
        *to++ = (uint16_t)(top_enables >> 16);
    }
    for (unsigned i = 0; i < s->n; i++) {
        *to++ = (uint16_t)s->insn[i];
        if ((s->insn[i] & 3) == 3)
            *to++ = (uint16_t)(s->insn[i] >> 16);
    }
    uint16_t *end = (uint16_t *)(program + 16);
    if (s->mode == MODE_TOP) {
        while (to < end)
            *to++ = 0x0001; /* c.nop */
    }
    while (to < end - 1) {
        *to++ = (uint16_t)INSN_ECALL;
        *to++ = 0;
    }
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
}

static void translate_guest(const struct step *s)
{
    /* Faults of fetches would go round in circles if VS's vector can't be fetched either. */
    if (!s->wild && !space_works(csr_read(vsatp), csr_read(hgatp))) {
        csr_write(vsatp, space.vsatp);
        csr_write(hgatp, space.hgatp);
    }
    if (s->wild || s->reroutes)
        csr_clear(hedeleg, BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_INSN_PAGE));
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

static void translate(const struct step *s)
{
    top_translate(s);
    /* With FS off in HS a guest on Hearth reads it as off, too. Dirty would make both dirty. */
    csr_write(sstatus, (csr_read(sstatus) & ~SSTATUS_FS) |
                           (s->status && s->fs == 0 ? SSTATUS_FS & -SSTATUS_FS : s->fs));
    if (has_h)
        translate_guest(s);
}

void nothing_pending(void)
{
    if (has_h) {
        csr_write(hvip, 0);
        csr_write(vstimecmp, ~0UL);
    }
    csr_clear(sip, BIT(IRQ_SSI));
    top_quiet();
}

static void interrupts(const struct step *s)
{
    if (s->quiet)
        nothing_pending();
    if (has_h && s->henvcfg) /* QEMU: its VSTIP may stay when STCE goes */
        csr_write(vstimecmp, ~0UL);
    uint64_t kept = has_h ? csr_read(hip) & csr_read(hie) & ~csr_read(hideleg) : 0;
    /* VS-level interrupts that HS keeps are Hearth's to look for while V = 0. */
    if (kept != 0 && (s->mode == MODE_HS || s->mode == MODE_U))
        nothing_pending();
    kept |= csr_read(sip) & csr_read(sie);
    if (TOP_IS_M && (kept & (kept - 1)) != 0)
        nothing_pending(); /* m/top.c, hs_cause_same() */
    if (s->waits && (s->mode == MODE_VS || s->mode == MODE_VU || s->mode == MODE_U) && has_h) {
        csr_set(hideleg, BIT(IRQ_VSSI));
        csr_set(hie, BIT(IRQ_VSSI));
        csr_clear(vsstatus, SSTATUS_SIE);
        csr_set(hvip, BIT(IRQ_VSSI));
    }
    top_pend(s);
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
    bool guest = s->mode == MODE_VS || s->mode == MODE_VU || (TOP_IS_M && s->returns);
    uint64_t fs = csr_read(sstatus) & SSTATUS_FS;
    floats_read(o->f);
    for (unsigned i = 0; i < FLOATS; i++)
        o->f_missed |= o->f[i] != before[i] && fs != SSTATUS_FS;
    if (guest && fs != 0) {
        csr_set(sstatus, SSTATUS_FS);
        o->trap.status |= SSTATUS_FS | SSTATUS_SD;
        if (s->mode == MODE_M) /* its mstatus behind the program */
            o->x[28] |= SSTATUS_FS | SSTATUS_SD;
    }
}

/* record.c, comparable() */
static void vs_breakpoint(void)
{
    uint64_t cause = csr_read(vscause);
    if (cause == CAUSE_BREAKPOINT || (cause == CAUSE_ILLEGAL && may_be_zero(csr_read(vstval))))
        csr_write(vstval, 0);
}

void step_run(const struct step *s, struct outcome *o)
{
    *o = (struct outcome){.trap.cause = CAUSE_NONE};
    if (s->kind == KIND_CHANGE) {
        change_apply(&s->change);
        return;
    }
    for (unsigned i = 1; i < 32; i++)
        o->x[i] = s->x[i];
    put_program(s);
    translate(s);
    interrupts(s);
    top_untouched(s);
    __asm__ volatile("sfence.vma" ::: "memory");
    uint64_t floats[FLOATS];
    floats_read(floats);
    uint64_t start = rdtime();
    uint64_t delta = s->mode == MODE_VS || s->mode == MODE_VU ? csr_read(htimedelta) : 0;
    if (!s->mti)
        timer_set(start + timebase / LIMIT);
    top_run(s, o);
    floats_check(s, o, floats);
    if (has_h)
        vs_breakpoint();
    top_done(s, o);
    for (unsigned i = 1; i < 32; i++) {
        if (s->hidden & 1u << i)
            o->x[i] = 0;
        if (s->timed & 1u << i && o->x[i] - start - delta < timebase / LIMIT)
            o->x[i] = 1; /* it was read, and it is right */
    }
}
