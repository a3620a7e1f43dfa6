/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/vdev/clint.c */
/* cbmc: --unwind 5 */
/* host: -DVDEV_HARTS=3 */
/*
 * The virtual CLINT loses no interrupt and invents none. From any state, an access of any kind by
 * anybody: afterwards every hart's MTI is up exactly if mtime >= mtimecmp, as they read, and at its
 * deadline and not before; MSI exactly if its msip reads 1; whose wire or deadline is another was
 * told; registers read what was written, of the width and place that it was written to; and what is
 * refused changes nothing. ACLINT 1.0-rc4; "Machine Timer Registers".
 */
#include "proof.h"

#include "vdev/clint.h"

#define HARTS 3

/* For the prover: near 0 and near 2^64, where counts wrap; it does not end with all 64 bits. The
 * tests have any. */
static uint64_t any_time(void)
{
    return PROVING ? (uint64_t)(int64_t)(int8_t)any() : any();
}

static struct vclint c;
static const struct vdev_ops *const ops[] = {&vmswi_ops, &vmtime_ops, &vmtimer_ops};

static uint64_t load(unsigned of, uint64_t offset, unsigned len, uint64_t now)
{
    struct vdev_access a = {.offset = offset, .len = len, .now = now};
    prove(ops[of]->access(&c, &a));
    prove(a.lines == 0 && a.ssip == 0);
    return a.value;
}

static struct vdev_lines wires(unsigned hart, uint64_t now)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    vmswi_ops.lines(&c, hart, now, &l);
    vmtimer_ops.lines(&c, hart, now, &l);
    return l;
}

/* The hart of register n. */
static void prove_wires(unsigned n, unsigned hart, uint64_t now)
{
    struct vdev_lines l = wires(hart, now);
    uint64_t mtime = load(1, 0, 8, now), mtimecmp = load(2, 8 * n, 8, now);
    prove(((l.up & BIT(IRQ_MTI)) != 0) == (mtime >= mtimecmp));
    prove(((l.up & BIT(IRQ_MSI)) != 0) == (load(0, 4 * n, 4, now) == 1));
    prove(l.time_offset == mtime - now);
    if (l.up & BIT(IRQ_MTI)) {
        prove(l.deadline == VDEV_NEVER);
    } else if (l.deadline != VDEV_NEVER) {
        prove(l.deadline > now && l.deadline - now == mtimecmp - mtime);
        if (!PROVING) { /* 64-bit sums of sums: the prover doesn't end */
            prove(wires(hart, l.deadline).up & BIT(IRQ_MTI));
            prove(!(wires(hart, l.deadline - 1).up & BIT(IRQ_MTI)));
        }
        reached();
    } else { /* it doesn't come before the count wraps */
        prove(mtimecmp - mtime >= VDEV_NEVER - now);
    }
}

/* What the 8 bytes at offset `at` are after `a`: all of them, or a half, or as they were. */
static uint64_t written(uint64_t held, const struct vdev_access *a, uint64_t at)
{
    if (a->len == 8 && a->offset == at) {
        return a->value;
    }
    if (a->len == 4 && a->offset == at) {
        return (held & MASK(63, 32)) | (a->value & MASK(31, 0));
    }
    if (a->len == 4 && a->offset == at + 4) {
        return (held & MASK(31, 0)) | a->value << 32;
    }
    return held;
}

static void prove_access(unsigned of, unsigned n, unsigned hart, uint64_t now)
{
    struct vdev_access a = {.offset = any() & 0x1f,
                            .len = (unsigned)any_power(0, 3),
                            .write = any_bool(),
                            .value = any_time(),
                            .now = now};
    struct vdev_lines before = wires(hart, now);
    uint64_t msip = load(0, 4 * n, 4, now), mtimecmp = load(2, 8 * n, 8, now),
             mtime = load(1, 0, 8, now);
    bool good = (a.offset & (a.len - 1)) == 0 && (a.len == 4 || (a.len == 8 && of != 0));
    bool done = ops[of]->access(&c, &a);

    prove(done == good);
    if (done && a.write) {
        msip = of == 0 && a.offset == 4 * n ? a.value & 1 : msip;
        mtime = of == 1 ? written(mtime, &a, 0) : mtime;
        mtimecmp = of == 2 ? written(mtimecmp, &a, 8 * (uint64_t)n) : mtimecmp;
        reached();
    }
    prove(load(0, 4 * n, 4, now) == msip);
    prove(load(1, 0, 8, now) == mtime);
    prove(load(2, 8 * n, 8, now) == mtimecmp);
    struct vdev_lines after = wires(hart, now);
    if (after.up != before.up || after.deadline != before.deadline) {
        prove((a.lines & BIT(hart)) != 0);
        reached();
    }
    prove(a.ssip == 0);
}

void prove_vclint(void);
void prove_vclint(void)
{
    uint64_t now = any_time();
    uint8_t order[HARTS] = {2, 0, VDEV_NOBODY};
    unsigned n = any_below(2);

    vclint_reset(&c, order, HARTS);
    c.msip = any() & 5;
    c.offset = any_time();
    c.mtimecmp[0] = any_time();
    c.mtimecmp[2] = any_time();
    if (any_bool()) {
        prove_wires(n, order[n], now);
    } else {
        prove_access(any_below(3), n, order[n], now);
    }
}
