/* SPDX-License-Identifier: BSD-2-Clause */
/* Source: binding riscv,imsics.yaml. */
#include "drv/driver.h"
#include "drv/imsic.h"
#include "spec/hart.h"

bool imsic_is_machine(const void *fdt, int node)
{
    struct tree_irq to;
    return tree_hart_irq(fdt, node, 0, &to) == 0 && to.irq == IRQ_MEI;
}

static int bits(const void *fdt, int node, const char *name, uint32_t other, uint32_t max,
                unsigned *value)
{
    uint32_t v = other;
    int err = tree_u32(fdt, node, name, &v);
    if (err != 0 && err != ERR_MISSING) {
        return err;
    }
    *value = v;
    return v > max ? tree_refuse(fdt, node, name, ERR_RANGE, "too many bits") : 0;
}

int imsic_layout(const void *fdt, int node, struct imsic_layout *l)
{
    struct tree_range reg;
    int length = 0;
    unsigned needed = 0;
    int err = device_reg(fdt, node, 0, 0x1000, 0x1000, &reg);
    if (err != 0) {
        return err;
    }
    (void)fdt_getprop(fdt, node, "interrupts-extended", &length);
    while ((8u << needed) < (unsigned)(length < 0 ? 0 : length) && needed < 15) {
        needed++;
    }
    l->base = reg.base;
    err = bits(fdt, node, "riscv,guest-index-bits", 0, 7, &l->guest_bits);
    err = err != 0 ? err : bits(fdt, node, "riscv,hart-index-bits", needed, 15, &l->hart_bits);
    err = err != 0 ? err : bits(fdt, node, "riscv,group-index-bits", 0, 7, &l->group_bits);
    err = err != 0 ? err : bits(fdt, node, "riscv,group-index-shift", 24, 55, &l->group_shift);
    if (err == 0 && l->group_shift < 24) {
        return tree_refuse(fdt, node, "riscv,group-index-shift", ERR_UNSUPPORTED, "less than 24");
    }
    return err;
}
