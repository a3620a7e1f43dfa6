/* SPDX-License-Identifier: BSD-2-Clause */
#include "dev.h"
#include "check.h"
#include "fdt.h"

struct devices dev;
static const void *tree;

struct find {
    const char *compatible;
    const char *name;
    const char *node; /* the node's name in the tree tells it apart from all others */
    struct fdt_prop prop;
};

static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static bool find_node(const struct fdt_prop *p, void *arg)
{
    struct find *f = arg;
    if (!same(p->name, "compatible") || p->depth == 0)
        return false;
    for (const char *s = (const char *)p->data; s < (const char *)p->data + p->len;) {
        if (same(s, f->compatible)) {
            f->node = p->path[p->depth - 1];
            return true;
        }
        while (*s++)
            ;
    }
    return false;
}

static bool find_prop(const struct fdt_prop *p, void *arg)
{
    struct find *f = arg;
    if (p->depth == 0 || p->path[p->depth - 1] != f->node || !same(p->name, f->name))
        return false;
    f->prop = *p;
    return true;
}

/* The property of the first node with that compatible string; len 0 if there is none. */
static struct fdt_prop prop_of(const char *compatible, const char *name)
{
    struct find f = {.compatible = compatible, .name = name};
    fdt_each(tree, find_node, &f);
    if (f.node)
        fdt_each(tree, find_prop, &f);
    return f.prop;
}

static uint64_t reg_of(const char *compatible, unsigned n)
{
    struct fdt_prop p = prop_of(compatible, "reg");
    return p.len >= 16 * n + 16 ? fdt_u64(p.data + 16 * n) : 0;
}

static void find_timer(void)
{
    uint64_t clint = reg_of("sifive,clint0", 0);
    if (!clint)
        clint = reg_of("riscv,clint0", 0);
    if (clint) {
        dev.msip = clint;
        dev.mtimecmp = clint + 0x4000;
        dev.mtime = clint + 0xbff8;
        return;
    }
    dev.msip = reg_of("riscv,aclint-mswi", 0);
    dev.mtime = reg_of("riscv,aclint-mtimer", 0);
    dev.mtimecmp = reg_of("riscv,aclint-mtimer", 1);
}

/* Of the nodes with the compatible string the one in which the property is as wanted: its reg. */
struct choice {
    const char *compatible, *name;
    bool (*fits)(const struct fdt_prop *p);
    const char *kind[8]; /* the nodes with the string */
    unsigned kinds;
    const char *node; /* that fits */
    uint64_t reg;
};

static bool note_kind(const struct fdt_prop *p, void *arg)
{
    struct choice *c = arg;
    struct find f = {.compatible = c->compatible};
    if (c->kinds < 8 && find_node(p, &f))
        c->kind[c->kinds++] = f.node;
    return false;
}

static bool note_fit(const struct fdt_prop *p, void *arg)
{
    struct choice *c = arg;
    for (unsigned i = 0; i < c->kinds; i++) {
        if (p->depth && p->path[p->depth - 1] == c->kind[i] && same(p->name, c->name) && c->fits(p))
            c->node = c->kind[i];
    }
    return c->node != 0;
}

static bool note_reg(const struct fdt_prop *p, void *arg)
{
    struct choice *c = arg;
    if (p->depth == 0 || p->path[p->depth - 1] != c->node || !same(p->name, "reg"))
        return false;
    c->reg = fdt_u64(p->data);
    return true;
}

static uint64_t chosen(struct choice c)
{
    fdt_each(tree, note_kind, &c);
    fdt_each(tree, note_fit, &c);
    if (c.node)
        fdt_each(tree, note_reg, &c);
    return c.reg;
}

static bool is_m_level(const struct fdt_prop *p)
{
    return p->len >= 8 && fdt_u32(p->data + 4) == 11;
}

static bool any(const struct fdt_prop *p)
{
    return p->len != 0;
}

static uint64_t imsic_of_m(void)
{
    return chosen((struct choice){
        .compatible = "riscv,imsics", .name = "interrupts-extended", .fits = is_m_level});
}

/* The domain with children is the root. */
static uint64_t aplic_root(void)
{
    return chosen(
        (struct choice){.compatible = "riscv,aplic", .name = "riscv,children", .fits = any});
}

void dev_init(const void *dtb)
{
    tree = dtb;
    find_timer();
    dev.plic = reg_of("sifive,plic-1.0.0", 0);
    dev.uart = reg_of("ns16550a", 0);
    struct fdt_prop irq = prop_of("ns16550a", "interrupts");
    if (!dev.uart) {
        dev.uart = reg_of("sifive,uart0", 0);
        dev.uart_sifive = true;
        irq = prop_of("sifive,uart0", "interrupts");
    }
    dev.uart_irq = irq.len >= 4 ? fdt_u32(irq.data) : 0;
    dev.finisher = reg_of("sifive,test0", 0);
    dev.imsic_m = imsic_of_m();
    dev.aplic_m = dev.imsic_m ? aplic_root() : 0;
}

/* interrupts-extended has a pair (the hart's controller, the interrupt) for each context: that of
 * hart n is the one that holds the M external interrupt for the (n + 1)th time. */
unsigned plic_context(uint64_t hartid)
{
    struct fdt_prop p = prop_of("sifive,plic-1.0.0", "interrupts-extended");
    for (unsigned i = 0; i < p.len / 8; i++) {
        if (fdt_u32(p.data + 8 * i + 4) == 11 && hartid-- == 0)
            return i;
    }
    test_fatal("the device tree has no PLIC context of M-mode for this hart");
}

void uart_line(bool on)
{
    if (dev.uart_sifive) {
        MMIO32(dev.uart + 0x08) = 1u << 16 | 1; /* txctrl: txcnt 1, txen */
        MMIO32(dev.uart + 0x10) = on;           /* ie.txwm */
        return;
    }
    (void)MMIO8(dev.uart + 2); /* IIR: takes back an interrupt of an empty transmitter */
    MMIO8(dev.uart + 1) = 0;
    MMIO8(dev.uart + 1) = on ? 2 : 0; /* IER.ETBEI */
}

static void put(char c)
{
    if (dev.uart_sifive) {
        while (MMIO32(dev.uart) & 0x80000000u)
            ;
        MMIO32(dev.uart) = (uint8_t)c;
        return;
    }
    while (!(MMIO8(dev.uart + 5) & 0x20))
        ;
    MMIO8(dev.uart) = (uint8_t)c;
}

void console_write(const char *s, uint64_t len)
{
    for (; len--; s++) {
        if (*s == '\n')
            put('\r');
        put(*s);
    }
}

void dev_finish(bool failed)
{
    if (dev.finisher)
        MMIO32(dev.finisher) = failed ? 0x13333 : 0x5555;
    for (;;)
        __asm__ volatile("wfi");
}
