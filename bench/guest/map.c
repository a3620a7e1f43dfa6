// SPDX-License-Identifier: BSD-2-Clause
// The cost of mapping a page, using it and unmapping it, with one sfence.vma for that page.
#include "paging.h"

static struct space space;
static unsigned long frame[2][512] __attribute__((aligned(4096)));

static void sfence_page(unsigned page)
{
    __asm__ volatile("sfence.vma %0, zero" : : "r"(window(page)) : "memory");
}

void guest_main(void)
{
    space_init(&space);
    frame[0][0] = 0;
    frame[1][0] = 1;
    csr_write(satp, space_satp(&space, 1));
    __asm__ volatile("sfence.vma" : : : "memory");
    mark("start");
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned page = i % WINDOW_PAGES;
        space.window[page] = pte(frame[i & 1], PTE_LEAF);
        sfence_page(page);
        if (*window(page) != (i & 1))
            guest_fail("a page shows the wrong frame");
        space.window[page] = 0;
        sfence_page(page);
    }
    mark("done");
}
