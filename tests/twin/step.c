/* SPDX-License-Identifier: BSD-2-Clause */
#include "twin.h"

#include "test.h"

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

static void run_pick(struct rng *r, struct step *s)
{
    static const enum mode modes[] = {MODE_VS, MODE_VS, MODE_VS, MODE_VS, MODE_VU,
                                      MODE_VU, MODE_HS, MODE_HS, MODE_HS, MODE_U};
    s->kind = KIND_RUN;
    s->mode = pick(r, modes);
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
    unsigned n = 1 + (unsigned)below(r, s->mode == MODE_HS ? MAX_INSNS - 1 : MAX_INSNS);
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
