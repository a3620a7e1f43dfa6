/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters and their enables, menvcfg and its kind, state enables, medeleg. */
#include "spec/csr_rules.h"

uint64_t read_time(const struct hart *h, const struct csr *c)
{
    (void)c;
    return h->v ? h->time + h->htimedelta : h->time;
}

/* Sscofpmf: OF of each mhpmevent, where mcounteren (and with V=1 hcounteren) has its bit set. */
uint64_t read_scountovf(const struct hart *h, const struct csr *c)
{
    uint64_t enabled = h->prv == PRV_M ? ~UINT64_C(0) : h->mcounteren;
    uint64_t overflowed = 0;
    (void)c;
    for (unsigned n = 3; n < ARRAY_LEN(h->mhpmevent); n++) {
        overflowed |= (h->mhpmevent[n] >> 63) << n;
    }
    return overflowed & enabled & (h->v ? h->hcounteren : ~UINT64_C(0));
}

unsigned write_counteren(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(csr_field(h, c), v, h->isa->counteren, c->effect);
}

unsigned write_mcountinhibit(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mcountinhibit, v, COUNTEREN_CY | COUNTEREN_IR | h->isa->hpm, c->effect);
}

/* mhpmcounterN, mhpmeventN: "a legal implementation is to make both ... read-only 0". */
unsigned write_hpm(struct hart *h, const struct csr *c, uint64_t v)
{
    bool there = (h->isa->hpm >> (c->num & 31) & 1) != 0;
    return csr_assign(csr_field(h, c), v, there ? ~UINT64_C(0) : 0, c->effect);
}

#define ENVCFG_USER (ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE)
#define ENVCFG_SHARE                                                                               \
    (ENVCFG_STCE | ENVCFG_PBMTE | ENVCFG_ADUE) /* zero in henvcfg where menvcfg has zero */

/* The bits of an envcfg that the hart has, without CBIE if it would get its reserved encoding. */
static uint64_t envcfg_fields(const struct hart *h, uint64_t v)
{
    uint64_t fields = h->isa->menvcfg | ENVCFG_FIOM;
    return FIELD_GET(ENVCFG_CBIE, v) == 2 ? fields & ~ENVCFG_CBIE : fields;
}

unsigned write_menvcfg(struct hart *h, const struct csr *c, uint64_t v)
{
    unsigned effect = csr_assign(&h->menvcfg, v, envcfg_fields(h, v), c->effect);
    h->henvcfg &= h->menvcfg | ~ENVCFG_SHARE;
    return effect;
}

unsigned write_henvcfg(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t fields = envcfg_fields(h, v) & (ENVCFG_USER | (ENVCFG_SHARE & h->menvcfg));
    return csr_assign(&h->henvcfg, v, fields, c->effect);
}

unsigned write_senvcfg(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->senvcfg, v, envcfg_fields(h, v) & ENVCFG_USER, c->effect);
}

/* Smstateen: the bits of mstateenN and hstateenN that control state which the hart has. No sstateen
 * bit does. */
static uint64_t stateen_fields(const struct hart *h, unsigned n)
{
    uint64_t fields = STATEEN_SE;
    if (n == 0) {
        fields |= STATEEN_ENVCFG;
        fields |= isa_has(h->isa, EXT_SMAIA) ? STATEEN_CSRIND | STATEEN_AIA : 0;
        fields |= isa_has(h->isa, EXT_IMSIC) ? STATEEN_IMSIC : 0;
    }
    return fields;
}

unsigned write_mstateen(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(csr_field(h, c), v, stateen_fields(h, c->num & 3), c->effect);
}

/* Zero in mstateen: read-only zero in hstateen. */
uint64_t read_hstateen(const struct hart *h, const struct csr *c)
{
    return csr_field_value(h, c) & h->mstateen[c->num & 3];
}

unsigned write_hstateen(struct hart *h, const struct csr *c, uint64_t v)
{
    unsigned n = c->num & 3;
    return csr_assign(csr_field(h, c), v, stateen_fields(h, n) & h->mstateen[n], c->effect);
}

unsigned write_medeleg(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->medeleg, v, isa_medeleg(h->isa), c->effect);
}

/* mvendorid, marchid, mimpid */
uint64_t read_id(const struct hart *h, const struct csr *c)
{
    return c->num == CSR_mvendorid ? h->isa->mvendorid
           : c->num == CSR_marchid ? h->isa->marchid
                                   : h->isa->mimpid;
}
