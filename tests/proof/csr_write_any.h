/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing any value to any CSR of any hart in any legal state leaves exactly the state that the
 * specification says: the register's own bits and nothing else, and all of it legal. What a read
 * gives is what the specification says of that state, so that what was written reads back by WARL.
 * The effects say whether anything changed. In two proofs: PMP's registers, and all others.
 */
#ifndef TESTS_PROOF_CSR_WRITE_ANY_H
#define TESTS_PROOF_CSR_WRITE_ANY_H

#include "csr_spec.h"
#include "hart_any.h"
#include "spec/pmp.h"

static inline bool is_pmp(unsigned num)
{
    return num >= 0x3a0 && num <= 0x3ef;
}

/* Any row's number, for tests. */
static inline unsigned any_csr(bool pmp)
{
    static const uint16_t num[] = {
#define CSR(num, ...) num,
#include "spec/csr.def"
#undef CSR
    };
    unsigned one = num[any_below((unsigned)ARRAY_LEN(num))];
    while (pmp && !is_pmp(one)) {
        one = 0x3a0 + (any_bool() ? any_below(2) * 2 : 0x10 + any_below(PMP_MAX));
    }
    return one;
}

struct after {
    struct hart h, expected;
    unsigned effect, effect_of_row;
};

static inline void write_row(struct after *a, unsigned num, uint64_t v)
{
    const struct csr *c = csr_row(num);
    uint64_t reads;

    prove(c != NULL && c->num == num);
    a->effect_of_row = c->effect;
    a->effect = csr_write(&a->h, c, v);
    csr_write_spec(&a->expected, num, v);
    if (csr_read_spec(&a->h, num, &reads)) {
        prove(csr_read(&a->h, c) == reads);
    } else if (num != 0xfb0 && num != 0xdb0 && num != 0xeb0) { /* topi: interrupt.c */
        prove(csr_read(&a->h, c) == csr_field_value(&a->h, c));
    }
}

/* Interrupts by SIE and MIE; controls by FS, VS, TVM, TW, TSR; and accesses by MPRV, MXR, SUM, and
 * while MPRV is set MPP and MPV. */
static inline void prove_mstatus_effect(uint64_t old, uint64_t new, unsigned effect)
{
    uint64_t d = old ^ new;
    bool access = bits(d, 19, 17) != 0 ||
                  ((bit(old, 17) || bit(new, 17)) && (bits(d, 12, 11) != 0 || bit(d, 39)));
    bool env = access || bits(d, 14, 13) != 0 || bits(d, 10, 9) != 0 || bits(d, 22, 20) != 0;
    prove(((effect & CSR_EFFECT_IRQ) != 0) == (bit(d, 1) || bit(d, 3)));
    prove(((effect & CSR_EFFECT_XLATE) != 0) == access);
    prove(((effect & CSR_EFFECT_ENV) != 0) == env);
}

static inline void write_case(bool pmp)
{
    struct isa isa = isa_any();
    const struct hart before = hart_any(&isa);
    struct after a = {.h = before, .expected = before};
    uint64_t v = any();
    unsigned which = PROVING ? (unsigned)any() : any_csr(pmp), tried = 0;

    /* a branch for each row of csr.def */
#define CSR(num, name, field, ext_, ...)                                                           \
    if (is_pmp(num) == pmp && which == (num) && isa_has(&isa, EXT_##ext_)) {                       \
        write_row(&a, num, v);                                                                     \
        tried++;                                                                                   \
    }
#include "spec/csr.def"
#undef CSR
    if (tried == 0) {
        return;
    }
    prove(tried == 1);
    prove(hart_equal(&a.h, &a.expected));
    prove(hart_is_legal(&a.h));
    bool changed = !hart_equal(&a.h, &before);
    if (a.h.mstatus != before.mstatus && which == CSR_mstatus) {
        prove((a.effect & ~a.effect_of_row) == 0); /* by what has changed: below */
        prove_mstatus_effect(before.mstatus, a.h.mstatus, a.effect);
    } else if (changed && (a.effect_of_row & CSR_EFFECT_PMP) != 0 && a.effect == CSR_EFFECT_NONE) {
        unsigned i = any_below(PMP_MAX); /* an address that no entry goes by */
        struct mem_range was = pmp_match(&before, i), is = pmp_match(&a.h, i);
        prove(was.base == is.base && was.size == is.size && before.pmpcfg[i] == a.h.pmpcfg[i]);
    } else {
        prove(a.effect == (changed ? a.effect_of_row : CSR_EFFECT_NONE));
    }
    reached();
}

#endif
