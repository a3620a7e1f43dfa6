/* SPDX-License-Identifier: BSD-2-Clause */
#include "twin.h"

#include <stdarg.h>

unsigned reg_with(struct step *s, uint64_t value)
{
    unsigned reg = 5 + s->regs++ % 20;
    s->x[reg] = value;
    return reg;
}

void insn_add(struct step *s, uint32_t insn, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(s->text[s->n], sizeof s->text[0], fmt, ap);
    va_end(ap);
    s->insn[s->n++] = insn;
}

static enum mode mode_pick(struct rng *r)
{
    static const enum mode in_hs[] = {MODE_VS, MODE_VS, MODE_VS, MODE_VS, MODE_VU,
                                      MODE_VU, MODE_HS, MODE_HS, MODE_HS, MODE_U};
    static const enum mode in_m[] = {MODE_M,  MODE_M, MODE_M,  MODE_M,  MODE_M, MODE_HS,
                                     MODE_HS, MODE_U, MODE_VS, MODE_VS, MODE_VU};
    enum mode mode = TOP_IS_M ? pick(r, in_m) : pick(r, in_hs);
    if (!has_h && (mode == MODE_VS || mode == MODE_VU))
        mode = mode == MODE_VS ? MODE_HS : MODE_U;
    return mode;
}

/* Where mret and sret lead, and for whom M's loads and stores are made. */
static void m_pick(struct rng *r, struct step *s)
{
    static const uint64_t mpp[] = {0, 1, 3};
    uint64_t p = pick(r, mpp), v = has_h ? below(r, 2) : 0;
    enum mode mode = p == 3 ? MODE_M : (enum mode)(p + 2 * v);
    s->mstatus = FIELD_PUT(BIT(11), p) | v << 39 | below(r, 2) << 7;
    s->mepc_mode = percent(r, 75) ? mode : MODE_HS;
    s->sepc_mode = (enum mode)below(r, has_h ? 4 : 2);
    s->hstatus |= below(r, 2) * HSTATUS_SPV;
    s->msi = percent(r, 10);
    s->mti = percent(r, 10);
    if (s->mode == MODE_M && percent(r, 40)) {
        s->mstatus |= BIT(17);
        s->as = mode;
        s->hlv |= v && p != 3; /* QEMU: henvcfg is not asked then */
    }
}

static void run_pick(struct rng *r, struct step *s)
{
    s->kind = KIND_RUN;
    s->mode = s->as = mode_pick(r);
    s->sie = percent(r, 30);
    s->quiet = percent(r, 85);
    s->wild = percent(r, 10);
    s->vectored = percent(r, 30);
    s->hstatus = rnd(r) & (HSTATUS_SPVP | HSTATUS_GVA);
    s->vsepc_mode = percent(r, 50) ? MODE_VS : MODE_VU;
    for (unsigned i = 5; i < 32; i++)
        s->x[i] = rnd(r);
    s->fs = FIELD_PUT(SSTATUS_FS, below(r, 3));
    s->vsfs = FIELD_PUT(SSTATUS_FS, below(r, 2));
    if (TOP_IS_M)
        m_pick(r, s);
    unsigned n = 1 + (unsigned)below(r, s->mode == MODE_TOP ? MAX_INSNS - 1 : MAX_INSNS);
    while (s->n < n && !s->writes_vector) {
        if (percent(r, 40))
            csr_pick(r, s);
        else
            insn_pick(r, s);
    }
}

void step_pick(struct step *s, uint64_t seed, unsigned number)
{
    struct rng r = {mix(seed) + mix(~(uint64_t)number)};
    *s = (struct step){.kind = KIND_CHANGE};
    if (number < PREPARATIONS || percent(&r, 12))
        s->change = change_pick(&r);
    else
        run_pick(&r, s);
}
