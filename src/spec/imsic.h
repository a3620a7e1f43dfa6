/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the CSRs reach an interrupt file of an IMSIC (AIA, chapter 3), whoever has it: the virtual
 * device, or the hardware. mtopei, stopei, and mireg and sireg for 0x70 to 0xff; numbers that there
 * are not, or that are reserved, do not come here.
 *
 * Who executes an access to one of these CSRs holds the lock of the file meanwhile: csrrs and csrrc
 * read and write, and an interrupt that arrives between the two must not be lost.
 */
#ifndef SPEC_IMSIC_H
#define SPEC_IMSIC_H

#include "spec/hart.h"

#define IMSIC_EIDELIVERY  0x70u
#define IMSIC_EITHRESHOLD 0x72u
#define IMSIC_EIP0        0x80u /* even numbers, up to 0xbe */
#define IMSIC_EIE0        0xc0u /* even numbers, up to 0xfe */
#define IMSIC_LAST        0xffu

struct imsic_file {
    /* eidelivery, eithreshold, eip or eie of this hart's file. */
    uint64_t (*read)(const struct hart *h, unsigned select);
    void (*write)(struct hart *h, unsigned select, uint64_t v);
    /* The identity on top, twice, or 0. */
    uint64_t (*topei)(const struct hart *h);
    void (*claim)(struct hart *h); /* that identity is no longer pending; nothing if it is 0 */
};

#endif
