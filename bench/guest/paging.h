// SPDX-License-Identifier: BSD-2-Clause
// Sv39 tables of the bare-metal guests: RAM as one identity gigapage, and 512 small pages at
// WINDOW.
#pragma once
#include "guest.h"

#define WINDOW_PAGES 512u
#define PAGE         4096ul
#define WINDOW       0x40000000ul
#define RAM          0x80000000ul
#define PTE_V        0x01ul
#define PTE_RW       0x06ul
#define PTE_X        0x08ul
#define PTE_AD       0xc0ul
#define PTE_LEAF     (PTE_V | PTE_RW | PTE_AD)
#define SATP_SV39    (8ul << 60)

struct space {
    unsigned long root[512], middle[512], window[512];
} __attribute__((aligned(4096)));

static inline unsigned long pte(const void *to, unsigned long flags)
{
    return (unsigned long)to >> 12 << 10 | flags;
}

static inline void space_init(struct space *s)
{
    s->root[WINDOW >> 30] = pte(s->middle, PTE_V);
    s->root[RAM >> 30] = pte((void *)RAM, PTE_LEAF | PTE_X);
    s->middle[0] = pte(s->window, PTE_V);
}

static inline unsigned long space_satp(const struct space *s, unsigned long asid)
{
    return SATP_SV39 | asid << 44 | (unsigned long)s >> 12;
}

static inline volatile unsigned long *window(unsigned page)
{
    return (volatile unsigned long *)(WINDOW + page * PAGE);
}
