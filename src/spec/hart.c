/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "spec/hart.h"

void hart_reset(struct hart *h, const struct isa *isa, uint64_t hartid)
{
    memset(h, 0, sizeof *h);
    h->isa = isa;
    h->hartid = hartid;
    h->prv = PRV_M;
    h->walk_quick = isa->pmp_entries == 0;
    h->mstatus = FIELD_PUT(STATUS_SXL, UXL_64) | FIELD_PUT(STATUS_UXL, UXL_64);
    h->vsstatus = FIELD_PUT(STATUS_UXL, UXL_64);
    h->hstatus = FIELD_PUT(HSTATUS_VSXL, UXL_64);
    h->mideleg = (IRQS_S & ~isa->mideleg) | (isa_has(isa, EXT_H) ? IRQS_VS : 0);
}

void hart_enter_s(struct hart *h, uint64_t pc, uint64_t a0, uint64_t a1)
{
    const struct isa *isa = h->isa;
    h->prv = PRV_S;
    h->v = 0;
    h->pc = pc;
    h->x[10] = a0;
    h->x[11] = a1;
    h->medeleg = isa_medeleg(isa) & ~BIT(CAUSE_ECALL_HS);
    h->mideleg |= IRQS_S | (isa_has(isa, EXT_SSCOFPMF) ? BIT(IRQ_LCOFI) : 0);
    h->mcounteren = isa->counteren;
    h->menvcfg = isa->menvcfg & ~ENVCFG_FIOM;
    h->stimecmp = ~UINT64_C(0);
    for (unsigned n = 0; n < ARRAY_LEN(h->mstateen); n++) {
        h->mstateen[n] = STATEEN_SE;
    }
    h->mstateen[0] |= STATEEN_ENVCFG;
    h->mstateen[0] |= isa_has(isa, EXT_SMAIA) ? STATEEN_CSRIND | STATEEN_AIA : 0;
    h->mstateen[0] |= isa_has(isa, EXT_IMSIC) ? STATEEN_IMSIC : 0;
}
