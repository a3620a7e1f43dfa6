/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of H and VS, of both kinds of twin; the mask keeps what the specification lets
 * differ (docs/twins.md). */
#ifndef TWIN_STATE_H_H
#define TWIN_STATE_H_H

#define ALL (~0UL)
#define STATE_OF_H(X)                                                                              \
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

#endif
