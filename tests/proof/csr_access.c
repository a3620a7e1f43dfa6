/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/csr.c src/spec/csr_access.c src/spec/csr_env.c */
/* proof: src/spec/csr_irq.c src/spec/csr_status.c src/spec/interrupt.c src/spec/pmp.c */
/* proof: src/spec/board.c src/spec/csr_imsic.c */
/* Whether an access is legal, illegal or virtual, and which register it reaches: for each of the
 * 4096 numbers, read or written, in each mode of every hart in any legal state. */
#include "access.h"
#include "hart_any.h"

static unsigned any_number(void)
{
    static const uint16_t listed[] = {
#define CSR(num, ...) num,
#include "spec/csr.def"
#undef CSR
    };
    if (!PROVING && any_bool()) { /* else hardly any random number is a register's */
        return listed[any_below((unsigned)ARRAY_LEN(listed))];
    }
    return any_below(4096);
}

void prove_csr_access(void);
void prove_csr_access(void)
{
    struct isa isa = isa_any();
    struct hart h = hart_any(&isa);
    unsigned num = any_number();
    bool write = any_bool();
    const struct csr *c = NULL;
    int wanted = spec_access(&h, num, write);
    enum csr_status status = csr_find(&h, num, write, &c);

    prove((status == CSR_STATUS_ILLEGAL) == (wanted == ILLEGAL));
    prove((status == CSR_STATUS_VIRTUAL) == (wanted == VIRTUAL));
    if (status != CSR_OK) {
        reached();
        return;
    }
    prove(c->num == spec_meant(&h, num));
    prove(csr_row(num) != NULL);
    reached();
}
