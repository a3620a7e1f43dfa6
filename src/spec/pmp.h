/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory protection as the virtual hart has it: machine chapter, "Physical Memory
 * Protection". struct isa says how many entries there are (none: no PMP at all) and the grain. */
#ifndef SPEC_PMP_H
#define SPEC_PMP_H

#include "spec/walk.h"

/* pmpcfg, of one entry */
#define PMP_R     BIT(0)
#define PMP_W     BIT(1)
#define PMP_X     BIT(2)
#define PMP_A     MASK(4, 3)
#define PMP_OFF   FIELD_PUT(PMP_A, 0)
#define PMP_TOR   FIELD_PUT(PMP_A, 1)
#define PMP_NA4   FIELD_PUT(PMP_A, 2)
#define PMP_NAPOT FIELD_PUT(PMP_A, 3)
#define PMP_L     BIT(7)

/* What entry i of the hart matches: bytes base to base + size - 1; size 0: nothing (OFF, TOR of an
 * empty range). i < PMP_MAX. */
struct mem_range pmp_match(const struct hart *h, unsigned i);

/*
 * May the mode prv access len bytes at pa (for the access itself its effective privilege, MPRV
 * heeded; for a page table PRV_S)? The first entry that matches any byte decides, and fails if it
 * doesn't match all. An atomic counts as ACCESS_STORE. len > 0. Always true without PMP.
 */
bool pmp_allows(const struct hart *h, hpa_t pa, uint64_t len, enum access access,
                enum prv prv) must_check;

/* May S load and store anywhere in r? (Yes is sure; no may be said where entries only together
 * would let it.) Always true without PMP. r->size > 0. */
bool pmp_open(const struct hart *h, const struct mem_range *r) must_check;

#endif
