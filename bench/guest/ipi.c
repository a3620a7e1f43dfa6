// SPDX-License-Identifier: BSD-2-Clause
// The cost of an IPI there and back between two harts that sleep in wfi while they wait.
#include "guest.h"

static volatile unsigned taken[2];
static volatile bool ready;

void trap_handle(unsigned long cause)
{
    if (cause != CAUSE_SSI)
        guest_fail("unexpected trap");
    csr_clear(sip, SIE_SSIE);
}

static void ipi_send(unsigned long hart)
{
    if (sbi_call(SBI_IPI, 0, 1ul << hart, 0, 0).error != 0)
        guest_fail("SBI IPI");
}

// Sleeps until an IPI is pending and takes it.
static void ipi_wait(unsigned me)
{
    while ((csr_read(sip) & SIE_SSIE) == 0)
        __asm__ volatile("wfi");
    csr_set(sstatus, SSTATUS_SIE);
    csr_clear(sstatus, SSTATUS_SIE);
    taken[me]++;
}

void hart_main(void)
{
    csr_set(sie, SIE_SSIE);
    ready = true;
    for (;;) {
        ipi_wait(1);
        ipi_send(0);
    }
}

void guest_main(void)
{
    csr_set(sie, SIE_SSIE);
    hart_start(1);
    while (!ready)
        ;
    mark("start");
    for (unsigned i = 0; i < ROUNDS; i++) {
        ipi_send(1);
        ipi_wait(0);
    }
    if (taken[0] != ROUNDS || taken[1] != ROUNDS)
        guest_fail("an IPI was lost or doubled");
    mark("done");
}
