// SPDX-License-Identifier: BSD-2-Clause
// A flat device tree (devicetree specification v0.4, chapter 5), written front to back.
#include "vmm.h"
#include <endian.h>
#include <stdio.h>
#include <string.h>

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_END        9u
#define STRUCT_ROOM    0xc000u
#define STRINGS_ROOM   0x1000u
#define PHANDLE_INTC0  1u

struct fdt_header {
    uint32_t magic, totalsize, off_dt_struct, off_dt_strings, off_mem_rsvmap, version;
    uint32_t last_comp_version, boot_cpuid_phys, size_dt_strings, size_dt_struct;
};

struct dt {
    uint8_t body[STRUCT_ROOM];
    char strings[STRINGS_ROOM];
    uint32_t body_len, strings_len;
};

static void put(struct dt *dt, const void *data, size_t len)
{
    size_t padded = (len + 3) & ~3ul;
    if (dt->body_len + padded > STRUCT_ROOM)
        die("device tree too large");
    memcpy(dt->body + dt->body_len, data, len);
    dt->body_len += (uint32_t)padded;
}

static void put32(struct dt *dt, uint32_t value)
{
    uint32_t be = htobe32(value);
    put(dt, &be, sizeof(be));
}

// Offset of a property's name in the strings block; each name is kept once.
static uint32_t name_offset(struct dt *dt, const char *name)
{
    uint32_t off = 0;
    while (off < dt->strings_len) {
        if (strcmp(dt->strings + off, name) == 0)
            return off;
        off += (uint32_t)strlen(dt->strings + off) + 1;
    }
    size_t len = strlen(name) + 1;
    if (off + len > STRINGS_ROOM)
        die("device tree has too many property names");
    memcpy(dt->strings + off, name, len);
    dt->strings_len += (uint32_t)len;
    return off;
}

static void node(struct dt *dt, const char *name)
{
    put32(dt, FDT_BEGIN_NODE);
    put(dt, name, strlen(name) + 1);
}

static void end(struct dt *dt)
{
    put32(dt, FDT_END_NODE);
}

static void prop(struct dt *dt, const char *name, const void *data, size_t len)
{
    put32(dt, FDT_PROP);
    put32(dt, (uint32_t)len);
    put32(dt, name_offset(dt, name));
    put(dt, data, len);
}

static void prop_str(struct dt *dt, const char *name, const char *value)
{
    prop(dt, name, value, strlen(value) + 1);
}

static void prop_u32(struct dt *dt, const char *name, uint32_t value)
{
    uint32_t be = htobe32(value);
    prop(dt, name, &be, sizeof(be));
}

static void prop_u64(struct dt *dt, const char *name, uint64_t value)
{
    uint64_t be = htobe64(value);
    prop(dt, name, &be, sizeof(be));
}

// Without a seed Linux extracts entropy anew at every system call, and pages of noise come into
// every measurement. It is the same each time: these guests keep no secrets, and runs must repeat.
static void rng_seed(struct dt *dt)
{
    uint8_t seed[64];
    for (unsigned i = 0; i < sizeof(seed); i++)
        seed[i] = (uint8_t)(i * 37 + 11);
    prop(dt, "rng-seed", seed, sizeof(seed));
}

static void chosen(struct dt *dt, const struct guest *g, const struct options *o)
{
    node(dt, "chosen");
    prop_str(dt, "bootargs", o->append);
    if (!o->no_seed)
        rng_seed(dt);
    if (o->uart)
        prop_str(dt, "stdout-path", "/serial@10000000");
    if (g->initrd_end != 0) {
        prop_u64(dt, "linux,initrd-start", g->initrd_start);
        prop_u64(dt, "linux,initrd-end", g->initrd_end);
    }
    end(dt);
}

static void memory(struct dt *dt, const struct guest *g)
{
    uint64_t reg[2] = {htobe64(RAM_BASE), htobe64(g->size)};
    node(dt, "memory@80000000");
    prop_str(dt, "device_type", "memory");
    prop(dt, "reg", reg, sizeof(reg));
    end(dt);
}

// Both bindings: the old `riscv,isa` string and the list `riscv,isa-extensions`.
static void isa_props(struct dt *dt, const struct hart_isa *isa)
{
    static const char letters[] = "imafdqcbvh";
    char old[1024] = "rv64";
    char list[1024];
    size_t n = strlen(old);
    size_t m = 0;
    for (const char *l = letters; *l != '\0'; l++) {
        if (isa->base >> (*l - 'a') & 1) {
            old[n++] = *l;
            list[m++] = *l;
            list[m++] = '\0';
        }
    }
    for (unsigned i = 0; i < isa->n_ext; i++) {
        n += (size_t)snprintf(old + n, sizeof(old) - n, "_%s", isa->ext[i]);
        m += (size_t)snprintf(list + m, sizeof(list) - m, "%s", isa->ext[i]) + 1;
    }
    old[n] = '\0';
    prop_str(dt, "riscv,isa", old);
    prop_str(dt, "riscv,isa-base", "rv64i");
    prop(dt, "riscv,isa-extensions", list, m);
}

static void cpu(struct dt *dt, uint32_t id, const struct hart_isa *isa)
{
    char name[16];
    snprintf(name, sizeof(name), "cpu@%x", id);
    node(dt, name);
    prop_str(dt, "device_type", "cpu");
    prop_str(dt, "compatible", "riscv");
    prop_str(dt, "mmu-type", isa->mmu);
    prop_str(dt, "status", "okay");
    prop_u32(dt, "reg", id);
    isa_props(dt, isa);
    if (isa->zicbom_block != 0)
        prop_u32(dt, "riscv,cbom-block-size", (uint32_t)isa->zicbom_block);
    if (isa->zicboz_block != 0)
        prop_u32(dt, "riscv,cboz-block-size", (uint32_t)isa->zicboz_block);
    node(dt, "interrupt-controller");
    prop_str(dt, "compatible", "riscv,cpu-intc");
    prop(dt, "interrupt-controller", "", 0);
    prop_u32(dt, "#interrupt-cells", 1);
    prop_u32(dt, "phandle", PHANDLE_INTC0 + id);
    end(dt);
    end(dt);
}

static void uart(struct dt *dt)
{
    uint64_t reg[2] = {htobe64(UART_BASE), htobe64(0x100)};
    node(dt, "serial@10000000");
    prop_str(dt, "compatible", "ns16550a");
    prop(dt, "reg", reg, sizeof(reg));
    prop_u32(dt, "clock-frequency", 3686400);
    end(dt);
}

static void root(struct dt *dt, const struct guest *g, const struct options *o,
                 const struct hart_isa *isa)
{
    node(dt, "");
    prop_u32(dt, "#address-cells", 2);
    prop_u32(dt, "#size-cells", 2);
    prop_str(dt, "compatible", "hearth,vmm");
    prop_str(dt, "model", "hearth,vmm");
    chosen(dt, g, o);
    memory(dt, g);
    if (o->uart)
        uart(dt);
    node(dt, "cpus");
    prop_u32(dt, "#address-cells", 1);
    prop_u32(dt, "#size-cells", 0);
    prop_u32(dt, "timebase-frequency", (uint32_t)isa->timebase);
    for (uint32_t id = 0; id < o->cpus; id++)
        cpu(dt, id, isa);
    end(dt);
    end(dt);
    put32(dt, FDT_END);
}

void dt_write(const struct guest *g, const struct options *o, const struct hart_isa *isa)
{
    static struct dt dt;
    const uint32_t rsvmap = sizeof(struct fdt_header); // 40 bytes: a multiple of 8
    const uint32_t body = rsvmap + 16;                 // one empty reservation entry
    root(&dt, g, o, isa);
    struct fdt_header h = {
        .magic = htobe32(FDT_MAGIC),
        .totalsize = htobe32(body + dt.body_len + dt.strings_len),
        .off_dt_struct = htobe32(body),
        .off_dt_strings = htobe32(body + dt.body_len),
        .off_mem_rsvmap = htobe32(rsvmap),
        .version = htobe32(17),
        .last_comp_version = htobe32(16),
        .size_dt_strings = htobe32(dt.strings_len),
        .size_dt_struct = htobe32(dt.body_len),
    };
    uint8_t *to = guest_ptr(g, g->dtb, body + sizeof(dt));
    if (to == NULL)
        die("no room for the device tree");
    memset(to, 0, body);
    memcpy(to, &h, sizeof(h));
    memcpy(to + body, dt.body, dt.body_len);
    memcpy(to + body + dt.body_len, dt.strings, dt.strings_len);
}
