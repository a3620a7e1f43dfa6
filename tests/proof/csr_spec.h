/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What reading and writing each CSR does, bit by bit, by the numbers in the specification's
 * figures: the whole hart after a write, not only the register. For a hart with GEILEN = 0, without
 * big-endian modes and without S-level interrupt priorities.
 */
#ifndef TESTS_PROOF_CSR_SPEC_H
#define TESTS_PROOF_CSR_SPEC_H

#include "spec/csr.h"
#include "words.h"

/* Bits 1, 5, 9: S; 2, 6, 10: VS; 3, 7, 11: M; 13: LCOFI */
#define SSI_STI_SEI  UINT64_C(0x222)
#define VS_LEVEL     UINT64_C(0x444)
#define M_LEVEL      UINT64_C(0x888)
#define LOCAL_COUNT  UINT64_C(0x2000)
#define SSTATUS_FLAT UINT64_C(0xc0122) /* SIE SPIE SPP SUM MXR */

static inline bool spec_has(const struct hart *h, enum isa_ext e)
{
    return bit(h->isa->ext, e);
}

static inline void put_bits(uint64_t *field, uint64_t v, uint64_t mask)
{
    *field = (*field & ~mask) | (v & mask);
}

static inline uint64_t spec_lcofi(const struct hart *h)
{
    return spec_has(h, EXT_SSCOFPMF) ? LOCAL_COUNT : 0;
}

static inline uint64_t spec_units(const struct hart *h)
{
    return (spec_has(h, EXT_F) ? UINT64_C(3) << 13 : 0) |
           (spec_has(h, EXT_V) ? UINT64_C(3) << 9 : 0);
}

/* mip, bit by bit. */
static inline uint64_t spec_mip(const struct hart *h)
{
    bool stce = bit(h->menvcfg, 63);
    bool vs_timer = bit(h->henvcfg, 63) && h->time + h->htimedelta >= h->vstimecmp;
    uint64_t m = 0;
    m |= (uint64_t)bit(h->mip, 1) << 1;
    m |= (uint64_t)bit(h->hvip, 2) << 2;
    m |= (uint64_t)bit(h->line, 3) << 3;
    m |= (uint64_t)(stce ? h->time >= h->stimecmp : bit(h->mip, 5)) << 5;
    m |= (uint64_t)(bit(h->hvip, 6) || vs_timer) << 6;
    m |= (uint64_t)bit(h->line, 7) << 7;
    m |= (uint64_t)(bit(h->line, 9) || (bit(h->mip, 9) && !bit(h->mvien, 9))) << 9;
    m |= (uint64_t)bit(h->hvip, 10) << 10;
    m |= (uint64_t)bit(h->line, 11) << 11;
    m |= (uint64_t)bit(h->mip, 13) << 13;
    return m;
}

/* AIA: mvip. Bit 9 is the software-writable bit of SEIP, bit 5 that of STIP if there is one. */
static inline uint64_t spec_mvip(const struct hart *h)
{
    uint64_t m = 0;
    m |= (uint64_t)(bit(h->mvien, 1) ? bit(h->mvip, 1) : bit(h->mip, 1)) << 1;
    m |= (uint64_t)(!bit(h->menvcfg, 63) && bit(h->mip, 5)) << 5;
    m |= (uint64_t)bit(h->mip, 9) << 9;
    m |= (uint64_t)bit(h->mvip, 13) << 13;
    return m;
}

/* sip and sie: delegated bits are mip's and mie's; else, where mvien has a one, their own. */
static inline uint64_t spec_s_view(const struct hart *h, uint64_t real, uint64_t own)
{
    uint64_t v = 0;
    for (unsigned n = 1; n <= 13; n += 4) {
        v |= (uint64_t)(bit(h->mideleg, n) ? bit(real, n) : bit(h->mvien, n) && bit(own, n)) << n;
    }
    return v;
}

/* vsip and vsie: bits 2, 6, 10 seen as 1, 5, 9 where hideleg has a one; 13 where hvien has. */
static inline uint64_t spec_vs_view(const struct hart *h, uint64_t real, uint64_t own)
{
    uint64_t v = 0;
    for (unsigned n = 1; n <= 9; n += 4) {
        v |= (uint64_t)(bit(h->hideleg, n + 1) && bit(real, n + 1)) << n;
    }
    return v | (uint64_t)(bit(h->hvien, 13) && bit(own, 13)) << 13;
}

static inline uint64_t spec_sip(const struct hart *h)
{
    return spec_s_view(h, spec_mip(h), spec_mvip(h));
}

static inline uint64_t spec_sie(const struct hart *h)
{
    return spec_s_view(h, h->mie, h->sie_aia);
}

static inline uint64_t spec_vsip(const struct hart *h)
{
    return spec_vs_view(h, spec_mip(h), h->hvip);
}

static inline uint64_t spec_vsie(const struct hart *h)
{
    return spec_vs_view(h, h->mie, h->vsie_aia);
}

static inline uint64_t spec_with_sd(uint64_t s)
{
    return with_bits(s, 63, 63, bits(s, 14, 13) == 3 || bits(s, 10, 9) == 3);
}

/* SIE SPIE SPP VS FS SUM MXR UXL SD of a status register. */
static inline uint64_t spec_s_status(uint64_t s)
{
    return spec_with_sd(s & (SSTATUS_FLAT | UINT64_C(0x6600) | UINT64_C(3) << 32));
}

static inline void write_mip_spec(struct hart *h, uint64_t v)
{
    put_bits(&h->mip, v, 0x2 | spec_lcofi(h));
    if (!bit(h->menvcfg, 63)) {
        put_bits(&h->mip, v, 0x20);
    }
    if (!bit(h->mvien, 9)) {
        put_bits(&h->mip, v, 0x200);
    }
    put_bits(&h->hvip, v, spec_has(h, EXT_H) ? 0x4 : 0); /* VSSIP is hvip's */
}

static inline void write_mvip_spec(struct hart *h, uint64_t v)
{
    put_bits(bit(h->mvien, 1) ? &h->mvip : &h->mip, v, 0x2);
    if (!bit(h->menvcfg, 63)) {
        put_bits(&h->mip, v, 0x20);
    }
    put_bits(&h->mip, v, 0x200);
    put_bits(&h->mvip, v, 0x2000);
}

/* SSIP and LCOFIP can be written; SEIP and STIP cannot. */
static inline void write_sip_spec(struct hart *h, uint64_t v)
{
    static const uint64_t writable[] = {0x2, 0x2000};
    for (unsigned i = 0; i < 2; i++) {
        if (h->mideleg & writable[i]) {
            put_bits(&h->mip, v, writable[i]);
        } else if (h->mvien & writable[i]) {
            put_bits(&h->mvip, v, writable[i]);
        }
    }
}

static inline void write_sie_spec(struct hart *h, uint64_t v)
{
    put_bits(&h->mie, v, h->mideleg & (SSI_STI_SEI | spec_lcofi(h)));
    put_bits(&h->sie_aia, v, h->mvien & ~h->mideleg);
}

static inline void write_envcfg_spec(const struct hart *h, uint64_t *field, uint64_t v,
                                     uint64_t mask)
{
    mask &= h->isa->menvcfg | 1; /* FIOM is always there */
    if (bits(v, 5, 4) == 2) {
        mask &= ~UINT64_C(0x30); /* CBIE = 10 is reserved */
    }
    put_bits(field, v, mask);
}

static inline void write_atp_spec(unsigned modes, uint64_t *field, uint64_t v, uint64_t mask,
                                  bool all_or_nothing)
{
    bool supported = bit(modes, (unsigned)bits(v, 63, 60));
    if (supported) {
        put_bits(field, v, mask | UINT64_C(0xf) << 60);
    } else if (!all_or_nothing) {
        put_bits(field, v, mask);
    }
}

static inline uint64_t spec_stateen_mask(const struct hart *h, unsigned n)
{
    uint64_t m = UINT64_C(1) << 63;
    if (n == 0) {
        m |= UINT64_C(1) << 62;
        m |= spec_has(h, EXT_SMAIA) ? UINT64_C(3) << 59 : 0;
        m |= spec_has(h, EXT_IMSIC) ? UINT64_C(1) << 58 : 0;
    }
    return m;
}

/* "The R, W, and X fields form a collective WARL field"; 6:5 zero; NA4 "not selectable" if G >= 1.
 */
static inline uint8_t spec_pmpcfg(const struct hart *h, uint64_t v)
{
    bool reserved = bit(v, 1) && !bit(v, 0);
    bool na4 = bits(v, 4, 3) == 2 && h->isa->pmp_grain > 2;
    return (uint8_t)((bits(v, 7, 7) << 7) | (na4 ? 0 : bits(v, 4, 3) << 3) |
                     (reserved ? 0 : bits(v, 2, 0)));
}

static inline void write_pmp_spec(struct hart *h, unsigned num, uint64_t v)
{
    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        bool below_locked_tor = i + 1 < h->isa->pmp_entries && bit(h->pmpcfg[i + 1], 7) &&
                                bits(h->pmpcfg[i + 1], 4, 3) == 1;
        if (bit(h->pmpcfg[i], 7)) {
            continue;
        }
        if (num == (i < 8 ? 0x3a0 : 0x3a2)) {
            h->pmpcfg[i] = spec_pmpcfg(h, v >> 8 * (i % 8));
        } else if (num == 0x3b0 + i && !below_locked_tor) {
            put_bits(&h->pmpaddr[i], v, h->isa->ppn_mask << 10 | 0x3ff);
        }
    }
}

static inline uint64_t read_pmp_spec(const struct hart *h, unsigned num)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        unsigned g = h->isa->pmp_grain - 2u;
        if (num == (i < 8 ? 0x3a0 : 0x3a2)) {
            v |= (uint64_t)h->pmpcfg[i] << 8 * (i % 8);
        } else if (num == 0x3b0 + i && bit(h->pmpcfg[i], 4)) {
            v = h->pmpaddr[i] | (g >= 2 ? (UINT64_C(1) << (g - 1)) - 1 : 0);
        } else if (num == 0x3b0 + i) {
            v = h->pmpaddr[i] >> g << g;
        }
    }
    return v;
}

static inline void write_machine_spec(struct hart *h, unsigned num, uint64_t v)
{
    const struct isa *isa = h->isa;
    uint64_t mask, guests = UINT64_C(0xf00400); /* causes 10, 20 to 23 */
    switch (num) {
    case 0x300: /* SIE MIE SPIE MPIE SPP MPRV SUM MXR TVM TW TSR FS VS; MPP but 2; H: GVA MPV */
        mask = UINT64_C(0x7e01aa) | spec_units(h);
        mask |= spec_has(h, EXT_H) ? UINT64_C(3) << 38 : 0;
        mask |= bits(v, 12, 11) != 2 ? 0x1800 : 0;
        put_bits(&h->mstatus, v, mask);
        break;
    case 0x302: /* what the hart has; 10 and 20 to 23; never 11 */
        mask = spec_has(h, EXT_H) ? isa->medeleg | guests : isa->medeleg & ~guests;
        put_bits(&h->medeleg, v, mask & ~UINT64_C(0x800));
        break;
    case 0x303:
        put_bits(&h->mideleg, v, isa->mideleg & (SSI_STI_SEI | spec_lcofi(h)));
        break;
    case 0x304:
        put_bits(&h->mie, v, M_LEVEL | SSI_STI_SEI | spec_lcofi(h));
        put_bits(&h->mie, v, spec_has(h, EXT_H) ? VS_LEVEL : 0);
        break;
    case 0x305:
        put_bits(&h->mtvec, v, ~UINT64_C(2));
        break;
    case 0x306:
        put_bits(&h->mcounteren, v, isa->counteren);
        break;
    case 0x308:
        put_bits(&h->mvien, v, 0x2202);
        break;
    case 0x309:
        write_mvip_spec(h, v);
        break;
    case 0x30a:
        write_envcfg_spec(h, &h->menvcfg, v, ~UINT64_C(0));
        /* "if menvcfg.X is zero, henvcfg.X is read-only zero": ADUE, PBMTE, STCE */
        h->henvcfg &= ~(UINT64_C(7) << 61) | h->menvcfg;
        break;
    case 0x30c:
    case 0x30d:
    case 0x30e:
    case 0x30f:
        put_bits(&h->mstateen[num & 3], v, spec_stateen_mask(h, num & 3));
        break;
    case 0x320:
        put_bits(&h->mcountinhibit, v, 5 | isa->hpm); /* CY, IR, the others that there are */
        break;
    case 0x340:
        h->mscratch = v;
        break;
    case 0x341:
        put_bits(&h->mepc, v, ~UINT64_C(1));
        break;
    case 0x342:
        h->mcause = v;
        break;
    case 0x343:
        h->mtval = v;
        break;
    case 0x344:
        write_mip_spec(h, v);
        break;
    case 0x34a:
        h->mtinst = v;
        break;
    case 0x34b:
        h->mtval2 = v;
        break;
    case 0x350:
        put_bits(&h->miselect, v, 0x1ff);
        break;
    default:
        if (num >= 0x323 && num <= 0x33f) {
            put_bits(&h->mhpmevent[num & 31], v, bit(isa->hpm, num & 31) ? ~UINT64_C(0) : 0);
        } else if (num >= 0xb03 && num <= 0xb1f) {
            put_bits(&h->mhpmcounter[num & 31], v, bit(isa->hpm, num & 31) ? ~UINT64_C(0) : 0);
        } else if (num >= 0x3a0 && num <= 0x3ef) {
            write_pmp_spec(h, num, v);
        } else if (num == 0xb00 || num == 0xb02) {
            h->mhpmcounter[num & 31] = v;
        }
        break; /* all others are read-only */
    }
}

static inline void write_hypervisor_spec(struct hart *h, unsigned num, uint64_t v)
{
    const struct isa *isa = h->isa;
    uint64_t aia = spec_has(h, EXT_SMAIA) ? LOCAL_COUNT : 0;
    switch (num) {
    case 0x600: /* GVA SPV SPVP HU VTVM VTW VTSR */
        put_bits(&h->hstatus, v, 0x7003c0);
        break;
    case 0x602: /* 0 to 8, 12, 13, 15, 18, 19 */
        put_bits(&h->hedeleg, v, 0xcb1ff);
        break;
    case 0x603:
        put_bits(&h->hideleg, v, VS_LEVEL);
        break;
    case 0x604:
        put_bits(&h->mie, v, VS_LEVEL);
        break;
    case 0x605:
        h->htimedelta = v;
        break;
    case 0x606:
        put_bits(&h->hcounteren, v, isa->counteren);
        break;
    case 0x608:
        put_bits(&h->hvien, v, LOCAL_COUNT);
        break;
    case 0x609: /* VTI IID DPR IPRIOM IPRIO */
        put_bits(&h->hvictl, v, 0x4fff03ff);
        break;
    case 0x60a: /* FIOM CBIE CBCFE CBZE; ADUE PBMTE STCE if menvcfg has them */
        write_envcfg_spec(h, &h->henvcfg, v, 0xf1 | (h->menvcfg & UINT64_C(7) << 61));
        break;
    case 0x60c:
    case 0x60d:
    case 0x60e:
    case 0x60f: /* "read-only zero where mstateen has zero" */
        put_bits(&h->hstateen[num & 3], v, spec_stateen_mask(h, num & 3) & h->mstateen[num & 3]);
        break;
    case 0x643:
        h->htval = v;
        break;
    case 0x644:
        put_bits(&h->hvip, v, 0x4);
        break;
    case 0x645:
        put_bits(&h->hvip, v, VS_LEVEL | aia);
        break;
    case 0x646:
        put_bits(&h->hviprio1, v, UINT64_C(0xff00ff00ff00));
        break;
    case 0x64a:
        h->htinst = v;
        break;
    case 0x680:
        write_atp_spec(isa->hgatp_modes, &h->hgatp, v,
                       isa->vmid_mask << 44 | (isa->ppn_mask & ~UINT64_C(3)), false);
        break;
    default:
        break;
    }
}

static inline void write_virtual_spec(struct hart *h, unsigned num, uint64_t v)
{
    const struct isa *isa = h->isa;
    switch (num) {
    case 0x200:
        put_bits(&h->vsstatus, v, SSTATUS_FLAT | spec_units(h));
        break;
    case 0x204:
        put_bits(&h->mie, v << 1, VS_LEVEL & h->hideleg);
        put_bits(&h->vsie_aia, v, h->hvien & LOCAL_COUNT);
        break;
    case 0x205:
        put_bits(&h->vstvec, v, ~UINT64_C(2));
        break;
    case 0x240:
        h->vsscratch = v;
        break;
    case 0x241:
        put_bits(&h->vsepc, v, ~UINT64_C(1));
        break;
    case 0x242:
        h->vscause = v;
        break;
    case 0x243:
        h->vstval = v;
        break;
    case 0x244: /* SSIP, if delegated; LCOFIP of hvien */
        put_bits(&h->hvip, v << 1, 0x4 & h->hideleg);
        put_bits(&h->hvip, v, h->hvien & LOCAL_COUNT);
        break;
    case 0x24d:
        h->vstimecmp = v;
        break;
    case 0x250:
        put_bits(&h->vsiselect, v, 0x1ff);
        break;
    case 0x280:
        write_atp_spec(isa->satp_modes, &h->vsatp, v,
                       isa->asid_mask << 44 | UINT64_C(0xfffffffffff), true);
        break;
    default:
        break;
    }
}

static inline void write_supervisor_spec(struct hart *h, unsigned num, uint64_t v)
{
    const struct isa *isa = h->isa;
    switch (num) {
    case 0x100:
        put_bits(&h->mstatus, v, SSTATUS_FLAT | spec_units(h));
        break;
    case 0x104:
        write_sie_spec(h, v);
        break;
    case 0x105:
        put_bits(&h->stvec, v, ~UINT64_C(2));
        break;
    case 0x106:
        put_bits(&h->scounteren, v, isa->counteren);
        break;
    case 0x10a:
        write_envcfg_spec(h, &h->senvcfg, v, 0xf1);
        break;
    case 0x140:
        h->sscratch = v;
        break;
    case 0x141:
        put_bits(&h->sepc, v, ~UINT64_C(1));
        break;
    case 0x142:
        h->scause = v;
        break;
    case 0x143:
        h->stval = v;
        break;
    case 0x144:
        write_sip_spec(h, v);
        break;
    case 0x14d:
        h->stimecmp = v;
        break;
    case 0x150:
        put_bits(&h->siselect, v, 0x1ff);
        break;
    case 0x180:
        write_atp_spec(isa->satp_modes, &h->satp, v, isa->asid_mask << 44 | isa->ppn_mask, true);
        break;
    default:
        break;
    }
}

/* The hart after a write of v. Numbers whose two highest bits are ones are read-only. */
static inline void csr_write_spec(struct hart *h, unsigned num, uint64_t v)
{
    if (num >= 0xc00) {
        return;
    }
    switch (num >> 8 & 3) {
    case 0:
        break;
    case 1:
        write_supervisor_spec(h, num, v);
        break;
    case 2:
        if (num >> 8 == 6) {
            write_hypervisor_spec(h, num, v);
        } else {
            write_virtual_spec(h, num, v);
        }
        break;
    default:
        write_machine_spec(h, num, v);
        break;
    }
}

static inline uint64_t spec_scountovf(const struct hart *h)
{
    uint64_t v = 0;
    for (unsigned n = 3; n < 32; n++) {
        bool shown = (h->prv == 3 || bit(h->mcounteren, n)) && (!h->v || bit(h->hcounteren, n));
        v |= (uint64_t)(shown && bit(h->mhpmevent[n], 63)) << n;
    }
    return v;
}

/* Those whose reading is not the field as it is; false for all others. */
static inline bool csr_read_spec(const struct hart *h, unsigned num, uint64_t *v)
{
    switch (num) {
    case 0xc01:
        *v = h->v ? h->time + h->htimedelta : h->time;
        return true;
    case 0xda0:
        *v = spec_scountovf(h);
        return true;
    case 0x100:
        *v = spec_s_status(h->mstatus);
        return true;
    case 0x200:
        *v = spec_s_status(h->vsstatus);
        return true;
    case 0x300:
        *v = spec_with_sd(h->mstatus);
        return true;
    case 0xf11:
        *v = h->isa->mvendorid;
        return true;
    case 0xf12:
        *v = h->isa->marchid;
        return true;
    case 0xf13:
        *v = h->isa->mimpid;
        return true;
    case 0x301:
        *v = h->isa->misa;
        return true;
    case 0x104:
        *v = spec_sie(h);
        return true;
    case 0x144:
        *v = spec_sip(h);
        return true;
    case 0x204:
        *v = spec_vsie(h);
        return true;
    case 0x244:
        *v = spec_vsip(h);
        return true;
    case 0x304:
        *v = h->mie;
        return true;
    case 0x344:
        *v = spec_mip(h);
        return true;
    case 0x309:
        *v = spec_mvip(h);
        return true;
    case 0x604:
        *v = h->mie & VS_LEVEL;
        return true;
    case 0x644:
        *v = spec_mip(h) & VS_LEVEL;
        return true;
    case 0x645:
        *v = h->hvip;
        return true;
    case 0x60c:
    case 0x60d:
    case 0x60e:
    case 0x60f:
        *v = h->hstateen[num & 3] & h->mstateen[num & 3];
        return true;
    default:
        if (num >= 0x3a0 && num <= 0x3ef) {
            *v = read_pmp_spec(h, num);
            return true;
        }
        return false;
    }
}

#endif
