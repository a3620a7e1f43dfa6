/* SPDX-License-Identifier: BSD-2-Clause */
/* Compiled to assembly only: the build turns the marked lines into build/guest/offsets.h. */
#include "hart.h"

#include <stddef.h>

#define OFFSET(name, member)                                                                       \
    __asm__ volatile("\n#DEFINE " #name " %0" ::"i"(offsetof(struct hart, member)))

void offsets(void);
void offsets(void)
{
    OFFSET(HART_X, x);
    OFFSET(HART_HOST, host);
    OFFSET(HART_IN_GUEST, in_guest);
    OFFSET(HART_SCAUSE, trap.scause);
    OFFSET(HART_STVAL, trap.stval);
    OFFSET(HART_HTVAL, trap.htval);
    OFFSET(HART_HTINST, trap.htinst);
    OFFSET(HART_SEPC, trap.sepc);
    OFFSET(HART_HSTATUS, trap.hstatus);
    OFFSET(HART_SSTATUS, trap.sstatus);
    OFFSET(HART_STACK_TOP, stack_top);
    OFFSET(HART_ENTRY, entry);
    OFFSET(HART_HARTID, hartid);
    __asm__ volatile("\n#DEFINE HART_SIZE %0" ::"i"(sizeof(struct hart)));
    __asm__ volatile("\n#DEFINE HART_STACK_SIZE %0" ::"i"(STACK_SIZE));
}
