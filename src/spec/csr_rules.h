/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the CSR model: the read and write functions that csr.def names, and the access rules. */
#ifndef SPEC_CSR_RULES_H
#define SPEC_CSR_RULES_H

#include "spec/csr.h"
#include "spec/trap.h"

/* The rest of csr_find(), for what is not a plain access with V=0. c exists, and is not read-only
 * if write. */
enum csr_status csr_access(const struct hart *h, const struct csr *c, bool write,
                           const struct csr **out) must_check;

#define CSR_READ(name)  uint64_t name(const struct hart *h, const struct csr *c)
#define CSR_WRITE(name) unsigned name(struct hart *h, const struct csr *c, uint64_t v)

/* csr_status.c */
CSR_READ(read_mstatus);
CSR_READ(read_sstatus);
CSR_READ(read_vsstatus);
CSR_READ(read_misa);
CSR_WRITE(write_mstatus);
CSR_WRITE(write_sstatus);
CSR_WRITE(write_vsstatus);
CSR_WRITE(write_satp);
CSR_WRITE(write_vsatp);
CSR_WRITE(write_hgatp);

/* csr_env.c */
CSR_READ(read_time);
CSR_READ(read_scountovf);
CSR_READ(read_hstateen);
CSR_WRITE(write_counteren);
CSR_WRITE(write_mcountinhibit);
CSR_WRITE(write_menvcfg);
CSR_WRITE(write_henvcfg);
CSR_WRITE(write_senvcfg);
CSR_WRITE(write_mstateen);
CSR_WRITE(write_hstateen);
CSR_READ(read_id);
CSR_WRITE(write_medeleg);
CSR_WRITE(write_hpm);

/* csr_imsic.c */
CSR_READ(read_ireg);
CSR_READ(read_topei);
CSR_WRITE(write_ireg);
CSR_WRITE(write_topei);

/* pmp.c */
CSR_READ(read_pmpcfg);
CSR_READ(read_pmpaddr);
CSR_WRITE(write_pmpcfg);
CSR_WRITE(write_pmpaddr);

/* csr_irq.c */
CSR_READ(read_mip);
CSR_READ(read_mvip);
CSR_READ(read_sip);
CSR_READ(read_sie);
CSR_READ(read_hip);
CSR_READ(read_hie);
CSR_READ(read_vsip);
CSR_READ(read_vsie);
CSR_READ(read_mtopi);
CSR_READ(read_stopi);
CSR_READ(read_vstopi);
CSR_WRITE(write_mideleg);
CSR_WRITE(write_mie);
CSR_WRITE(write_mip);
CSR_WRITE(write_mvip);
CSR_WRITE(write_sip);
CSR_WRITE(write_sie);
CSR_WRITE(write_hip);
CSR_WRITE(write_hie);
CSR_WRITE(write_hvip);
CSR_WRITE(write_vsip);
CSR_WRITE(write_vsie);

#endif
