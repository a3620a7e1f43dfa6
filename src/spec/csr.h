/* SPDX-License-Identifier: BSD-2-Clause */
/* CSR semantics: who may touch which CSR, what a write leaves behind, and what must follow from it. */
#ifndef SPEC_CSR_H
#define SPEC_CSR_H

#include "spec/hart.h"

enum csr_num {
#define CSR(num, name, ...) CSR_##name = (num),
#include "spec/csr.def"
#undef CSR
};

/* What the caller has to do after a write (or'ed). */
enum csr_effect {
    CSR_EFFECT_NONE = 0,
    CSR_EFFECT_IRQ = BIT(0),   /* pending, enabled or delegated interrupts changed */
    CSR_EFFECT_XLATE = BIT(1), /* the translation context changed: satp, vsatp, hgatp, status bits, envcfg */
    CSR_EFFECT_ENV = BIT(2),   /* a control that a host mirrors in hardware changed */
    CSR_EFFECT_TIME = BIT(3),  /* a deadline or a time offset changed */
};

enum csr_status { CSR_OK, CSR_STATUS_ILLEGAL, CSR_STATUS_VIRTUAL };

/* One CSR: a row of csr.def. */
struct csr {
    uint16_t num;
    uint16_t offset;   /* in struct hart, of the field that holds it; 0 if there is none */
    uint8_t ext;       /* enum isa_ext that it needs */
    uint8_t effect;    /* of a write that changes it */
    bool resident;     /* a host may hold it in hardware: see csr_resident() */
    uint64_t wmask;    /* bits that a plain write changes */
    uint64_t (*read)(const struct hart *h);
    void (*write)(struct hart *h, uint64_t v);
    const char *name;
};

/*
 * Finds the CSR that an access of number num reaches in the hart's present mode (with V=1 the number of an S CSR means the
 * VS one), and says whether the access is legal: privilege, existence, read-only, TVM, counteren, stateen, STCE and so on.
 * Returns CSR_OK and *out, or the kind of exception. Hypervisor chapter, "Trap cause codes" on cause 22 against 2.
 */
enum csr_status csr_find(const struct hart *h, unsigned num, bool write, const struct csr **out) must_check;

/* The row of a number, whatever the mode, or NULL: for dumps, tests and NACL. */
const struct csr *csr_row(unsigned num);

/* Value as a read gives it. No checks. Timers and hip/sip/mip look at h->time. */
uint64_t csr_read(const struct hart *h, const struct csr *c);

/* Writes, WARL applied. No checks. Returns the effects (enum csr_effect), none if nothing changed. */
unsigned csr_write(struct hart *h, const struct csr *c, uint64_t v);

#endif
