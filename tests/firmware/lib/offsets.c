/* SPDX-License-Identifier: BSD-2-Clause */
/* Compiled to assembly only: the build turns the marked lines into build/firmware/offsets.h. */
#include "frame.h"

#include <stddef.h>

#define OFFSET(name, member)                                                                       \
    __asm__ volatile("\n#DEFINE " #name " %0" ::"i"(offsetof(struct hart, member)))

void offsets(void);
void offsets(void)
{
    OFFSET(HART_X, x);
    OFFSET(HART_HOST, host);
    OFFSET(HART_STACK_TOP, stack_top);
    OFFSET(HART_HARTID, hartid);
    __asm__ volatile("\n#DEFINE HART_SIZE %0" ::"i"(sizeof(struct hart)));
    __asm__ volatile("\n#DEFINE HART_STACK_SIZE %0" ::"i"(STACK_SIZE));
    __asm__ volatile("\n#DEFINE HARTS_MAX %0" ::"i"(MAX_HARTS));
}
