/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual root domain of an APLIC (AIA 1.0, chapter 4) over the physical one: firmware's to
 * configure, as far as it can do no harm. What passes is checked: sources are delegated to children
 * that exist, interrupts go to harts of the world, the domain's delivery mode is the machine's, and
 * where MSIs are written to stays what Hearth has set, whatever the virtual registers say.
 *
 * Direct delivery: the wire of a hart is the physical one's. While it is up, the physical idelivery
 * is 0 ("quiet"), so that the interrupt does not arrive again; lines() finds out when it is down.
 * Delivery by MSI: to the physical M-level files, from where vdev/imsic.h takes them.
 */
#ifndef VDEV_APLIC_H
#define VDEV_APLIC_H

#include "vdev/vdev.h"

#define VAPLIC_SOURCES 1023

struct vaplic {
    /* The physical domain, constant. Accesses have effects: these are functions. */
    uintptr_t base;
    uint32_t (*read)(uintptr_t at);
    void (*write)(uintptr_t at, uint32_t v);
    bool (*line)(void); /* mip.MEIP of this hart */

    unsigned sources, children;
    bool msi;                 /* delivers by MSI only; otherwise direct only */
    unsigned reserved;        /* MSI: an identity that is Hearth's; 0: none */
    unsigned indices;         /* hart index numbers that targets may have: hart[] of them */
    uint8_t hart[VDEV_HARTS]; /* by index number; VDEV_NOBODY */

    uint32_t msiaddr[4]; /* mmsiaddrcfg, mmsiaddrcfgh, smsiaddrcfg, smsiaddrcfgh: kept, no more */
    uint64_t idelivery;  /* firmware's; bit an index number */
    uint64_t quiet;      /* the same */
};

/* The row of the bus; its state is a struct vaplic. lines() is called by the hart itself. */
extern const struct vdev_ops vaplic_ops;

#endif
