/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * APLIC (AIA 1.0, chapter 4). The operating system drives its own domain; what only the M-level
 * domain can do for it is done here, once: delegate the sources to the child that the tree names
 * and say where MSIs are sent to. 0x0000 domaincfg; 0x0004 + 4 (i - 1) sourcecfg[i] (bit 10 D, 9:0
 * child index) 0x1bc0 mmsiaddrcfg, 0x1bc4 mmsiaddrcfgh, 0x1bc8 smsiaddrcfg, 0x1bcc smsiaddrcfgh;
 * 0x1f00 + 4 k clrie[k]
 */
#include "drv/driver.h"
#include "drv/imsic.h"
#include "spec/hart.h"

#define DOMAINCFG    0x0000
#define SOURCECFG(i) (0x0004 + 4 * ((uintptr_t)(i)-1))
#define SOURCECFG_D  BIT(10)
#define MMSIADDRCFG  0x1bc0
#define SMSIADDRCFG  0x1bc8
#define CLRIE(k)     (0x1f00 + 4 * (uintptr_t)(k))
#define SOURCES_MAX  1023
#define APLIC_SIZE   0x4000
#define CFGH_LHXW    MASK(15, 12)
#define CFGH_HHXW    MASK(18, 16)
#define CFGH_LHXS    MASK(22, 20)
#define CFGH_HHXS    MASK(28, 24)
#define CFGH_BASE    MASK(11, 0)

/* The IMSIC that msi-parent names: > 0 its node, 0 there is none, < 0 said. */
static int msi_parent(const void *fdt, int node)
{
    uint32_t phandle;
    int err = tree_u32(fdt, node, "msi-parent", &phandle);
    if (err != 0) {
        return err == ERR_MISSING ? 0 : err;
    }
    int imsic = fdt_node_offset_by_phandle(fdt, phandle);
    if (imsic <= 0) {
        return tree_refuse(fdt, node, "msi-parent", ERR_INVALID, "names a node that doesn't exist");
    }
    return imsic;
}

static bool is_machine(const void *fdt, int node, int imsic)
{
    return imsic_is_machine(fdt, imsic > 0 ? imsic : node);
}

static uint32_t msi_base_high(const struct imsic_layout *l)
{
    return (uint32_t)(FIELD_PUT(CFGH_LHXS, (uint64_t)l->guest_bits) |
                      FIELD_PUT(CFGH_BASE, l->base >> 44));
}

/* How a hart's number becomes bits of an address. Both levels share it, and the specification has
 * it in mmsiaddrcfgh only, but QEMU 10 reads it of smsiaddrcfgh for S-level domains; reserved bits
 * elsewhere. */
static uint32_t msi_hart_fields(const struct imsic_layout *machine)
{
    return (uint32_t)(FIELD_PUT(CFGH_LHXW, (uint64_t)machine->hart_bits) |
                      FIELD_PUT(CFGH_HHXW, (uint64_t)machine->group_bits) |
                      FIELD_PUT(CFGH_HHXS, (uint64_t)machine->group_shift - 24));
}

static void set_msi_address(uintptr_t base, const struct imsic_layout *machine,
                            const struct imsic_layout *supervisor)
{
    uint32_t hart = msi_hart_fields(machine);

    write32(base + MMSIADDRCFG, (uint32_t)(machine->base >> 12));
    write32(base + MMSIADDRCFG + 4, msi_base_high(machine) | hart);
    write32(base + SMSIADDRCFG, (uint32_t)(supervisor->base >> 12));
    write32(base + SMSIADDRCFG + 4, msi_base_high(supervisor) | hart);
}

/* The child's place in riscv,children. */
static int child_index(const void *fdt, int node, uint32_t phandle, uint32_t *index)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, "riscv,children", &length);
    for (int i = 0; p != NULL && i < length / 4; i++) {
        if (fdt32_to_cpu(p[i]) == phandle) {
            *index = (uint32_t)i;
            return 0;
        }
    }
    return tree_refuse(fdt, node, "riscv,children", ERR_INVALID,
                       "doesn't name who the sources are delegated to");
}

static int delegate(const void *fdt, int node, uintptr_t base, uint32_t sources)
{
    static const char name[] = "riscv,delegation";
    int length, err;
    uint32_t child = 0;
    const fdt32_t *p = fdt_getprop(fdt, node, name, &length);
    if (p == NULL) {
        p = fdt_getprop(fdt, node, "riscv,delegate", &length); /* as it was called first */
    }
    if (p == NULL) {
        return 0;
    }
    if (length % 12 != 0) {
        return tree_refuse(fdt, node, name, ERR_INVALID,
                           "is not triples of a child, a first and a last source");
    }
    for (int i = 0; i < length / 12; i++, p += 3) {
        uint32_t first = fdt32_to_cpu(p[1]), last = fdt32_to_cpu(p[2]);
        if (first == 0 || first > last || last > sources) {
            return tree_refuse(fdt, node, name, ERR_RANGE, "names sources that don't exist");
        }
        if ((err = child_index(fdt, node, fdt32_to_cpu(p[0]), &child)) != 0) {
            return err;
        }
        for (uint32_t s = first; s <= last; s++) {
            write32(base + SOURCECFG(s), (uint32_t)SOURCECFG_D | child);
        }
    }
    return 0;
}

/* The layout of the IMSIC that the first child sends to. */
static int child_layout(const void *fdt, int node, struct imsic_layout *l)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, "riscv,children", &length);
    if (p == NULL || length < 4) {
        return ERR_MISSING;
    }
    int child = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(p[0]));
    int imsic = child <= 0 ? 0 : msi_parent(fdt, child);
    return imsic <= 0 ? ERR_MISSING : imsic_layout(fdt, imsic, l);
}

static unsigned children_count(const void *fdt, int node)
{
    int length;
    return fdt_getprop(fdt, node, "riscv,children", &length) == NULL ? 0 : (unsigned)length / 4;
}

/* For firmware. A target's hart index counts pages of the IMSIC, or the domain's IDCs. */
static int note(const void *fdt, int node, int imsic, const struct tree_range *reg,
                uint32_t sources)
{
    struct device *d;
    struct tree_irq to;
    int err = device_note(fdt, node, DEVICE_APLIC, reg, &d);
    if (err != 0) {
        return err;
    }
    d->sources = sources;
    d->children = children_count(fdt, node);
    d->msi = imsic > 0;
    for (unsigned i = 0; (err = tree_hart_irq(fdt, imsic > 0 ? imsic : node, i, &to)) == 0; i++) {
        device_register(d, &to);
    }
    return err == ERR_MISSING ? 0 : err;
}

static int probe(const void *fdt, int node)
{
    struct tree_range reg;
    struct imsic_layout machine, supervisor;
    uint32_t sources;
    int imsic = msi_parent(fdt, node);
    if (imsic < 0 || !is_machine(fdt, node, imsic)) {
        return imsic < 0 ? imsic : 0;
    }
    int err = device_reg(fdt, node, 0, APLIC_SIZE, 4, &reg);
    if (err != 0) {
        return err;
    }
    err = tree_u32(fdt, node, "riscv,num-sources", &sources);
    if (err != 0 || sources == 0 || sources > SOURCES_MAX) {
        return tree_refuse(fdt, node, "riscv,num-sources", ERR_INVALID,
                           "is not a number of 1 to 1023 sources");
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    write32(reg.base + DOMAINCFG, 0);
    for (uint32_t i = 0; i <= sources / 32; i++) {
        write32(reg.base + CLRIE(i), UINT32_MAX);
    }
    for (uint32_t i = 1; i <= sources; i++) {
        write32(reg.base + SOURCECFG(i), 0);
    }
    err = delegate(fdt, node, reg.base, sources);
    if (err == 0 && imsic > 0 && (err = imsic_layout(fdt, imsic, &machine)) == 0 &&
        (err = child_layout(fdt, node, &supervisor)) == 0) {
        set_msi_address(reg.base, &machine, &supervisor);
    }
    if (err != 0 && err != ERR_MISSING) {
        return err;
    }
    drv_close(&reg);
    return note(fdt, node, imsic, &reg, sources);
}

static const char *const compatible[] = {"riscv,aplic", NULL};
const struct driver drv_aplic = {compatible, probe};
