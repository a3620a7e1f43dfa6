/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtual hart to test with: every extension, every control open; each test closes what it is
 * about. */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
/* after the above */
#include <cmocka.h>

#include "spec/csr.h"
#include "spec/trap.h"

enum mode { M, HS, U, VS, VU, MODES };
static const char *const mode_name[MODES] __attribute__((unused)) = {"M", "HS", "U", "VS", "VU"};

#define ALL_ONES (~UINT64_C(0))

static struct isa test_isa;

static inline void hart_mode(struct hart *h, enum mode m)
{
    static const uint8_t prv[MODES] = {PRV_M, PRV_S, PRV_U, PRV_S, PRV_U};
    h->prv = prv[m];
    h->v = m == VS || m == VU;
}

static inline struct hart hart_in(enum mode m)
{
    struct hart h;
    test_isa = (struct isa){
        .ext = MASK(EXT_C, 0),
        .misa = BIT(63) | BIT('h' - 'a') | BIT('i' - 'a') | BIT('s' - 'a') | BIT('u' - 'a'),
        .satp_modes = (uint16_t)(BIT(MODE_BARE) | BIT(MODE_SV39) | BIT(MODE_SV48)),
        .hgatp_modes = (uint16_t)(BIT(MODE_BARE) | BIT(MODE_SV39)),
        .asid_mask = 0xffff,
        .vmid_mask = 0x3fff,
        .ppn_mask = MASK(43, 0),
        .medeleg = 0xf4b7ff,
        .mideleg = IRQS_S | IRQS_VS | BIT(IRQ_LCOFI),
        .counteren = UINT32_MAX,
        .menvcfg = ENVCFG_STCE | ENVCFG_PBMTE | ENVCFG_ADUE | ENVCFG_CBZE | ENVCFG_CBCFE |
                   ENVCFG_CBIE | ENVCFG_FIOM,
        .hpm = MASK(31, 3),
    };
    hart_reset(&h, &test_isa, 3);
    hart_enter_s(&h, 0x80200000, 0, 0);
    h.hcounteren = h.scounteren = UINT32_MAX;
    h.henvcfg = h.menvcfg;
    for (unsigned n = 0; n < 4; n++) {
        h.hstateen[n] = h.mstateen[n];
    }
    h.vstimecmp = ALL_ONES;
    hart_mode(&h, m);
    return h;
}

static inline unsigned put(struct hart *h, unsigned num, uint64_t v)
{
    return csr_write(h, csr_row(num), v);
}

static inline uint64_t get(const struct hart *h, unsigned num)
{
    return csr_read(h, csr_row(num));
}

/* 0 if the access is legal, else the cause of the exception. */
static inline unsigned access_cause(const struct hart *h, unsigned num, bool write)
{
    const struct csr *c;
    switch (csr_find(h, num, write, &c)) {
    case CSR_OK:
        return 0;
    case CSR_STATUS_VIRTUAL:
        return CAUSE_VIRTUAL_INSTRUCTION;
    default:
        return CAUSE_ILLEGAL;
    }
}

#endif
