/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual M-level interrupt files of an IMSIC (AIA 1.0, chapter 3), one a hart. MSIs to them
 * are stores by any hart to a page, through the bus; the hart's own side is miselect, mireg and
 * mtopei, through vimsic_register() and vimsic_topei().
 *
 * What the machine itself sends to a hart's physical file (its APLIC's root domain, PCI devices) is
 * taken over by lines(): identity for identity, but for the one that Hearth keeps for itself, which
 * claim() doesn't give.
 */
#ifndef VDEV_IMSIC_H
#define VDEV_IMSIC_H

#include "vdev/vdev.h"

#define VIMSIC_WORDS 32 /* of 64 identities: 1 .. 2047 */

struct vimsic_file {
    uint64_t eidelivery, eithreshold;
    uint64_t eip[VIMSIC_WORDS], eie[VIMSIC_WORDS];
};

/* The pages of one region of addresses, and the files of all harts behind them. */
struct vimsic {
    unsigned identities;      /* 63, 127 .. 2047: the highest */
    uint64_t stride;          /* of pages, a power of two */
    uint8_t hart[VDEV_HARTS]; /* by page; VDEV_NOBODY */
    struct vimsic_file *file; /* by hart index */
    unsigned (*claim)(void);  /* what has arrived at this hart's physical file: 0, no more. May be
                                 NULL */
};

/* A register of the file as miselect numbers them: 0x70 eidelivery, 0x72 eithreshold, even ones of
 * 0x80 .. 0xbf eip, 0xc0 .. 0xff eie. */
#define VIMSIC_FIRST 0x70
#define VIMSIC_LAST  0xff

/*
 * Reads the register into *old and then changes the bits of mask to those of v. False: there is no
 * such register (an illegal instruction). The wire may be another afterwards.
 */
bool vimsic_register(const struct vimsic *m, struct vimsic_file *f, unsigned select, uint64_t mask,
                     uint64_t v, uint64_t *old) must_check;

/* mtopei: the pending and enabled identity of the highest priority, twice; 0: none. claim: it is no
 * longer pending. */
uint64_t vimsic_topei(const struct vimsic *m, struct vimsic_file *f, bool claim);

/* The row of the bus; its state is a struct vimsic. lines() is called by the hart itself. */
extern const struct vdev_ops vimsic_ops;

#endif
