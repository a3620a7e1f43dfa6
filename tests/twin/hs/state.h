/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register of HS and VS that a program can change; the mask keeps what the specification lets
 * differ (docs/twins.md). */
#ifndef TWIN_STATE_H
#define TWIN_STATE_H

#include "state_h.h"

#define TRAP_NAMES "scause", "stval", "htval", "htinst", "sepc", "(hstatus)", "(sstatus)"

#define STATE(X)                                                                                   \
    X(sstatus, ALL)                                                                                \
    X(sie, ALL)                                                                                    \
    X(sip, ~BIT(IRQ_STI))                                                                          \
    X(scounteren, ALL)                                                                             \
    X(senvcfg, ALL)                                                                                \
    X(satp, ALL)                                                                                   \
    STATE_OF_H(X)

#define STATE_H(X)

#endif
