// SPDX-License-Identifier: BSD-2-Clause
// The cost of a timer interrupt that the guest sets for itself at once and takes: by stimecmp if it
// has Sstc (as Linux would), by the SBI otherwise.
#include "guest.h"

static volatile unsigned taken;
static volatile bool no_stimecmp;

static void timer_set(unsigned long deadline)
{
    if (no_stimecmp)
        sbi_call(SBI_TIME, 0, deadline, 0, 0);
    else
        csr_write(0x14d, deadline); // stimecmp
}

void trap_handle(unsigned long cause)
{
    if (cause == CAUSE_ILLEGAL && !no_stimecmp) {
        no_stimecmp = true;
        csr_write(sepc, csr_read(sepc) + 4);
        return;
    }
    if (cause != CAUSE_STI)
        guest_fail("unexpected trap");
    timer_set(~0ul);
    taken++;
}

void guest_main(void)
{
    timer_set(~0ul);
    csr_set(sie, SIE_STIE);
    csr_set(sstatus, SSTATUS_SIE);
    mark(no_stimecmp ? "start by SBI" : "start by stimecmp");
    for (unsigned i = 0; i < ROUNDS; i++) {
        timer_set(0);
        while (taken == i)
            ;
    }
    mark("done");
}
