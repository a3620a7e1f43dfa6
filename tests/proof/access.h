/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may access which CSR, by the numbers: which exist, and for each mode what stands in the way.
 * Machine chapter, "CSR Address Mapping Conventions", "mcounteren", "mstatus.TVM"; supervisor
 * chapter, "scounteren"; hypervisor chapter, "Trap Cause Codes", "hcounteren", "hstatus"; Sstc;
 * Smstateen; AIA, "CSRs", "Virtual instruction exceptions", "hvictl". For a hart with GEILEN = 0
 * whose IMSIC registers, if any, are not the model's.
 */
#ifndef TESTS_PROOF_ACCESS_H
#define TESTS_PROOF_ACCESS_H

#include "csr_spec.h"

enum { MAY, ILLEGAL, VIRTUAL };

static inline bool in(unsigned num, unsigned first, unsigned last)
{
    return num >= first && num <= last;
}

/* The extension that a number belongs to, or -1 if there is no such register. */
static inline int spec_extension(unsigned n)
{
    if (in(n, 0xc00, 0xc1f) || n == 0xb00 || in(n, 0xb02, 0xb1f) || in(n, 0x323, 0x33f)) {
        return EXT_NONE; /* counters */
    }
    if (n == 0x320) {
        return EXT_COUNTINHIBIT;
    }
    if (n == 0x100 || in(n, 0x104, 0x106) || in(n, 0x140, 0x144) || n == 0x180) {
        return EXT_NONE; /* supervisor */
    }
    if (n == 0x200 || n == 0x204 || n == 0x205 || in(n, 0x240, 0x244) || n == 0x280) {
        return EXT_H; /* virtual supervisor */
    }
    if (n == 0x600 || in(n, 0x602, 0x607) || n == 0x60a || in(n, 0x643, 0x645) || n == 0x64a ||
        n == 0x680 || n == 0xe12 || n == 0x34a || n == 0x34b) {
        return EXT_H; /* hypervisor */
    }
    if (in(n, 0x300, 0x306) || in(n, 0x340, 0x344) || in(n, 0xf11, 0xf15) || n == 0x3a0 ||
        n == 0x3a2 || in(n, 0x3b0, 0x3bf) || in(n, 0x7a0, 0x7a3)) {
        return EXT_NONE; /* machine; tselect, tdata1 to tdata3 */
    }
    if (n == 0x10a || n == 0x30a) {
        return EXT_MENVCFG;
    }
    if (in(n, 0x10c, 0x10f) || in(n, 0x60c, 0x60f) || in(n, 0x30c, 0x30f)) {
        return EXT_SMSTATEEN;
    }
    if (n == 0x14d || n == 0x24d) {
        return EXT_SSTC;
    }
    if (n == 0xda0) {
        return EXT_SSCOFPMF;
    }
    if (in(n, 0x150, 0x151) || n == 0x15c || n == 0xdb0 || in(n, 0x250, 0x251) || n == 0x25c ||
        n == 0xeb0 || in(n, 0x608, 0x609) || in(n, 0x646, 0x647) || in(n, 0x308, 0x309) ||
        in(n, 0x350, 0x351) || n == 0x35c || n == 0xfb0) {
        return EXT_SMAIA;
    }
    return -1;
}

/* What a register's number is among. */
static inline bool is_counter(unsigned n)
{
    return in(n, 0xc00, 0xc1f);
}

static inline bool is_envcfg(unsigned n)
{
    return n == 0x10a || n == 0x60a;
}

static inline bool is_stateen(unsigned n)
{
    return in(n, 0x10c, 0x10f) || in(n, 0x60c, 0x60f);
}

static inline bool is_aia(unsigned n) /* "siph, sieh, stopi, hvien, hvictl, hviprio, vstopi" */
{
    return n == 0xdb0 || n == 0xeb0 || n == 0x608 || n == 0x609 || n == 0x646 || n == 0x647;
}

static inline bool is_indirect(unsigned n) /* siselect, sireg, vsiselect, vsireg */
{
    return n == 0x150 || n == 0x151 || n == 0x250 || n == 0x251;
}

static inline bool is_topei(unsigned n)
{
    return n == 0x15c || n == 0x25c;
}

static inline bool spec_mstateen(const struct hart *h, unsigned n, unsigned b)
{
    return !spec_has(h, EXT_SMSTATEEN) || bit(h->mstateen[n], b);
}

/* "a bit in an hstateen CSR is read-only zero where mstateen has zero" */
static inline bool spec_hstateen(const struct hart *h, unsigned n, unsigned b)
{
    return !spec_has(h, EXT_SMSTATEEN) || (bit(h->hstateen[n], b) && bit(h->mstateen[n], b));
}

/* Would HS-mode be let through by M, with mstatus.TVM = 0? (HS-qualified) */
static inline bool spec_m_lets(const struct hart *h, unsigned n)
{
    return !((is_counter(n) && !bit(h->mcounteren, n & 31)) ||
             ((n == 0x14d || n == 0x24d) && !(bit(h->mcounteren, 1) && bit(h->menvcfg, 63))) ||
             (is_envcfg(n) && !spec_mstateen(h, 0, 62)) ||
             (is_stateen(n) && !spec_mstateen(h, n & 3, 63)) ||
             (is_aia(n) && !spec_mstateen(h, 0, 59)) ||
             (is_indirect(n) && !spec_mstateen(h, 0, 60)) ||
             (is_topei(n) && spec_has(h, EXT_IMSIC) && !spec_mstateen(h, 0, 58)));
}

/* And by HS, for VS-mode? */
static inline bool spec_hs_lets(const struct hart *h, unsigned n, bool write)
{
    bool vti = bit(h->hvictl, 30);
    return !((is_counter(n) && !bit(h->hcounteren, n & 31)) ||
             (n == 0x14d && !(bit(h->hcounteren, 1) && bit(h->henvcfg, 63))) ||
             (n == 0x14d && write && vti) || ((n == 0x104 || n == 0x144) && vti) ||
             (n == 0x180 && bit(h->hstatus, 20)) || /* VTVM */
             (is_envcfg(n) && !spec_hstateen(h, 0, 62)) ||
             (is_stateen(n) && !spec_hstateen(h, n & 3, 63)) ||
             (is_aia(n) && !spec_hstateen(h, 0, 59)) || (n == 0x150 && !spec_hstateen(h, 0, 60)) ||
             n == 0x151 || n == 0x15c); /* VGEIN = 0: nothing is behind vsireg and vstopei */
}

/* sireg, mireg: the even registers of the iprio array are there; of vsireg and *topei nothing. */
static inline bool spec_behind(const struct hart *h, unsigned n)
{
    uint64_t select = n == 0x351 ? h->miselect : h->siselect;
    bool iprio = select >= 0x30 && select < 0x40 && select % 2 == 0;
    switch (n) {
    case 0x151:
        return iprio && (h->prv == 3 || spec_mstateen(h, 0, 59));
    case 0x351:
        return iprio;
    case 0x3a0:
    case 0x3a2:
        return h->isa->pmp_entries != 0;
    case 0x251:
    case 0x15c:
    case 0x25c:
    case 0x35c:
        return false;
    default:
        return !in(n, 0x3b0, 0x3bf) || h->isa->pmp_entries != 0;
    }
}

static inline int spec_access(const struct hart *h, unsigned n, bool write)
{
    int extension = spec_extension(n);
    unsigned level = (unsigned)bits(n, 9, 8);

    if (extension < 0 || !spec_has(h, (enum isa_ext)extension) || (write && bits(n, 11, 10) == 3)) {
        return ILLEGAL;
    }
    if (level == 2 && !spec_has(h, EXT_H)) {
        return ILLEGAL; /* what another extension adds to H */
    }
    if (h->prv == 3) {
        return spec_behind(h, n) ? MAY : ILLEGAL;
    }
    if (level == 3 || !spec_m_lets(h, n)) {
        return ILLEGAL;
    }
    if (h->v) {
        bool denied = level == 2 || (level == 1 && h->prv == 0) || !spec_hs_lets(h, n, write) ||
                      (is_counter(n) && h->prv == 0 && !bit(h->scounteren, n & 31));
        return denied ? VIRTUAL : MAY;
    }
    if (h->prv == 0) {
        return level == 0 && (!is_counter(n) || bit(h->scounteren, n & 31)) ? MAY : ILLEGAL;
    }
    if ((n == 0x180 || n == 0x680) && bit(h->mstatus, 20)) { /* TVM */
        return ILLEGAL;
    }
    return spec_behind(h, n) ? MAY : ILLEGAL;
}

/* With V=1 these mean the VS register of their kind. */
static inline unsigned spec_meant(const struct hart *h, unsigned n)
{
    bool matched = n == 0x100 || n == 0x104 || n == 0x105 || in(n, 0x140, 0x144) || n == 0x14d ||
                   n == 0x150 || n == 0x151 || n == 0x15c || n == 0x180 || n == 0xdb0;
    return h->v && matched ? n + 0x100 : n;
}

#endif
