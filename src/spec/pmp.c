/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include "spec/csr_rules.h"
#include "spec/pmp.h"

#define PER_CSR 8u /* entries in one pmpcfg register */
#define NA4_LOG 2u /* pmpaddr counts four bytes */

/* The specification's G: the grain is 2^(G+2) bytes. */
static unsigned grain(const struct hart *h)
{
    return h->isa->pmp_grain > NA4_LOG ? h->isa->pmp_grain - NA4_LOG : 0;
}

static uint64_t matching(const struct hart *h, unsigned i)
{
    return h->pmpcfg[i] & PMP_A;
}

/* pmpaddr as it reads, which is also what matches: below the grain NAPOT has ones (but for the
 * highest of these bits), OFF and TOR have zeros. The field keeps all of it. */
static uint64_t address(const struct hart *h, unsigned i)
{
    uint64_t below = BIT(grain(h)) - 1;

    return matching(h, i) == PMP_NAPOT ? h->pmpaddr[i] | below >> 1 : h->pmpaddr[i] & ~below;
}

struct mem_range pmp_match(const struct hart *h, unsigned i)
{
    uint64_t below = BIT(grain(h)) - 1;
    uint64_t a = address(h, i);
    uint64_t bottom, ones;

    switch (matching(h, i)) {
    case PMP_TOR:
        bottom = i == 0 ? 0 : h->pmpaddr[i - 1] & ~below;
        a = max_u64(a, bottom);
        return (struct mem_range){bottom << NA4_LOG, (a - bottom) << NA4_LOG};
    case PMP_NA4:
        return (struct mem_range){a << NA4_LOG, BIT(NA4_LOG)};
    case PMP_NAPOT:
        ones = a ^ (a + 1); /* and the zero above them */
        return (struct mem_range){(a & ~ones) << NA4_LOG, (ones + 1) << NA4_LOG};
    default:
        return (struct mem_range){0, 0};
    }
}

static uint64_t right(enum access access)
{
    return access == ACCESS_LOAD ? PMP_R : access == ACCESS_STORE ? PMP_W : PMP_X;
}

bool pmp_allows(const struct hart *h, hpa_t pa, uint64_t len, enum access access, enum prv prv)
{
    uint64_t last = pa.a + len - 1 >= pa.a ? pa.a + len - 1 : ~UINT64_C(0);

    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        struct mem_range r = pmp_match(h, i);
        uint64_t cfg = h->pmpcfg[i];
        if (r.size == 0 || pa.a > r.base + (r.size - 1) || last < r.base) {
            continue;
        }
        if (pa.a < r.base || last > r.base + (r.size - 1)) {
            return false;
        }
        return (prv == PRV_M && (cfg & PMP_L) == 0) || (cfg & right(access)) != 0;
    }
    return prv == PRV_M || h->isa->pmp_entries == 0;
}

bool pmp_open(const struct hart *h, const struct mem_range *r)
{
    uint64_t last = r->base + (r->size - 1);

    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        struct mem_range m = pmp_match(h, i);
        uint64_t rw = PMP_R | PMP_W;
        if (m.size == 0 || r->base > m.base + (m.size - 1) || last < m.base) {
            continue;
        }
        return m.base <= r->base && m.base + (m.size - 1) >= last && (h->pmpcfg[i] & rw) == rw;
    }
    return h->isa->pmp_entries == 0;
}

/* pmpcfg0 holds the first entries, pmpcfg2 the next (RV64 has no odd ones). */
static unsigned first_of_cfg(const struct csr *c)
{
    return (c->num & 15) / 2 * PER_CSR;
}

uint64_t read_pmpcfg(const struct hart *h, const struct csr *c)
{
    uint64_t v;

    memcpy(&v, &h->pmpcfg[first_of_cfg(c)], sizeof v);
    return v;
}

/* What an unlocked entry makes of a byte: R = 0 with W = 1 is reserved, and then nothing is
 * granted; NA4 is not selectable with a larger grain. */
static uint8_t cfg_legal(const struct hart *h, uint64_t v)
{
    v &= PMP_L | PMP_A | PMP_X | PMP_W | PMP_R;
    if ((v & (PMP_R | PMP_W)) == PMP_W) {
        v &= ~(PMP_R | PMP_W | PMP_X);
    }
    if ((v & PMP_A) == PMP_NA4 && grain(h) != 0) {
        v &= ~PMP_A;
    }
    return (uint8_t)v;
}

unsigned write_pmpcfg(struct hart *h, const struct csr *c, uint64_t v)
{
    unsigned first = first_of_cfg(c);
    unsigned effect = CSR_EFFECT_NONE;

    for (unsigned i = first; i < first + PER_CSR && i < h->isa->pmp_entries; i++) {
        uint8_t cfg = cfg_legal(h, v >> 8 * (i - first));
        if ((h->pmpcfg[i] & PMP_L) == 0 && h->pmpcfg[i] != cfg) {
            h->pmpcfg[i] = cfg;
            effect = c->effect;
        }
    }
    return effect;
}

static unsigned entry_of_address(const struct csr *c)
{
    return (c->num - CSR_pmpaddr0) & (PMP_MAX - 1);
}

uint64_t read_pmpaddr(const struct hart *h, const struct csr *c)
{
    unsigned i = entry_of_address(c);

    return i < h->isa->pmp_entries ? address(h, i) : 0;
}

/* Is entry i there, and TOR? Its bottom is the address before. */
static bool is_tor(const struct hart *h, unsigned i)
{
    return i < h->isa->pmp_entries && matching(h, i) == PMP_TOR;
}

/* A locked entry locks its address, and its bottom. Nothing follows while no entry matches by it.
 */
unsigned write_pmpaddr(struct hart *h, const struct csr *c, uint64_t v)
{
    unsigned i = entry_of_address(c);
    bool bottom = is_tor(h, i + 1);

    if (i >= h->isa->pmp_entries || (h->pmpcfg[i] & PMP_L) != 0 ||
        (bottom && (h->pmpcfg[i + 1] & PMP_L) != 0)) {
        return CSR_EFFECT_NONE;
    }
    unsigned effect = matching(h, i) != PMP_OFF || bottom ? c->effect : CSR_EFFECT_NONE;
    return csr_assign(&h->pmpaddr[i], v, h->isa->ppn_mask << 10 | MASK(9, 0), effect);
}
