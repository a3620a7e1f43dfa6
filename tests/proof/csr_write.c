/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/csr.c src/spec/csr_access.c src/spec/csr_env.c */
/* proof: src/spec/csr_irq.c src/spec/csr_status.c src/spec/interrupt.c src/spec/pmp.c */
/* proof: src/spec/board.c src/spec/csr_imsic.c */
/* cbmc: --unwind 34 --unwindset write_pmp_spec.0:17,read_pmp_spec.0:17,write_pmpcfg.0:9 */
/* cbmc: --unwindset pmp_legalize.0:17 --object-bits 12 */
/* parts: 9 */
/*
 * Writing any value to any CSR of any hart in any legal state leaves exactly the state that the
 * specification says: the register's own bits and nothing else, and all of it legal. What a read
 * gives is what the specification says of that state, so that what was written reads back by WARL.
 * The effects say whether anything changed.
 */
#include "csr_spec.h"
#include "hart_any.h"
#include "spec/pmp.h"

/* The prover takes the numbers in parts, one after the other; a test takes all. */
#ifdef PART
#define OF_PART(num) ((num) >= part_from[PART] && (num) < part_from[PART + 1])
static const uint16_t part_from[PARTS + 1] = {0,     0x200, 0x300, 0x304, 0x30c,
                                              0x340, 0x3a0, 0x3f0, 0xb00, 0x1000};
#else
#define OF_PART(num) true
#endif

/* Any row's number, for tests. */
static unsigned any_csr(void)
{
    static const uint16_t num[] = {
#define CSR(num, ...) num,
#include "spec/csr.def"
#undef CSR
    };
    return num[any_below((unsigned)ARRAY_LEN(num))];
}

struct after {
    struct hart h, expected;
    unsigned effect, effect_of_row;
};

static void write_row(struct after *a, unsigned num, uint64_t v)
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
static void prove_mstatus_effect(uint64_t old, uint64_t new, unsigned effect)
{
    uint64_t d = old ^ new;
    bool access = bits(d, 19, 17) != 0 ||
                  ((bit(old, 17) || bit(new, 17)) && (bits(d, 12, 11) != 0 || bit(d, 39)));
    bool env = access || bits(d, 14, 13) != 0 || bits(d, 10, 9) != 0 || bits(d, 22, 20) != 0;
    prove(((effect & CSR_EFFECT_IRQ) != 0) == (bit(d, 1) || bit(d, 3)));
    prove(((effect & CSR_EFFECT_XLATE) != 0) == access);
    prove(((effect & CSR_EFFECT_ENV) != 0) == env);
}

void prove_csr_write(void);
void prove_csr_write(void)
{
    struct isa isa = isa_any();
    const struct hart before = hart_any(&isa);
    struct after a = {.h = before, .expected = before};
    uint64_t v = any();
    unsigned which = PROVING ? (unsigned)any() : any_csr(), tried = 0;

    /* a branch for each row of csr.def */
#define CSR(num, name, field, ext_, ...)                                                           \
    if (OF_PART(num) && which == (num) && isa_has(&isa, EXT_##ext_)) {                             \
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
