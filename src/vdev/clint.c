/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V ACLINT specification 1.0-rc4:
 *   MSWI     msip, 4 bytes a hart, bit 0
 *   MTIMER   mtimecmp, 8 bytes a hart; mtime, at an address of its own
 *   SSWI     setssip, 4 bytes a hart: writing bit 0 raises SSIP, reads as zero
 * msip and setssip are accessed by 4 bytes, mtime and mtimecmp by 4 or 8; everything else is
 * refused, as is what is misaligned. Where no register is it reads as zero and ignores writes.
 */
#include "vdev/clint.h"

void vclint_reset(struct vclint *c, const uint8_t *hart, unsigned registers)
{
    c->registers = registers;
    c->msip = 0;
    c->offset = 0;
    c->harts = 0;
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        c->hart[i] = i < registers && hart[i] < VDEV_HARTS ? hart[i] : VDEV_NOBODY;
        c->harts |= c->hart[i] == VDEV_NOBODY ? 0 : BIT(c->hart[i]);
        c->mtimecmp[i] = VDEV_NEVER;
    }
}

bool vclint_msip(const struct vclint *c, unsigned hart)
{
    return (__atomic_load_n(&c->msip, __ATOMIC_RELAXED) & BIT(hart)) != 0;
}

uint64_t vclint_time_offset(const struct vclint *c)
{
    return __atomic_load_n(&c->offset, __ATOMIC_RELAXED);
}

/* Is the hart's timer up? If not, *deadline is when it will be. */
static bool due(const struct vclint *c, unsigned hart, uint64_t now, uint64_t *deadline)
{
    uint64_t virtual_now = now + vclint_time_offset(c);
    uint64_t mtimecmp = __atomic_load_n(&c->mtimecmp[hart], __ATOMIC_RELAXED);
    uint64_t wait = mtimecmp - virtual_now;

    *deadline = wait < VDEV_NEVER - now ? now + wait : VDEV_NEVER;
    return virtual_now >= mtimecmp;
}

uint64_t vclint_deadline(const struct vclint *c, unsigned hart, uint64_t now)
{
    uint64_t deadline;
    return due(c, hart, now, &deadline) ? now : deadline;
}

static void store(uint64_t *to, uint64_t v)
{
    __atomic_store_n(to, v, __ATOMIC_RELAXED);
}

/* Which hart register n belongs to: VDEV_NOBODY if nobody. */
static unsigned hart_of(const struct vclint *c, uint64_t n)
{
    return n < c->registers ? c->hart[n] : VDEV_NOBODY;
}

static bool msip_access(void *state, struct vdev_access *a)
{
    struct vclint *c = (struct vclint *)state;
    unsigned hart = hart_of(c, a->offset / 4);

    if (!vdev_aligned(a, 4)) {
        return false;
    }
    if (hart == VDEV_NOBODY) {
        a->value = a->write ? a->value : 0;
    } else if (!a->write) {
        a->value = vclint_msip(c, hart);
    } else if ((a->value & 1) != vclint_msip(c, hart)) {
        store(&c->msip, c->msip ^ BIT(hart));
        a->lines |= BIT(hart);
    }
    return true;
}

/* A 64-bit register, or a half of it. Returns whether it is one of the accesses that there are. */
static bool double_word(struct vdev_access *a, uint64_t held, uint64_t *becomes)
{
    unsigned shift = (unsigned)(a->offset & 4) * 8;
    uint64_t mask = a->len == 8 ? ~UINT64_C(0) : MASK(31, 0) << shift;

    if (!vdev_aligned(a, 8) && !vdev_aligned(a, 4)) {
        return false;
    }
    if (a->write) {
        *becomes = (held & ~mask) | (a->value << shift & mask);
    } else {
        a->value = (held & mask) >> shift;
    }
    return true;
}

static bool mtimecmp_access(void *state, struct vdev_access *a)
{
    struct vclint *c = (struct vclint *)state;
    unsigned hart = hart_of(c, a->offset / 8);
    uint64_t held = hart == VDEV_NOBODY ? 0 : c->mtimecmp[hart], v = held;

    if (!double_word(a, held, &v)) {
        return false;
    }
    if (hart != VDEV_NOBODY && v != held) {
        store(&c->mtimecmp[hart], v);
        a->lines |= BIT(hart);
    }
    return true;
}

static bool mtime_access(void *state, struct vdev_access *a)
{
    struct vclint *c = (struct vclint *)state;
    uint64_t held = a->now + c->offset, v = held;

    if (!double_word(a, held, &v)) {
        return false;
    }
    if (v != held) {
        store(&c->offset, v - a->now);
        a->lines |= c->harts;
    }
    return true;
}

/* mtime's region: nothing behind its 8 bytes. */
static bool mtime_region(void *state, struct vdev_access *a)
{
    uint64_t ignored;
    return a->offset < 8 ? mtime_access(state, a) : double_word(a, 0, &ignored);
}

static bool setssip_access(void *state, struct vdev_access *a)
{
    unsigned hart = hart_of((struct vclint *)state, a->offset / 4);

    if (!vdev_aligned(a, 4)) {
        return false;
    }
    if (!a->write) {
        a->value = 0;
    } else if (hart != VDEV_NOBODY && (a->value & 1)) {
        a->ssip |= BIT(hart);
    }
    return true;
}

static void msip_lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    (void)now;
    l->up |= vclint_msip((struct vclint *)state, hart) ? BIT(IRQ_MSI) : 0;
}

static void mtimer_lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    struct vclint *c = (struct vclint *)state;
    uint64_t deadline;

    if (!(c->harts & BIT(hart))) {
        return; /* another device is this hart's clock */
    }
    if (due(c, hart, now, &deadline)) {
        l->up |= BIT(IRQ_MTI);
    } else {
        l->deadline = min_u64(l->deadline, deadline);
    }
    l->time_offset = vclint_time_offset(c);
}

const struct vdev_ops vmswi_ops = {"mswi", msip_access, msip_lines};
const struct vdev_ops vmtime_ops = {"mtime", mtime_region, NULL};
const struct vdev_ops vmtimer_ops = {"mtimer", mtimecmp_access, mtimer_lines};
const struct vdev_ops vsswi_ops = {"sswi", setssip_access, NULL};
