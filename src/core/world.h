/* SPDX-License-Identifier: BSD-2-Clause */
/* A world: a set of virtual harts, the memory they own, and what they see of the machine. Constant
 * after boot. */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include "core/vhart.h"
#include "spec/mem.h"

#define WORLD_RANGES   16
#define MACHINE_CLOSED 7

struct policy;

/*
 * The firmware of a world that has one: what its harts begin with, in virtual M-mode. Every hart
 * starts at `entry` with a0 = its hart id, a1 = fdt, a2 = info.
 */
struct firmware {
    uint64_t entry;
    uint64_t base, size;         /* the image, where it runs */
    uint64_t fdt;                /* the device tree */
    uint64_t info;               /* fw_dynamic's block, in memory that nobody else gets */
    bool offload;                /* Hearth answers the operating system's hot calls itself */
    const struct policy *policy; /* core/policy.h; never NULL */
};

struct bus;

struct world {
    struct isa isa;
    const struct firmware *firmware; /* NULL: Hearth's own SBI, harts begin in HS */
    struct mem mem;                  /* range[] below: RAM without Hearth's own */
    struct mem_range range[WORLD_RANGES];
    unsigned harts;    /* vharts[0 .. harts - 1] */
    uint64_t timebase; /* Hz */
    struct bus *bus;   /* virtual devices (bus.h); NULL without firmware */
};

/* What the silicon has: probed at boot, the least of all harts. */
struct machine {
    bool time_csr; /* rdtime works */
    bool sstc;     /* menvcfg.STCE can be set */
    bool menvcfg;
    bool smaia; /* mvien, mvip */
    bool mcountinhibit;
    bool misaligned; /* hardware does misaligned loads and stores: not probed, only what the exits
                        say */
    uint64_t misa;
    uint64_t hpm; /* mhpmcounters that count: bit n */
    struct mem_range
        closed[MACHINE_CLOSED]; /* what only Hearth touches: its memory, then M-level devices */
    unsigned closed_count;
    uint64_t medeleg, mideleg; /* bits that can be set */
    uint64_t menvcfg_mask;
    uint64_t mstateen; /* mstateen0's bits that can be set; 0: no Smstateen */
    uint16_t satp_modes;
    uint64_t asid_mask;
    unsigned pmp_entries,
        pmp_grain;           /* PMP entries, 16 at most; log2 of the bytes they tell apart */
    struct mem_range hearth; /* image, and what is behind it */
    struct mem_range
        areas;             /* struct vhart and stack of each hart, if not there; size 0 otherwise */
    struct mem_range pool; /* shadow tables, an equal part for each hart */
};

extern struct world world0;
extern struct machine machine;

#endif
