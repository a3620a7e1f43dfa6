/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables of both stages and every mode, built by hand so that tests can bend single entries.
 */
#ifndef GUEST_PT_H
#define GUEST_PT_H

#include <stdbool.h>
#include <stdint.h>

#define PTE_V    1UL
#define PTE_R    2UL
#define PTE_W    4UL
#define PTE_X    8UL
#define PTE_U    16UL
#define PTE_G    32UL
#define PTE_A    64UL
#define PTE_D    128UL
#define PTE_RWX  (PTE_R | PTE_W | PTE_X)
#define PTE_AD   (PTE_A | PTE_D)
#define PTE_FULL (PTE_V | PTE_RWX | PTE_AD)

#define PAGE      4096UL
#define MEGAPAGE  (512 * PAGE)
#define GIGAPAGE  (512 * MEGAPAGE)
#define TERAPAGE  (512 * GIGAPAGE)
#define PETAPAGE  (512 * TERAPAGE)
#define POOL_SIZE 2048u

struct pt {
    uint64_t *root;
    unsigned mode;   /* MODE_SV39, MODE_SV48, MODE_SV57 */
    unsigned levels; /* 3, 4, 5 */
    bool gstage;
    uint64_t bias; /* what is added to a table's address to get the one that PTEs hold */
};

/* An empty table. mode must be one of the three paged modes. */
struct pt pt_new(uint64_t mode, bool gstage, uint64_t bias);
/* Forgets all tables made so far. */
void pt_reset(void);
/* The PTE of va at the level (0 = 4 KiB); tables above are made, leaves above split. */
uint64_t *pt_entry(const struct pt *pt, uint64_t va, unsigned level);
/* Writes a leaf at the level. pa is what the PTE is to hold, not biased. */
void pt_map(const struct pt *pt, uint64_t va, uint64_t pa, uint64_t flags, unsigned level);
/* Value for satp, vsatp or hgatp. */
uint64_t pt_atp(const struct pt *pt, uint64_t id);
uint64_t pte_make(uint64_t pa, uint64_t flags);
uint64_t level_size(unsigned level);

#endif
