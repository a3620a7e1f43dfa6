/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AIA 1.0, "Advanced Platform-Level Interrupt Controller", the memory map of a domain:
 *   0x0000 domaincfg            31:24 0x80, 8 IE, 2 DM, 0 BE (none here)
 *   0x0004 + 4 (i - 1)          sourcecfg[i]: 10 D, 9:0 child index; or 2:0 SM
 *   0x1bc0 .. 0x1bcc            mmsiaddrcfg, mmsiaddrcfgh (31 L), smsiaddrcfg, smsiaddrcfgh
 *   0x1c00 setip[], 0x1cdc setipnum, 0x1d00 in_clrip[], 0x1ddc clripnum,
 *   0x1e00 setie[], 0x1edc setienum, 0x1f00 clrie[], 0x1fdc clrienum,
 *   0x2000 setipnum_le, 0x2004 setipnum_be (none here), 0x3000 genmsi
 *   0x3004 + 4 (i - 1)          target[i]: 31:18 hart index; 7:0 IPRIO, or 17:12 guest, 10:0 EIID
 *   0x4000 + 32 k               IDC of hart index k: idelivery, iforce, ithreshold, 0x18 topi,
 *                               0x1c claimi
 * Accesses are of 4 bytes; others are refused. Reserved registers read as zero.
 */
#include "vdev/aplic.h"

#define DOMAINCFG    0x0000u
#define DOMAINCFG_RO 0x80000000u
#define DOMAINCFG_IE 0x100u
#define DOMAINCFG_DM 0x4u
#define SOURCECFG    0x0004u
#define SOURCECFG_D  0x400u
#define MMSIADDRCFG  0x1bc0u
#define MSIADDR_END  0x1bd0u
#define MMSIADDRCFGH 1u /* of msiaddr[] */
#define MSIADDR_L    0x80000000u
#define SETIP        0x1c00u
#define CLRIE_END    0x2000u
#define ARRAY        0x80u /* bytes of a bit array */
#define NUMBER       0xdcu /* in each 0x100 bytes: the register that names one source */
#define SETIPNUM_LE  0x2000u
#define GENMSI       0x3000u
#define TARGET       0x3004u
#define TARGET_HART  MASK(31, 18)
#define TARGET_EIID  MASK(10, 0)
#define IDC          0x4000u
#define IDC_SIZE     32u
#define IDELIVERY    0x00u
#define IFORCE       0x04u
#define ITHRESHOLD   0x08u
#define TOPI         0x18u
#define CLAIMI       0x1cu

static uint32_t get(const struct vaplic *p, uint64_t at)
{
    return p->read(p->base + at);
}

static void put(const struct vaplic *p, uint64_t at, uint32_t v)
{
    p->write(p->base + at, v);
}

/* The register as it is, both ways. */
static void pass(const struct vaplic *p, struct vdev_access *a)
{
    if (a->write) {
        put(p, a->offset, (uint32_t)a->value);
    } else {
        a->value = get(p, a->offset);
    }
}

/* Harts whose wire may have dropped. One that comes up says so by itself. */
static uint64_t quiet_harts(const struct vaplic *p)
{
    uint64_t harts = 0;
    for (uint64_t left = p->quiet; left != 0; left &= left - 1) {
        harts |= BIT(p->hart[__builtin_ctzll(left)]);
    }
    return harts;
}

static bool index_known(const struct vaplic *p, uint64_t index)
{
    return index < p->indices && p->hart[index] != VDEV_NOBODY;
}

static void domaincfg(const struct vaplic *p, struct vdev_access *a)
{
    uint32_t fixed = p->msi ? DOMAINCFG_DM : 0;
    if (a->write) {
        put(p, DOMAINCFG, (uint32_t)(a->value & DOMAINCFG_IE) | fixed);
    } else {
        a->value = (get(p, DOMAINCFG) & DOMAINCFG_IE) | DOMAINCFG_RO | fixed;
    }
}

/* A source of nobody's, of a child that exists, or of an input mode that there is. */
static void sourcecfg(const struct vaplic *p, struct vdev_access *a)
{
    uint64_t v = a->value & (SOURCECFG_D | MASK(9, 0));
    if (a->write && (v & SOURCECFG_D)) {
        a->value = (v & MASK(9, 0)) < p->children ? v : 0;
    } else if (a->write) {
        v &= 7;
        a->value = v == 2 || v == 3 ? 0 : v; /* reserved */
    }
    pass(p, a);
}

static void msiaddr(struct vaplic *p, struct vdev_access *a)
{
    uint32_t *r = &p->msiaddr[(a->offset - MMSIADDRCFG) / 4];
    if (!a->write) {
        a->value = *r;
    } else if (!(p->msiaddr[MMSIADDRCFGH] & MSIADDR_L)) {
        *r = (uint32_t)a->value;
    }
}

/* What names a hart: only one of this world. By MSI, not with the identity that is Hearth's. */
static bool harmless(const struct vaplic *p, uint64_t v)
{
    return index_known(p, FIELD_GET(TARGET_HART, v)) &&
           (!p->msi || p->reserved == 0 || FIELD_GET(TARGET_EIID, v) != p->reserved);
}

static void target(const struct vaplic *p, struct vdev_access *a)
{
    uint64_t fields = TARGET_HART | (p->msi ? TARGET_EIID : MASK(7, 0));
    if (a->write) {
        a->value &= fields;
        if (!harmless(p, a->value)) {
            return;
        }
    }
    pass(p, a);
}

static void genmsi(const struct vaplic *p, struct vdev_access *a)
{
    if (!a->write || harmless(p, a->value & (TARGET_HART | TARGET_EIID))) {
        pass(p, a);
    }
}

/* Physical idelivery of index number i: as firmware's, unless its wire stands. */
static void deliver(const struct vaplic *p, unsigned i)
{
    put(p, IDC + IDC_SIZE * i + IDELIVERY, (p->idelivery & ~p->quiet & BIT(i)) != 0);
}

static void idc(struct vaplic *p, struct vdev_access *a)
{
    unsigned i = (unsigned)(a->offset - IDC) / IDC_SIZE;
    bool readonly = false;

    if (p->msi || !index_known(p, i)) {
        return;
    }
    switch ((a->offset - IDC) % IDC_SIZE) {
    case IDELIVERY:
        if (a->write) {
            p->idelivery = (p->idelivery & ~BIT(i)) | (a->value & 1 ? BIT(i) : 0);
            deliver(p, i);
        } else {
            a->value = (p->idelivery & BIT(i)) != 0;
        }
        break;
    case TOPI:
    case CLAIMI:
        readonly = true;
        /* fall through */
    case IFORCE:
    case ITHRESHOLD:
        if (!readonly || !a->write) {
            pass(p, a);
        }
        break;
    default:
        return;
    }
    a->lines |= BIT(p->hart[i]);
}

/* A register of the bit arrays and of those that name a source. */
static void sources(const struct vaplic *p, struct vdev_access *a)
{
    uint64_t at = a->offset & 0xff;
    if (at / 4 <= p->sources / 32 || (at == NUMBER && (!a->write || a->value <= p->sources))) {
        pass(p, a);
    }
}

static void numbered(const struct vaplic *p, uint64_t first, struct vdev_access *a,
                     void (*what)(const struct vaplic *, struct vdev_access *))
{
    if ((a->offset - first) / 4 < p->sources) {
        what(p, a);
    }
}

static bool access(void *state, struct vdev_access *a)
{
    struct vaplic *p = (struct vaplic *)state;

    if (!vdev_aligned(a, 4)) {
        return false;
    }
    uint64_t written = a->value;
    a->value = a->write ? a->value : 0;
    if (a->offset == DOMAINCFG) {
        domaincfg(p, a);
    } else if (a->offset < MMSIADDRCFG) {
        numbered(p, SOURCECFG, a, sourcecfg);
    } else if (a->offset < MSIADDR_END) {
        msiaddr(p, a);
    } else if (a->offset >= SETIP && a->offset < CLRIE_END) {
        sources(p, a);
    } else if (a->offset == SETIPNUM_LE) {
        if (a->write && a->value <= p->sources) {
            pass(p, a);
        }
    } else if (a->offset == GENMSI) {
        genmsi(p, a);
    } else if (a->offset >= TARGET && a->offset < IDC) {
        numbered(p, TARGET, a, target);
    } else if (a->offset >= IDC) {
        idc(p, a);
    }
    if (a->write) {
        a->value = written;
        a->lines |= quiet_harts(p);
    }
    return true;
}

static void lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    struct vaplic *p = (struct vaplic *)state;
    (void)now;
    for (unsigned i = 0; i < p->indices; i++) {
        if (p->hart[i] != hart || p->msi || !((p->idelivery | p->quiet) & BIT(i))) {
            continue;
        }
        if (p->quiet & BIT(i)) { /* still? */
            p->quiet &= ~BIT(i);
            deliver(p, i);
        }
        if (p->line()) {
            p->quiet |= BIT(i);
            deliver(p, i);
            l->up |= BIT(IRQ_MEI);
        }
    }
}

const struct vdev_ops vaplic_ops = {"aplic", access, lines};
