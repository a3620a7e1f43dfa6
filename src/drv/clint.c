/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CLINT and ACLINT (RISC-V ACLINT specification 1.0-rc4):
 *   CLINT    0x0000 msip, 4 bytes a hart; 0x4000 mtimecmp, 8 bytes a hart; 0xbff8 mtime
 *   MSWI     reg 0: msip, 4 bytes a hart
 *   MTIMER   reg 0: mtime; reg 1: mtimecmp, 8 bytes a hart
 * Which hart a register belongs to is the order of interrupts-extended, not the hart id.
 */
#include "drv/driver.h"
#include "spec/hart.h"

#define CLINT_MTIMECMP 0x4000
#define CLINT_MTIME    0xbff8

static struct by_hart msip, mtimecmp;
static uintptr_t mtime;

static void ipi_send(uint64_t hartid)
{
    uintptr_t a = by_hart_at(&msip, hartid);
    if (a != 0) {
        /* what was written to memory before is seen by who takes the interrupt */
        io_fence();
        write32(a, 1);
    }
}

static void ipi_clear(uint64_t hartid)
{
    uintptr_t a = by_hart_at(&msip, hartid);
    if (a != 0) {
        write32(a, 0);
        io_fence();
    }
}

static uint64_t timer_time(void)
{
    return read64(mtime);
}

static void timer_set(uint64_t hartid, uint64_t deadline)
{
    uintptr_t a = by_hart_at(&mtimecmp, hartid);
    if (a != 0) {
        write64(a, deadline);
    }
}

static const struct ipi_ops ipi_ops = {.send = ipi_send, .clear = ipi_clear, .irq = IRQ_MSI};
static const struct timer_ops timer_ops = {.time = timer_time, .set = timer_set};

/* Gives each hart named with interrupt `irq` in interrupts-extended its register: base + n *
 * stride, n counting those. */
static int assign(const void *fdt, int node, uint32_t irq, struct by_hart *b,
                  const struct tree_range *regs, unsigned stride)
{
    struct device *d;
    struct tree_irq to;
    uint64_t offset = 0;
    int err = device_note(fdt, node, irq == IRQ_MSI ? DEVICE_MSWI : DEVICE_MTIMER, regs, &d);
    if (err != 0) {
        return err;
    }
    for (unsigned i = 0; (err = tree_hart_irq(fdt, node, i, &to)) == 0; i++) {
        if (to.irq != irq) {
            continue;
        }
        if (regs->size < stride || offset > regs->size - stride) {
            return tree_refuse(fdt, node, "reg", ERR_RANGE,
                               "has no register for each hart of interrupts-extended");
        }
        if (to.known && (err = by_hart_add(b, to.hartid, regs->base + offset)) != 0) {
            return err;
        }
        device_register(d, &to);
        offset += stride;
    }
    if (offset == 0 && err == ERR_MISSING) {
        return tree_refuse(fdt, node, "interrupts-extended", ERR_MISSING, "names no hart");
    }
    return err == ERR_MISSING ? 0 : err;
}

static int probe_msip(const void *fdt, int node, const struct tree_range *regs)
{
    int err = assign(fdt, node, IRQ_MSI, &msip, regs, 4);
    if (err == 0) {
        drivers.ipi = &ipi_ops;
    }
    return err;
}

static int probe_mtimecmp(const void *fdt, int node, const struct tree_range *regs,
                          const struct tree_range *time)
{
    struct device *d;
    mtime = time->base;
    drivers.mtime = (const volatile uint64_t *)mtime;
    int err = device_note(fdt, node, DEVICE_MTIME, time, &d);
    err = err != 0 ? err : assign(fdt, node, IRQ_MTI, &mtimecmp, regs, 8);
    if (err == 0) {
        drivers.timer = &timer_ops;
    }
    return err;
}

static int clint_probe(const void *fdt, int node)
{
    struct tree_range reg;
    int err = device_reg(fdt, node, 0, CLINT_MTIME + 8, 8, &reg);
    if (err != 0) {
        return err;
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    struct tree_range ipis = {reg.base, CLINT_MTIMECMP};
    struct tree_range compares = {reg.base + CLINT_MTIMECMP, CLINT_MTIME - CLINT_MTIMECMP};
    struct tree_range time = {reg.base + CLINT_MTIME, reg.size - CLINT_MTIME};
    err = probe_msip(fdt, node, &ipis);
    err = err != 0 ? err : probe_mtimecmp(fdt, node, &compares, &time);
    if (err == 0) {
        drv_close(&reg);
    }
    return err;
}

static int mswi_probe(const void *fdt, int node)
{
    struct tree_range reg;
    int err = device_reg(fdt, node, 0, 4, 4, &reg);
    if (err != 0) {
        return err;
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    drv_close(&reg);
    return probe_msip(fdt, node, &reg);
}

/* Two regions: mtime, and the comparators. */
static int mtimer_probe(const void *fdt, int node)
{
    struct tree_range time, compares;
    int err = device_reg(fdt, node, 0, 8, 8, &time);
    err = err != 0 ? err : device_reg(fdt, node, 1, 8, 8, &compares);
    if (err != 0) {
        return err;
    }
    if ((err = answers(fdt, node, time.base)) != 0 ||
        (err = answers(fdt, node, compares.base)) != 0) {
        return err;
    }
    uint64_t low = min_u64(time.base, compares.base);
    struct tree_range both = {low, max_u64(time.base + 8, compares.base + compares.size) - low};
    drv_close(&both);
    return probe_mtimecmp(fdt, node, &compares, &time);
}

static const char *const clint[] = {"sifive,clint0", "riscv,clint0", NULL};
static const char *const mswi[] = {"riscv,aclint-mswi", NULL};
static const char *const mtimer[] = {"riscv,aclint-mtimer", NULL};
const struct driver drv_clint = {clint, clint_probe};
const struct driver drv_aclint_mswi = {mswi, mswi_probe};
const struct driver drv_aclint_mtimer = {mtimer, mtimer_probe};
