/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/csr.c src/spec/csr_access.c src/spec/csr_env.c */
/* proof: src/spec/csr_irq.c src/spec/csr_status.c src/spec/interrupt.c src/spec/pmp.c */
/* proof: src/spec/board.c src/spec/csr_imsic.c */
/* cbmc: --unwind 34 --unwindset write_pmp_spec.0:17,read_pmp_spec.0:17,write_pmpcfg.0:9 */
/* cbmc: --unwindset pmp_legalize.0:17 --object-bits 12 */
/* csr_write_any.h, for PMP's registers. */
#include "csr_write_any.h"

void prove_csr_write_pmp(void);
void prove_csr_write_pmp(void)
{
    write_case(true);
}
