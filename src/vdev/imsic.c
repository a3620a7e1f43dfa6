/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AIA 1.0, "Incoming MSI Controller": a page a file, 0x000 seteipnum_le, 4 bytes, reads as zero.
 * The rest of the page, seteipnum_be too, is read-only zero. Accesses of other widths are refused.
 */
#include "vdev/imsic.h"

#define EIDELIVERY  0x70
#define EITHRESHOLD 0x72
#define EIP0        0x80
#define EIE0        0xc0

static void pend(const struct vimsic *m, struct vimsic_file *f, uint64_t identity)
{
    if (identity != 0 && identity <= m->identities) {
        f->eip[identity / 64] |= BIT(identity % 64);
    }
}

uint64_t vimsic_topei(const struct vimsic *m, struct vimsic_file *f, bool claim)
{
    for (unsigned w = 0; w <= m->identities / 64; w++) {
        uint64_t ready = f->eip[w] & f->eie[w];
        if (ready == 0) {
            continue;
        }
        uint64_t identity = 64 * w + (unsigned)__builtin_ctzll(ready);
        if (f->eithreshold != 0 && identity >= f->eithreshold) {
            return 0;
        }
        f->eip[w] &= claim ? ~BIT(identity % 64) : ~UINT64_C(0);
        return identity << 16 | identity;
    }
    return 0;
}

bool vimsic_register(const struct vimsic *m, struct vimsic_file *f, unsigned select, uint64_t mask,
                     uint64_t v, uint64_t *old)
{
    unsigned w = (select & 0x3f) / 2; /* of eip and eie: two numbers a register of 64 bits */
    uint64_t *field, there = ~UINT64_C(0);

    if (select == EIDELIVERY) {
        field = &f->eidelivery;
        there = 1;
    } else if (select == EITHRESHOLD) {
        field = &f->eithreshold;
        there = m->identities; /* all ones, up to its width */
    } else if (select >= EIP0 && select <= VIMSIC_LAST && select % 2 == 0) {
        field = select < EIE0 ? &f->eip[w] : &f->eie[w];
        there = w > m->identities / 64 ? 0 : w == 0 ? ~UINT64_C(1) : ~UINT64_C(0);
    } else {
        return false;
    }
    *old = *field;
    *field = (*field & ~(mask & there)) | (v & mask & there);
    return true;
}

static bool access(void *state, struct vdev_access *a)
{
    struct vimsic *m = (struct vimsic *)state;
    uint64_t page = a->offset / m->stride, at = a->offset % m->stride;

    if (!vdev_aligned(a, 4)) {
        return false;
    }
    if (!a->write) {
        a->value = 0;
    } else if (page < VDEV_HARTS && m->hart[page] != VDEV_NOBODY && at == 0) {
        pend(m, &m->file[m->hart[page]], a->value);
        a->lines |= BIT(m->hart[page]);
    }
    return true;
}

static bool has(const struct vimsic *m, unsigned hart)
{
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        if (m->hart[i] == hart) {
            return true;
        }
    }
    return false;
}

static void lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    struct vimsic *m = (struct vimsic *)state;
    struct vimsic_file *f = &m->file[hart];
    unsigned identity;

    (void)now;
    if (!has(m, hart)) {
        return;
    }
    while (m->claim != NULL && (identity = m->claim()) != 0) {
        pend(m, f, identity);
    }
    if (f->eidelivery == 1 && vimsic_topei(m, f, false) != 0) {
        l->up |= BIT(IRQ_MEI);
    }
}

const struct vdev_ops vimsic_ops = {"imsic", access, lines};
