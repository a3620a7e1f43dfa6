/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register of HS and VS that a program can change; the mask keeps what the specification lets
 * differ (docs/twins.md). */
#ifndef TWIN_STATE_H
#define TWIN_STATE_H

#define TRAP_NAMES "scause", "stval", "htval", "htinst", "sepc", "(hstatus)", "(sstatus)"

#define ALL (~0UL)
#define STATE(X)                                                                                   \
    X(sstatus, ALL)                                                                                \
    X(sie, ALL)                                                                                    \
    X(sip, ~BIT(IRQ_STI))                                                                          \
    X(scounteren, ALL)                                                                             \
    X(senvcfg, ALL)                                                                                \
    X(satp, ALL)                                                                                   \
    X(vsstatus, ~SSTATUS_SD)                                                                       \
    X(vsie, ALL)                                                                                   \
    X(vstvec, ALL)                                                                                 \
    X(vsscratch, ALL)                                                                              \
    X(vsepc, ALL)                                                                                  \
    X(vscause, ALL)                                                                                \
    X(vstval, ALL)                                                                                 \
    X(vsip, ALL)                                                                                   \
    X(vsatp, ALL)                                                                                  \
    X(vstimecmp, ALL)                                                                              \
    X(hstatus, ALL)                                                                                \
    X(hedeleg, ALL)                                                                                \
    X(hideleg, ALL)                                                                                \
    X(hie, ALL)                                                                                    \
    X(hip, ALL)                                                                                    \
    X(hvip, VS_IRQS)                                                                               \
    X(htimedelta, ALL)                                                                             \
    X(hcounteren, ALL)                                                                             \
    X(henvcfg, ALL)                                                                                \
    X(htval, ALL)                                                                                  \
    X(hgatp, ALL)

#define STATE_H(X)

#endif
