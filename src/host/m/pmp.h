/* SPDX-License-Identifier: BSD-2-Clause */
/* The PMP plan: a pure function from the ranges that nobody else may touch to the entries that say
 * so. */
#ifndef HOST_M_PMP_H
#define HOST_M_PMP_H

#include "spec/pmp.h"

#define PMP_ENTRIES 8 /* what a plan without firmware may use: every hart with PMP has them */

struct pmp_entry {
    uint8_t cfg;
    uint64_t addr; /* pmpaddr: address >> 2 */
};

struct pmp_plan {
    struct pmp_entry entry[PMP_MAX];
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

/* Who runs, in a world with firmware. PMP_MPRV: virtual M, whose loads and stores all have to be
 * made for it. */
enum pmp_view { PMP_HS, PMP_VS, PMP_M, PMP_MPRV, PMP_VIEWS };

struct pmp_world {
    const struct mem_range *closed; /* to everybody, always */
    unsigned count;
    const struct mem_range *tables;  /* one of them: the shadow tables */
    const struct mem_range *trapped; /* virtual devices, which virtual M's accesses have to find */
    unsigned trapped_count;
    const struct mem_range *guarded; /* memory that a policy keeps from virtual M */
    unsigned guarded_count;
    bool guarding;    /* it does, now */
    unsigned entries; /* that the hart has, <= PMP_MAX */
};

/* How many entries are left for a virtual PMP; 0 if not even the plan without one fits. */
unsigned pmp_plan_room(const struct pmp_world *w);

/*
 * The plan of a world with firmware: as above what is closed, then what the virtual PMP of h says
 * (h->isa->pmp_entries <= pmp_plan_room()), which in M is what it has locked, then the rest: open
 * to M, to S and U only if there is no virtual PMP. The views differ in cfg alone. No entry is
 * locked.
 */
void pmp_plan_view(struct pmp_plan *plan, const struct pmp_world *w, const struct hart *h,
                   enum pmp_view view);

/* The plan's cfg bytes as pmpcfg0 takes them; as pmpcfg0 (word 0) and pmpcfg2 (word 1) do. */
uint64_t pmp_plan_cfg(const struct pmp_plan *plan);
uint64_t pmp_plan_cfg_word(const struct pmp_plan *plan, unsigned word);

#endif
