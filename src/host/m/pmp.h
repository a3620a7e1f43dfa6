/* SPDX-License-Identifier: BSD-2-Clause */
/* The PMP plan: a pure function from the ranges that nobody else may touch to the entries that say
 * so. */
#ifndef HOST_M_PMP_H
#define HOST_M_PMP_H

#include "spec/pmp.h"

#define PMP_ENTRIES 8 /* what a plan may use: every hart with PMP has them */

struct pmp_entry {
    uint8_t cfg;
    uint64_t addr; /* pmpaddr: address >> 2 */
};

struct pmp_plan {
    struct pmp_entry entry[PMP_ENTRIES];
    unsigned count;
};

/*
 * Closes the ranges (4 KiB aligned, base > 0) to S and U and leaves the rest
 * open: a naturally aligned power of two takes one entry, another range two (TOR), and the last
 * entry opens everything. `tables`, one of the ranges or NULL, may be read: the hardware walks
 * shadow tables with the rights of S-mode.
 */
bool pmp_plan_make(struct pmp_plan *plan, const struct mem_range *closed, unsigned count,
                   const struct mem_range *tables) must_check;

/* The plan's cfg bytes as pmpcfg0 takes them. */
uint64_t pmp_plan_cfg(const struct pmp_plan *plan);

#endif
