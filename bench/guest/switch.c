// SPDX-License-Identifier: BSD-2-Clause
// The cost of a switch between two address spaces with ASIDs of their own, eight pages used in
// each.
#include "paging.h"

#define PAGES 8u

static struct space space[2];
static unsigned long frame[2][PAGES][512] __attribute__((aligned(4096)));

static void fill(unsigned s)
{
    space_init(&space[s]);
    for (unsigned p = 0; p < PAGES; p++) {
        space[s].window[p] = pte(frame[s][p], PTE_LEAF);
        frame[s][p][0] = s;
    }
}

void guest_main(void)
{
    fill(0);
    fill(1);
    csr_write(satp, space_satp(&space[0], 1));
    __asm__ volatile("sfence.vma" : : : "memory");
    mark("start");
    for (unsigned i = 0; i < ROUNDS; i++) {
        csr_write(satp, space_satp(&space[i & 1], 1 + (i & 1)));
        for (unsigned p = 0; p < PAGES; p++)
            if (*window(p) != (i & 1))
                guest_fail("a page of the other address space");
    }
    mark("done");
}
