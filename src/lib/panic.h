/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a hart: a broken invariant of Hearth's own. What a guest does never comes here. */
#ifndef LIB_PANIC_H
#define LIB_PANIC_H

#include "lib/bits.h"

/* Waits for ever with interrupts off. */
_Noreturn void park(void);

/* Prints the message and where it happened (a backtrace with symbols), then parks this hart. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a trap taken in Hearth itself: x[32] and pc are the registers at the trap; all of it
 * is printed. */
_Noreturn void panic_registers(const uint64_t *x, uint64_t pc, uint64_t mcause, uint64_t mtval);

#endif
