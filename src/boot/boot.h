/* SPDX-License-Identifier: BSD-2-Clause */
/* What start.S, main.c and gather.c share. */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include "lib/bits.h"

/* hearth.ld */
extern const char image_start[], bss_start[], image_end[];

/* start.S */
extern uint32_t boot_lottery, boot_gate;
extern uint32_t boot_arrivals; /* harts that followed from where Hearth was before it moved */

/* Goes on in a copy of the image up to bss_start that is `offset` bytes further on; the harts that
 * wait follow. */
_Noreturn void boot_move(uint64_t hartid, void *fdt, const uint64_t *info, uint64_t offset);

/* Leaves the boot to another hart, and waits with the others. */
_Noreturn void boot_step_back(uint64_t hartid);

_Noreturn void boot_on_stack(uint64_t sp, void (*then)(void));

/* Called by start.S: the boot hart; a hart that came through the gate, on its own stack; a trap
 * before the host has its vector. */
_Noreturn void boot_cold(uint64_t hartid, void *fdt, const uint64_t *info);
_Noreturn void boot_warm(uint64_t hartid);
_Noreturn void boot_trapped(const uint64_t *x, uint64_t mcause, uint64_t mtval);

/* Something was wrong and has been said: no hart goes on. */
_Noreturn void boot_fail(void);

/*
 * gather.c: opens the gate and waits until every hart of the world has said what it has; `machine`
 * becomes the least of that. Harts that don't come within a second are left out of the world, with
 * a line. Called once, by the boot hart.
 */
void gather_harts(uint64_t self);

/* Lets the gathered harts go to where they wait for the operating system. */
void gather_release(void);

#endif
