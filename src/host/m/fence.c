/* SPDX-License-Identifier: BSD-2-Clause */
/* Fences on this hart, for remote callers and for HS's own address spaces. */
#include "host/m/m.h"

#define PAGES_AT_MOST 64 /* more of them than that: all addresses at once */

void host_fence_i(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

static void fence_page(uint64_t va, bool all_ids, uint64_t asid)
{
    if (all_ids) {
        hw_sfence_va(va);
    } else {
        __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(asid) : "memory");
    }
}

void host_fence_vma(uint64_t va, uint64_t size, bool all_ids, uint64_t asid)
{
    uint64_t first = align_down(va, 4096);

    if (size > PAGES_AT_MOST * UINT64_C(4096)) {
        if (all_ids) {
            hw_sfence_all();
        } else {
            __asm__ volatile("sfence.vma x0, %0" ::"r"(asid) : "memory");
        }
        return;
    }
    for (uint64_t page = first; page - first < size + (va - first); page += 4096) {
        fence_page(page, all_ids, asid);
    }
}
