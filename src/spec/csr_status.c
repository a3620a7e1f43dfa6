/* SPDX-License-Identifier: BSD-2-Clause */
/* mstatus, sstatus, vsstatus; satp, vsatp, hgatp; misa. */
#include "spec/csr_rules.h"

#define SSTATUS_VISIBLE STATUS_VISIBLE
#define MSTATUS_CONTROL                                                                            \
    (SSTATUS_CONTROL | STATUS_MIE | STATUS_MPIE | STATUS_MPP | STATUS_MPRV | STATUS_TVM |          \
     STATUS_TW | STATUS_TSR | STATUS_GVA | STATUS_MPV)

uint64_t read_mstatus(const struct hart *h, const struct csr *c)
{
    (void)c;
    return status_with_sd(h->mstatus);
}

uint64_t read_sstatus(const struct hart *h, const struct csr *c)
{
    (void)c;
    return status_with_sd(h->mstatus & SSTATUS_VISIBLE);
}

uint64_t read_vsstatus(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_vsstatus(h);
}

/* What of the virtual machine changes with these bits of mstatus: much less than all for the
 * commonest writes, of MIE, MPIE and MPP. */
static unsigned mstatus_effect(uint64_t old, uint64_t new)
{
    uint64_t changed = old ^ new;
    uint64_t access = STATUS_MPRV | STATUS_SUM | STATUS_MXR;
    unsigned effect = (changed & (STATUS_SIE | STATUS_MIE)) != 0 ? CSR_EFFECT_IRQ : 0;

    if (((old | new) & STATUS_MPRV) != 0) {
        access |= STATUS_MPP | STATUS_MPV;
    }
    if ((changed & access) != 0) {
        effect |= CSR_EFFECT_XLATE | CSR_EFFECT_ENV;
    }
    if ((changed & (STATUS_FS | STATUS_VS | STATUS_TVM | STATUS_TW | STATUS_TSR)) != 0) {
        effect |= CSR_EFFECT_ENV;
    }
    return effect;
}

/* MPP is WARL: 2 leaves it as it was. GVA and MPV are H's. */
unsigned hart_mstatus_write(struct hart *h, uint64_t v)
{
    uint64_t old = h->mstatus;
    uint64_t mask = MSTATUS_CONTROL | hart_units(h);

    if (FIELD_GET(STATUS_MPP, v) == 2) {
        mask &= ~STATUS_MPP;
    }
    if (!isa_has(h->isa, EXT_H)) {
        mask &= ~(STATUS_GVA | STATUS_MPV);
    }
    (void)csr_assign(&h->mstatus, v, mask, 0);
    return mstatus_effect(old, h->mstatus);
}

unsigned write_mstatus(struct hart *h, const struct csr *c, uint64_t v)
{
    (void)c;
    return hart_mstatus_write(h, v);
}

unsigned write_sstatus(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mstatus, v, hart_sstatus_writable(h), c->effect);
}

unsigned write_vsstatus(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->vsstatus, v, hart_sstatus_writable(h), c->effect);
}

void hart_dirty(struct hart *h, uint64_t field)
{
    h->mstatus |= field;
    if (h->v) {
        h->vsstatus |= field;
    }
}

uint64_t read_misa(const struct hart *h, const struct csr *c)
{
    (void)c;
    return h->isa->misa;
}

static uint64_t asid_field(uint64_t mask)
{
    return FIELD_PUT(SATP_ASID, mask);
}

/* A write with an unsupported MODE has no effect. */
unsigned write_satp(struct hart *h, const struct csr *c, uint64_t v)
{
    if ((h->isa->satp_modes & BIT(FIELD_GET(ATP_MODE, v))) == 0) {
        return CSR_EFFECT_NONE;
    }
    uint64_t fields = ATP_MODE | asid_field(h->isa->asid_mask) | (ATP_PPN & h->isa->ppn_mask);
    return csr_assign(&h->satp, v, fields, c->effect);
}

/* Likewise, required with V=1 and allowed with V=0. The PPN is a guest-physical one: all bits. */
unsigned write_vsatp(struct hart *h, const struct csr *c, uint64_t v)
{
    if ((h->isa->satp_modes & BIT(FIELD_GET(ATP_MODE, v))) == 0) {
        return CSR_EFFECT_NONE;
    }
    return csr_assign(&h->vsatp, v, ATP_MODE | asid_field(h->isa->asid_mask) | ATP_PPN, c->effect);
}

/* Each field is WARL by itself: an unsupported MODE keeps the old one, the rest is written.
 * PPN[1:0] are zero. */
unsigned write_hgatp(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t fields =
        FIELD_PUT(HGATP_VMID, h->isa->vmid_mask) | (ATP_PPN & h->isa->ppn_mask & ~UINT64_C(3));
    if ((h->isa->hgatp_modes & BIT(FIELD_GET(ATP_MODE, v))) != 0) {
        fields |= ATP_MODE;
    }
    return csr_assign(&h->hgatp, v, fields, c->effect);
}
