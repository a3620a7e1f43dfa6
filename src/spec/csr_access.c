/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may access which CSR. Three questions in turn: would it be legal in HS-mode with mstatus.TVM
 * = 0 (the access is "HS-qualified")? If not, it is illegal. With V=1, may the guest do it? If not,
 * cause 22. With V=0: TVM and scounteren. Hypervisor chapter, "Trap Cause Codes"; AIA, "Virtual
 * instruction exceptions".
 */
#include "spec/csr_rules.h"
#include "spec/imsic.h"

enum { LEVEL_U, LEVEL_S, LEVEL_H, LEVEL_M };

static unsigned csr_level(const struct csr *c)
{
    return (c->num >> 8) & 3;
}

static bool counter_enabled(uint64_t counteren, const struct csr *c)
{
    return (counteren & BIT(c->num & 31)) != 0;
}

/* Smstateen: does bit n of mstateenN let less privileged modes through? */
static bool mstateen_allows(const struct hart *h, unsigned n, uint64_t bit)
{
    return !isa_has(h->isa, EXT_SMSTATEEN) || (h->mstateen[n] & bit) != 0;
}

static bool hstateen_allows(const struct hart *h, unsigned n, uint64_t bit)
{
    return !isa_has(h->isa, EXT_SMSTATEEN) || (h->hstateen[n] & h->mstateen[n] & bit) != 0;
}

/* The part of HS-qualified that M-level controls decide. */
static bool machine_allows(const struct hart *h, const struct csr *c)
{
    switch (c->gate) {
    case GATE_COUNTER:
        return counter_enabled(h->mcounteren, c);
    case GATE_STIMECMP:
    case GATE_VSTIMECMP:
        return (h->menvcfg & ENVCFG_STCE) != 0 && (h->mcounteren & COUNTEREN_TM) != 0;
    case GATE_ENVCFG:
        return mstateen_allows(h, 0, STATEEN_ENVCFG);
    case GATE_STATEEN:
        return mstateen_allows(h, c->num & 3, STATEEN_SE);
    case GATE_AIA:
        return mstateen_allows(h, 0, STATEEN_AIA);
    case GATE_CSRIND:
    case GATE_SIREG:
        return mstateen_allows(h, 0, STATEEN_CSRIND);
    case GATE_STOPEI:
        return !isa_has(h->isa, EXT_IMSIC) || mstateen_allows(h, 0, STATEEN_IMSIC);
    default:
        return true;
    }
}

/* hcounteren, henvcfg, hstateen, VTVM, VTI: what HS lets VS-mode do (VU-mode: counters only). */
static bool hypervisor_allows(const struct hart *h, const struct csr *c, bool write)
{
    bool virtual_trap = (h->hvictl & HVICTL_VTI) != 0;
    switch (c->gate) {
    case GATE_COUNTER:
        return counter_enabled(h->hcounteren, c);
    case GATE_STIMECMP:
        return (h->henvcfg & ENVCFG_STCE) != 0 && (h->hcounteren & COUNTEREN_TM) != 0 &&
               !(write && virtual_trap);
    case GATE_SATP:
        return (h->hstatus & HSTATUS_VTVM) == 0;
    case GATE_SIP:
        return !virtual_trap;
    case GATE_ENVCFG:
        return hstateen_allows(h, 0, STATEEN_ENVCFG);
    case GATE_STATEEN:
        return hstateen_allows(h, c->num & 3, STATEEN_SE);
    case GATE_AIA:
        return hstateen_allows(h, 0, STATEEN_AIA);
    case GATE_CSRIND:
        return hstateen_allows(h, 0, STATEEN_CSRIND);
    case GATE_SIREG:  /* vsiselect has nothing accessible while VGEIN = 0 */
    case GATE_STOPEI: /* VGEIN = 0: vstopei is not accessible */
        return false;
    default:
        return true;
    }
}

static bool has_file(const struct hart *h, const struct csr *c)
{
    bool m = c->num == CSR_mireg || c->num == CSR_mtopei;

    return (m ? h->isa->imsic_m : h->isa->imsic_s) != NULL;
}

/* Smstateen: for S-mode, of what M-mode has itself. */
static bool lets_s(const struct hart *h, const struct csr *c, uint64_t bit)
{
    return c->num == CSR_mireg || h->prv == PRV_M || mstateen_allows(h, 0, bit);
}

/*
 * AIA: what siselect or miselect names. The even registers of the iprio array, all read-only zero,
 * and those of an interrupt file if there is one: eip and eie at even numbers. vsireg and vstopei
 * have nothing while VGEIN = 0.
 */
static bool indirect_exists(const struct hart *h, const struct csr *c)
{
    if (c->num == CSR_vstopei || c->num == CSR_vsireg) {
        return false;
    }
    if (c->gate == GATE_STOPEI) {
        return has_file(h, c);
    }
    uint64_t select = c->num == CSR_mireg ? h->miselect : h->siselect;
    if (select >= 0x30 && select <= 0x3f) {
        return (select & 1) == 0 && lets_s(h, c, STATEEN_AIA);
    }
    return select >= IMSIC_EIDELIVERY && select <= IMSIC_LAST &&
           (select < IMSIC_EIP0 || (select & 1) == 0) && has_file(h, c) &&
           lets_s(h, c, STATEEN_IMSIC);
}

/* V=0, S- or U-mode or M-mode, HS-qualified. */
static bool allowed_here(const struct hart *h, const struct csr *c)
{
    switch (c->gate) {
    case GATE_COUNTER:
        return h->prv != PRV_U || counter_enabled(h->scounteren, c);
    case GATE_SATP:
    case GATE_HGATP:
        return h->prv == PRV_M || (h->mstatus & STATUS_TVM) == 0;
    case GATE_SIREG:
    case GATE_STOPEI:
        return indirect_exists(h, c);
    case GATE_PMP:
        return h->isa->pmp_entries != 0;
    default:
        return true;
    }
}

static enum csr_status access_virtual(const struct hart *h, const struct csr *c, bool write,
                                      const struct csr **out)
{
    unsigned level = csr_level(c);
    if (level == LEVEL_H || (level == LEVEL_S && h->prv == PRV_U) ||
        !hypervisor_allows(h, c, write)) {
        return CSR_STATUS_VIRTUAL;
    }
    if (c->gate == GATE_COUNTER && h->prv == PRV_U && !counter_enabled(h->scounteren, c)) {
        return CSR_STATUS_VIRTUAL;
    }
    *out = c->has_vs ? csr_row(c->num + 0x100u) : c;
    return CSR_OK;
}

enum csr_status csr_access(const struct hart *h, const struct csr *c, bool write,
                           const struct csr **out)
{
    unsigned level = csr_level(c);
    unsigned rank = h->prv == PRV_S ? LEVEL_H : h->prv;
    if ((h->prv != PRV_M && (level == LEVEL_M || !machine_allows(h, c))) ||
        (level == LEVEL_H && !isa_has(h->isa, EXT_H))) {
        return CSR_STATUS_ILLEGAL;
    }
    if (h->v) {
        return access_virtual(h, c, write, out);
    }
    *out = c;
    return level <= rank && allowed_here(h, c) ? CSR_OK : CSR_STATUS_ILLEGAL;
}
