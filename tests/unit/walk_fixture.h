/* SPDX-License-Identifier: BSD-2-Clause */
/* One page of a guest, and the causes by access, for the tests of walks. */
#ifndef TESTS_UNIT_WALK_FIXTURE_H
#define TESTS_UNIT_WALK_FIXTURE_H

#include "arena.h"

#define VA   UINT64_C(0x3fc0001000)
#define GPA  UINT64_C(0x50000000) /* a page of data, far from the tables */
#define PAGE UINT64_C(0x83000000) /* its frame */
#define GOOD (ALL_OF_LEAF | PTE_U)

static const uint64_t __attribute__((unused))
load_store_fetch_page[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE};
static const uint64_t __attribute__((unused))
load_store_fetch_guest[] = {CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE, CAUSE_FETCH_GUEST_PAGE};
static const uint64_t __attribute__((unused))
load_store_fetch_access[] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_FETCH_ACCESS};

/* VA -> GPA -> PAGE in pages of 4 KiB, good for U and everything. */
static inline void simple(struct guest *g, unsigned mode)
{
    guest_make(g, mode);
    *vs_slot(g, VA, 12) = pte_of(GPA, GOOD);
    *g_slot(g, GPA, 12) = pte_of(PAGE, GOOD);
    *hs_slot(g, VA, 12) = pte_of(PAGE, GOOD);
}

#endif
