/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt registers: views of mip, mie, hvip, hideleg and the AIA's virtual interrupts.
 *
 *   mie   one register; sie shows mideleg's bits of it, hie those of the VS-level, vsie hie's where
 * hideleg has ones, shifted sip   mip's bits that mideleg delegates; mvip's where only mvien is set
 * (AIA) vsip  hip's bits that hideleg delegates, shifted; hvip's local interrupts where only hvien
 * is set (AIA)
 */
#include "spec/csr_rules.h"

#define SSIP  BIT(IRQ_SSI)
#define STIP  BIT(IRQ_STI)
#define SEIP  BIT(IRQ_SEI)
#define LOCAL BIT(IRQ_LCOFI)

static uint64_t lcofi(const struct hart *h)
{
    return isa_has(h->isa, EXT_SSCOFPMF) ? LOCAL : 0;
}

/* Bits of sip and sie that are mvip's and sie's own: not delegated, but enabled in mvien. */
static uint64_t mvien_only(const struct hart *h)
{
    return h->mvien & ~h->mideleg;
}

/* What hideleg hands to VS, as bits of hip and hie. */
static uint64_t vs_delegated(const struct hart *h)
{
    return h->hideleg & IRQS_VS;
}

/* H's bits of mie and mip. */
static uint64_t vs_level(const struct hart *h)
{
    return isa_has(h->isa, EXT_H) ? IRQS_VS : 0;
}

uint64_t read_mip(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_mip(h);
}

/* STIP is stimecmp's while menvcfg.STCE = 1; with mvien.SEI = 1 SEIP is the wire alone. */
unsigned write_mip(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t mask = SSIP | lcofi(h);
    mask |= (h->menvcfg & ENVCFG_STCE) ? 0 : STIP;
    mask |= (h->mvien & SEIP) ? 0 : SEIP;
    return csr_assign(&h->mip, v, mask, c->effect) |
           csr_assign(&h->hvip, v, vs_level(h) & BIT(IRQ_VSSI), c->effect);
}

/*
 * AIA, "Interrupt filtering and virtual interrupts for supervisor level": bits 1 and 9 of mvip are
 * those of mip unless mvien has them; bit 5 is mip's where that is writable. SEIP's software bit is
 * kept in mip either way.
 */
uint64_t read_mvip(const struct hart *h, const struct csr *c)
{
    uint64_t stip = (h->menvcfg & ENVCFG_STCE) ? 0 : STIP;
    uint64_t aliases = SEIP | stip | (~h->mvien & SSIP);
    (void)c;
    return (h->mip & aliases) | (h->mvip & ((h->mvien & SSIP) | LOCAL));
}

unsigned write_mvip(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t stip = (h->menvcfg & ENVCFG_STCE) ? 0 : STIP;
    uint64_t aliases = SEIP | stip | (~h->mvien & SSIP);
    return csr_assign(&h->mip, v, aliases, c->effect) |
           csr_assign(&h->mvip, v, (h->mvien & SSIP) | LOCAL, c->effect);
}

uint64_t read_sip(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_sip(h);
}

/* SSIP and LCOFIP are writable, in mip or in mvip. */
unsigned write_sip(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mip, v, (SSIP | lcofi(h)) & h->mideleg, c->effect) |
           csr_assign(&h->mvip, v, (SSIP | LOCAL) & mvien_only(h), c->effect);
}

uint64_t read_sie(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_sie(h);
}

unsigned write_sie(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t real = (IRQS_S | lcofi(h)) & h->mideleg;
    return csr_assign(&h->mie, v, real, c->effect) |
           csr_assign(&h->sie_aia, v, mvien_only(h), c->effect);
}

uint64_t read_hip(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_hip(h);
}

/* VSSIP is an alias of hvip's; the others are read-only. */
unsigned write_hip(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->hvip, v, BIT(IRQ_VSSI), c->effect);
}

/* SGEI never becomes pending (GEILEN = 0): read-only zero. */
uint64_t read_hie(const struct hart *h, const struct csr *c)
{
    (void)c;
    return h->mie & IRQS_VS;
}

unsigned write_hie(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mie, v, IRQS_VS, c->effect);
}

unsigned write_hvip(struct hart *h, const struct csr *c, uint64_t v)
{
    return hart_hvip_write(h, v) ? c->effect : CSR_EFFECT_NONE;
}

uint64_t read_vsip(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_vsip(h);
}

unsigned write_vsip(struct hart *h, const struct csr *c, uint64_t v)
{
    uint64_t software = BIT(IRQ_VSSI) & vs_delegated(h);
    return csr_assign(&h->hvip, v << 1, software, c->effect) |
           csr_assign(&h->hvip, v, h->hvien, c->effect);
}

uint64_t read_vsie(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_vsie(h);
}

unsigned write_vsie(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mie, v << 1, vs_delegated(h), c->effect) |
           csr_assign(&h->vsie_aia, v, h->hvien, c->effect);
}

uint64_t read_mtopi(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_mtopi(h);
}

uint64_t read_stopi(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_stopi(h);
}

uint64_t read_vstopi(const struct hart *h, const struct csr *c)
{
    (void)c;
    return hart_vstopi(h);
}

/* VS-level interrupts are delegated past M-mode: read-only one (hypervisor chapter, "mideleg");
 * the S-level ones too, where the hart has it so ("may do so for lower-level interrupts"). */
unsigned write_mideleg(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mideleg, v, h->isa->mideleg & (IRQS_S | lcofi(h)), c->effect);
}

unsigned write_mie(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(&h->mie, v, IRQS_M | IRQS_S | vs_level(h) | lcofi(h), c->effect);
}
