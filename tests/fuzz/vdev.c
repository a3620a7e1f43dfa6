/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual devices under any sequence of accesses: of any width, anywhere. What is refused changes
 * nothing; wires are what the registers say; nobody is told who isn't there. And the virtual PLIC
 * beside a bare one (plic_twin.h).
 */
#include "input.h"

#define twin_must(c) must(c)
#include "plic_twin.h"
#include "vdev/clint.h"

#define REGISTERS 4
static const uint8_t owner[REGISTERS] = {2, 0, VDEV_NOBODY, 63};
#define EVERYBODY (BIT(0) | BIT(2) | BIT(63))

static uint64_t now;

static struct vdev_access any_access(struct input *in, uint64_t range)
{
    struct vdev_access a = {.offset = take_value(in) % range,
                            .len = 1u << take_below(in, 4),
                            .write = take_below(in, 2) != 0,
                            .now = now};
    if (take_below(in, 8) != 0) { /* mostly as drivers do it */
        a.len = a.len < 4 ? 4 : a.len;
        a.offset &= ~(uint64_t)(a.len - 1);
    }
    a.value = take_value(in) & (~UINT64_C(0) >> (64 - 8 * a.len));
    return a;
}

static uint64_t clint_load(struct vclint *c, const struct vdev_ops *ops, uint64_t offset)
{
    struct vdev_access a = {.offset = offset, .len = 8, .now = now};
    must(ops->access(c, &a) && a.lines == 0);
    return a.value;
}

static void clint_wires(struct vclint *c)
{
    for (unsigned n = 0; n < REGISTERS; n++) {
        if (owner[n] == VDEV_NOBODY) {
            continue;
        }
        struct vdev_access msip = {.offset = 4 * n, .len = 4, .now = now};
        struct vdev_lines l = {.deadline = VDEV_NEVER};
        must(vmswi_ops.access(c, &msip));
        vmswi_ops.lines(c, owner[n], now, &l);
        vmtimer_ops.lines(c, owner[n], now, &l);
        uint64_t mtime = clint_load(c, &vmtime_ops, 0),
                 mtimecmp = clint_load(c, &vmtimer_ops, 8 * n);
        must(((l.up & BIT(IRQ_MTI)) != 0) == (mtime >= mtimecmp));
        must(((l.up & BIT(IRQ_MSI)) != 0) == (msip.value == 1));
        must((l.up & ~(BIT(IRQ_MSI) | BIT(IRQ_MTI))) == 0);
        must(mtime == now + l.time_offset);
        must(l.deadline == VDEV_NEVER || l.deadline - now == mtimecmp - mtime);
    }
}

static void fuzz_clint(struct input *in)
{
    static const struct vdev_ops *const ops[] = {&vmswi_ops, &vmtime_ops, &vmtimer_ops, &vsswi_ops};
    struct vclint c;
    vclint_reset(&c, owner, REGISTERS);
    while (in->left > 0) {
        const struct vdev_ops *o = ops[take_below(in, ARRAY_LEN(ops))];
        struct vdev_access a = any_access(in, take_below(in, 4) ? 64 : 0x8000);
        struct vclint before = c;
        now += take(in, 1);
        a.now = now;
        bool done = o->access(&c, &a);
        must(done || memcmp(&c, &before, sizeof(c)) == 0);
        must(a.write || memcmp(&c, &before, sizeof(c)) == 0);
        must(((a.lines | a.ssip) & ~EVERYBODY) == 0);
        must(done || (a.lines | a.ssip) == 0);
        must(a.len == 8 || a.value >> (8 * a.len) == 0);
        must((a.lines != 0) == (memcmp(&c, &before, sizeof(c)) != 0));
        clint_wires(&c);
    }
}

/* Anywhere in the PLIC. What it does is for the twin to judge; here, that it ends well. */
static void fuzz_plic_anywhere(struct input *in)
{
    static const uint32_t parts[] = {0, 0x1000, 0x2000, 0x200000, 0x201000, 0x3ff0000};
    twin_make();
    while (in->left > 0) {
        struct vdev_access a = any_access(in, 0x400);
        a.offset += parts[take_below(in, ARRAY_LEN(parts))];
        if (a.len != 4 || a.offset % 4 != 0) {
            struct vplic before = p;
            must(!vplic_ops.access(&p, &a) && (a.lines | a.ssip) == 0);
            must(memcmp(&p, &before, sizeof(p)) == 0);
            continue;
        }
        must(vplic_ops.access(&p, &a));
        must((a.lines & ~MASK(TWIN_HARTS - 1, 0)) == 0 && a.ssip == 0);
        unsigned hart = take_below(in, TWIN_HARTS), i = 1 + take_below(in, SOURCES);
        device.level[i] = take_below(in, 2) != 0;
        (take_below(in, 2) ? vplic_capture : vplic_release)(&p.hart[hart]);
        uint64_t up = wires(hart);
        must((up & ~(BIT(IRQ_MEI) | BIT(IRQ_SEI))) == 0);
        must(!arrives(hart) || (up & BIT(IRQ_SEI)) != 0);
    }
}

static void fuzz_plic(struct input *in)
{
    twin_make();
    device.claims_above_threshold = bare.claims_above_threshold = take_below(in, 2) != 0;
    while (in->left > 0) {
        enum twin_act act = (enum twin_act)take_below(in, TWIN_ACTS);
        unsigned how = take_below(in, 256), i = 1 + take_below(in, SOURCES);
        uint32_t v = act == TWIN_ENABLE ? (uint32_t)take_value(in) : (uint32_t)take(in, 1) % 9;
        twin_step(act, how & 1, (how >> 1) % CONTEXTS, i, v);
        for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
            twin_check(hart, (how >> (5 + hart) & 1) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const what[])(struct input *) = {fuzz_clint, fuzz_plic_anywhere, fuzz_plic};
    struct input in = {data, size};
    what[take_below(&in, ARRAY_LEN(what))](&in);
    return 0;
}
