/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/csr.c src/spec/csr_access.c src/spec/csr_env.c */
/* proof: src/spec/csr_irq.c src/spec/csr_status.c src/spec/interrupt.c src/spec/pmp.c */
/* proof: src/spec/board.c src/spec/csr_imsic.c */
/* cbmc: --unwind 34 --unwindset pmp_legalize.0:17 --object-bits 12 */
/* csr_write_any.h, for all but PMP's registers. */
#include "csr_write_any.h"

void prove_csr_write(void);
void prove_csr_write(void)
{
    write_case(false);
}
