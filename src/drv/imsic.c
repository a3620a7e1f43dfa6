/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IMSIC at M-level (AIA 1.0, chapter 3): a page a hart, offset 0 seteipnum_le; the hart's own side
 * by miselect and mireg (0x70 eidelivery, 0x72 eithreshold, from 0x80 eip, from 0xC0 eie, a
 * register of 64 identities at each second number) and mtopei. Hearth uses the highest identity,
 * the last in priority, to interrupt harts where there is no msip; what else arrives is firmware's.
 * The S-level files are the operating system's.
 */
#include "drv/imsic.h"

#include "drv/driver.h"
#include "spec/hart.h"

#define EIDELIVERY  0x70
#define EITHRESHOLD 0x72
#define EIP0        0x80
#define EIE0        0xc0

static struct by_hart page;
static unsigned ipi_identity;

static void select_write(uint64_t select, uint64_t v)
{
    __asm__ volatile("csrw 0x350, %0\n\tcsrw 0x351, %1" ::"r"(select),
                     "r"(v)); /* miselect, mireg */
}

static unsigned word_of(unsigned identity)
{
    return 2 * (identity / 64);
}

static void ipi_init(void)
{
    select_write(EITHRESHOLD, 0);
    select_write(EIE0 + word_of(ipi_identity), BIT(ipi_identity % 64));
    select_write(EIDELIVERY, 1);
}

static void ipi_send(uint64_t hartid)
{
    uintptr_t a = by_hart_at(&page, hartid);
    if (a != 0) {
        io_fence();
        write32(a, ipi_identity);
    }
}

static void ipi_clear(uint64_t hartid)
{
    (void)hartid;
    __asm__ volatile("csrw 0x350, %0\n\tcsrc 0x351, %1" ::"r"(EIP0 + word_of(ipi_identity)),
                     "r"(BIT(ipi_identity % 64)));
    io_fence();
}

static const struct ipi_ops ops = {
    .init = ipi_init, .send = ipi_send, .clear = ipi_clear, .irq = IRQ_MEI};

static void let_all_in(void)
{
    for (unsigned i = 0; i <= ipi_identity; i += 64) {
        select_write(EIE0 + word_of(i), ~UINT64_C(0));
    }
    select_write(EITHRESHOLD, 0);
    select_write(EIDELIVERY, 1);
}

static unsigned claim(void)
{
    uint64_t topei;
    __asm__ volatile("csrr %0, 0x35c" : "=r"(topei)); /* mtopei */
    unsigned identity = (unsigned)FIELD_GET(MASK(26, 16), topei);
    if (identity == 0 || identity == ipi_identity) {
        return 0;
    }
    __asm__ volatile("csrw 0x350, %0\n\tcsrc 0x351, %1" ::"r"(EIP0 + word_of(identity)),
                     "r"(BIT(identity % 64)));
    return identity;
}

static struct msi_ops msi_ops = {.init = let_all_in, .claim = claim};

/* Harts have their files one after the other in the regions of reg, a region a group. */
static int assign(const void *fdt, int node, const struct imsic_layout *l)
{
    struct tree_irq to;
    struct tree_range reg;
    uint64_t stride = UINT64_C(0x1000) << l->guest_bits;
    uint64_t offset = 0;
    unsigned region = 0;
    struct device *d;
    int err = tree_reg(fdt, node, 0, &reg);
    err = err != 0 ? err : device_note(fdt, node, DEVICE_IMSIC, &reg, &d);
    for (unsigned i = 0; err == 0 && (err = tree_hart_irq(fdt, node, i, &to)) == 0; i++) {
        if (offset + stride > reg.size) {
            offset = 0;
            err = tree_reg(fdt, node, ++region, &reg);
            if (err != 0 || reg.size < stride) {
                return tree_refuse(fdt, node, "reg", ERR_RANGE,
                                   "has no page for each hart of interrupts-extended");
            }
            if ((err = device_note(fdt, node, DEVICE_IMSIC, &reg, &d)) != 0) {
                return err;
            }
        }
        device_register(d, &to);
        d->stride = stride;
        d->identities = ipi_identity;
        if (to.known) {
            err = by_hart_add(&page, to.hartid, reg.base + offset);
        }
        offset += stride;
    }
    return err == ERR_MISSING ? 0 : err;
}

static int probe(const void *fdt, int node)
{
    struct imsic_layout l;
    struct tree_range reg;
    uint32_t identities;
    if (!imsic_is_machine(fdt, node)) {
        return 0;
    }
    int err = imsic_layout(fdt, node, &l);
    err = err != 0 ? err : tree_u32(fdt, node, "riscv,num-ids", &identities);
    if (err != 0 || identities < 63 || identities > 2047 || identities % 64 != 63) {
        return tree_refuse(fdt, node, "riscv,num-ids", ERR_INVALID,
                           "is not one less than a multiple of 64, up to 2047");
    }
    ipi_identity = msi_ops.reserved = identities;
    err = assign(fdt, node, &l);
    if (err != 0) {
        return err;
    }
    for (unsigned i = 0; tree_reg(fdt, node, i, &reg) == 0; i++) {
        drv_close(&reg);
    }
    drivers.msi = &msi_ops;
    if (drivers.ipi == NULL) {
        drivers.ipi = &ops; /* a CLINT or mswi that is found later takes its place */
    }
    return 0;
}

static const char *const compatible[] = {"riscv,imsics", NULL};
const struct driver drv_imsic = {compatible, probe};
