/* SPDX-License-Identifier: BSD-2-Clause */
#include "hart.h"
#include "csr.h"
#include "sbi.h"
#include "test.h"

struct hart harts[MAX_HARTS];
extern char trap_entry[], secondary_start[], stacks[];
void guest_enter(void);
void trap_from_hs(void);

void hart_init(void)
{
    csr_write(sie, 0);
    csr_write(sscratch, (uint64_t)me());
    csr_write(stvec, (uint64_t)trap_entry);
    csr_write(sstatus, 0);
}

/* CSRs that a hart may lack; whether it should is for the tests to say. */
static void reset_optional(void)
{
    catch_begin();
    csr_write(vstimecmp, ~0UL);
    csr_write(0x60c, ~0UL); /* hstateen0: nothing is kept from VS */
    catch_end();
}

void hart_reset(void)
{
    irq_off();
    me()->depth = 0;
    me()->in_guest = 0;
    catch_off(&me()->catch);
    me()->irq = 0;
    me()->guest_sie = true;
    reset_optional();
    csr_write(sstatus, 0);
    csr_write(hvip, 0);
    csr_write(hie, 0);
    csr_write(hideleg, VS_IRQS);
    csr_write(vsie, 0);
    csr_write(hideleg, 0);
    csr_write(hedeleg, 0);
    csr_write(hgeie, 0);
    csr_write(hcounteren, 0xffffffff);
    csr_write(scounteren, 0xffffffff);
    csr_write(htimedelta, 0);
    csr_write(henvcfg, HENVCFG_STCE);
    csr_write(vsatp, 0);
    csr_write(hgatp, 0);
    csr_write(vsstatus, 0);
    csr_write(vstvec, 0);
    csr_write(vsepc, 0);
    csr_write(vscause, 0);
    csr_write(vstval, 0);
    csr_write(hstatus, 0);
    __asm__ volatile("hfence.gvma; hfence.vvma; sfence.vma" ::: "memory");
    csr_write(sip, 0);
}

void catch_begin(void)
{
    me()->caught = (struct trap){.scause = CAUSE_NONE};
    catch_on(&me()->catch);
}

uint64_t catch_end(void)
{
    catch_off(&me()->catch);
    return me()->caught.scause;
}

static void took_exception(struct hart *h, struct trap *t)
{
    if (!h->catch.on)
        test_fatal_trap("a trap in HS that no test expects", t);
    if (h->catch.traps++ == 0)
        h->caught = *t;
    if (h->catch.traps > MAX_CAUGHT)
        test_fatal_trap("the same trap again and again", t);
    t->sepc = catch_next(&h->catch, t->sepc);
}

static void count_irq(struct hart *h, const struct trap *t)
{
    uint64_t n = t->scause & 63;
    if (n < 16)
        h->irqs[n]++;
}

static void watch(const struct trap *t)
{
    if (t->scause == CAUSE_IRQ(IRQ_STI))
        test_timer_fired(t);
}

/* Counted when the handler is through: who sees the count may send the next one. */
static void took_interrupt(struct hart *h, const struct trap *t)
{
    watch(t);
    bool taken = (h->irq && h->irq(t)) || t->scause == CAUSE_IRQ(IRQ_STI);
    if (!taken)
        test_fatal_trap("an interrupt that no test expects", t);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    count_irq(h, t);
}

/* Called from trap_entry with the frame in hart->x; the hart goes on at hart->trap.sepc. */
void trap_from_hs(void)
{
    struct hart *h = me();
    if (h->depth++)
        test_fatal_trap("a trap inside the trap handler", &h->trap);
    if (h->trap.scause & BIT(63))
        took_interrupt(h, &h->trap);
    else
        took_exception(h, &h->trap);
    h->depth--;
}

struct trap guest_run(struct guest *g, enum mode mode)
{
    struct hart *h = me();
    uint64_t sie = csr_read(sstatus) & SSTATUS_SIE;
    irq_off();
    for (int i = 1; i < 32; i++)
        h->x[i] = g->x[i];
    csr_write(sepc, g->x[0]);
    csr_clear(sstatus, SSTATUS_SPP);
    csr_clear(sstatus, SSTATUS_SPIE);
    csr_set(sstatus, (h->guest_sie ? SSTATUS_SPIE : 0) | (mode == MODE_VS ? SSTATUS_SPP : 0));
    csr_clear(hstatus, HSTATUS_SPV);
    if (mode == MODE_VS || mode == MODE_VU)
        csr_set(hstatus, HSTATUS_SPV);
    guest_enter();
    for (int i = 1; i < 32; i++)
        g->x[i] = h->x[i];
    g->x[0] = h->trap.sepc;
    struct trap t = h->trap;
    if (t.scause & BIT(63)) {
        watch(&t);
        count_irq(h, &t);
    }
    csr_set(sstatus, sie);
    return t;
}

long hart_start(struct hart *h, void (*fn)(void))
{
    h->entry = fn;
    h->stack_top = (uint64_t)stacks + STACK_SIZE * (uint64_t)(h - harts + 1);
    __asm__ volatile("fence" ::: "memory");
    return sbi_hart_start(h->hartid, (uint64_t)secondary_start, (uint64_t)h).error;
}
