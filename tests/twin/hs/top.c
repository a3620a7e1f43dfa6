/* SPDX-License-Identifier: BSD-2-Clause */
/* HS's own programs, and what it runs below itself. */
#include "twin.h"

#include "sbi.h"

extern const uint32_t hs_end[];
void hs_run(uint64_t x[32]);

const uint32_t top_enables = INSN_I(OP_SYSTEM, 6, 0, 2, CSR_SSTATUS);

void top_reset(void)
{
    hart_reset();
    csr_write(sie, BIT(IRQ_STI));
    csr_write(sscratch, (uint64_t)me());
}

void top_adue(bool on)
{
    sbi_call(SBI_EXT_FWFT, 0, FWFT_PTE_AD_HW_UPDATING, on, 0);
}

void top_translate(const struct step *s)
{
    (void)s;
}

void top_quiet(void)
{
}

void top_pend(const struct step *s)
{
    if (s->waits && s->mode == MODE_HS) {
        csr_set(sie, BIT(IRQ_SSI));
        csr_set(sip, BIT(IRQ_SSI));
    }
}

void top_untouched(const struct step *s)
{
    /* Hearth takes a change of scause for a trap while one of htval, GVA and SPV is set. */
    csr_clear(hstatus, HSTATUS_SPVP | HSTATUS_GVA | HSTATUS_SPV);
    csr_write(htval, 0);
    csr_write(scause, UNTOUCHED);
    csr_write(stval, UNTOUCHED);
    csr_write(htval, UNTOUCHED);
    csr_set(hstatus, s->hstatus);
}

static struct seen seen(const struct trap *t)
{
    return (struct seen){.cause = t->scause,
                         .tval = t->stval,
                         .tval2 = t->htval,
                         .tinst = t->htinst,
                         .epc = t->sepc,
                         .hstatus = t->hstatus,
                         .status = t->sstatus};
}

static bool irq_in_hs(const struct trap *t)
{
    struct hart *h = me();
    if (h->catch.traps++ == 0)
        h->caught = *t;
    h->trap.sepc = (uint64_t)hs_end;
    csr_clear(sstatus, SSTATUS_SPIE);
    return true;
}

static void run_in_hs(struct outcome *o)
{
    struct hart *h = me();
    catch_begin();
    h->catch.resume = (uint64_t)hs_end;
    h->irq = irq_in_hs;
    csr_write(sepc, (uint64_t)hs_end);
    hs_run(o->x);
    h->irq = 0;
    catch_end();
    o->trap = seen(&h->caught);
}

static void run_below(const struct step *s, struct outcome *o)
{
    struct guest g;
    for (unsigned i = 1; i < 32; i++)
        g.x[i] = o->x[i];
    g.x[0] = image_in(s->mode, program);
    me()->guest_sie = s->sie;
    struct trap t = guest_run(&g, s->mode);
    o->trap = seen(&t);
    for (unsigned i = 1; i < 32; i++)
        o->x[i] = g.x[i];
}

void top_run(const struct step *s, struct outcome *o)
{
    if (s->mode == MODE_HS)
        run_in_hs(o);
    else
        run_below(s, o);
    o->hung = o->trap.cause == CAUSE_IRQ(IRQ_STI);
}

void top_done(const struct step *s, struct outcome *o)
{
    (void)s;
    if (o->trap.cause == CAUSE_BREAKPOINT) /* record.c, comparable() */
        csr_clear(hstatus, HSTATUS_GVA);
}
