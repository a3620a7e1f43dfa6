/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register of M, HS and VS that a program can change; the mask keeps what the specification
 * lets differ (docs/twins.md). */
#ifndef TWIN_STATE_H
#define TWIN_STATE_H

#include "state_h.h"

#define TRAP_NAMES "mcause", "mtval", "mtval2", "mtinst", "mepc", "", "(mstatus)"

#define STATE(X)                                                                                   \
    X(mstatus, ALL)                                                                                \
    X(medeleg, ALL)                                                                                \
    X(mideleg, ~BIT(IRQ_SGEI))                                                                     \
    X(mie, ALL)                                                                                    \
    X(mip, ~M_IRQS)                                                                                \
    X(mcounteren, ALL)                                                                             \
    X(mcountinhibit, ALL)                                                                          \
    X(0x30a, ALL)                                                                                  \
    X(pmpcfg0, ALL)                                                                                \
    X(pmpaddr1, ALL)                                                                               \
    X(pmpaddr2, ALL)                                                                               \
    X(pmpaddr3, ALL)                                                                               \
    X(pmpaddr4, ALL)                                                                               \
    X(mscratch, ALL)                                                                               \
    X(sstatus, ALL)                                                                                \
    X(sie, ALL)                                                                                    \
    X(sip, ~BIT(IRQ_STI))                                                                          \
    X(scounteren, ALL)                                                                             \
    X(senvcfg, ALL)                                                                                \
    X(satp, ALL)                                                                                   \
    X(stvec, ALL)                                                                                  \
    X(sscratch, ALL)                                                                               \
    X(sepc, ALL)                                                                                   \
    X(scause, ALL)                                                                                 \
    X(stval, ALL)                                                                                  \
    X(stimecmp, ALL)
/* On harts with H. */
#define STATE_H(X) STATE_OF_H(X)

#endif
