/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PLIC (RISC-V PLIC specification 1.0.0):
 *   0x000000 + 4 i           priority of source i
 *   0x002000 + 0x80 c        enables of context c, a bit a source
 *   0x200000 + 0x1000 c      threshold of context c; +4 claim/complete
 * A context is a hart and a mode, in the order of interrupts-extended. The S contexts are the
 * operating system's; a hart's M context is used to see what its S context would while a guest
 * runs.
 */
#include "drv/driver.h"
#include "spec/hart.h"

#define ENABLE(c)    (0x2000 + 0x80 * (uintptr_t)(c))
#define THRESHOLD(c) (0x200000 + 0x1000 * (uintptr_t)(c))
#define CONTEXTS_MAX 15872
#define SOURCES_MAX  1023
#define WORDS_MAX    ((SOURCES_MAX + 32) / 32)
#define NOTHING      UINT32_MAX /* a threshold above every priority */
#define DELEGATE     0x1ffffc   /* thead,c900-plic: bit 0 lets S-mode in */

static uintptr_t base;
static unsigned words; /* of enables, source 0 included */

/* Of one hart, touched by that hart only. */
static struct context {
    uintptr_t m_enable, m_threshold;
    uintptr_t s_enable, s_threshold;
    uint32_t held[WORDS_MAX]; /* what the M context's enables hold */
    uint32_t threshold;       /* of S, while captured */
    bool captured;
} context[SLOTS];
static unsigned contexts;
static struct by_hart of_hart;

static void capture(uint64_t hartid)
{
    struct context *c = (struct context *)by_hart_at(&of_hart, hartid);
    if (c == NULL || c->m_enable == 0 || c->s_enable == 0) {
        return;
    }
    for (unsigned i = 0; i < words; i++) {
        uint32_t enables = read32(c->s_enable + 4 * i);
        if (enables != c->held[i]) {
            c->held[i] = enables;
            write32(c->m_enable + 4 * i, enables);
        }
    }
    if (!c->captured) {
        c->captured = true;
        c->threshold = read32(c->s_threshold);
        write32(c->s_threshold, NOTHING);
        write32(c->m_threshold, c->threshold);
    }
}

static void release(uint64_t hartid)
{
    struct context *c = (struct context *)by_hart_at(&of_hart, hartid);
    if (c == NULL || !c->captured) {
        return;
    }
    c->captured = false;
    write32(c->m_threshold, NOTHING);
    write32(c->s_threshold, c->threshold);
}

static const struct external_ops ops = {.capture = capture, .release = release};

static struct context *context_of(uint64_t hartid)
{
    struct context *c = (struct context *)by_hart_at(&of_hart, hartid);
    if (c != NULL || contexts == ARRAY_LEN(context)) {
        return c;
    }
    c = &context[contexts];
    if (by_hart_add(&of_hart, hartid, (uintptr_t)c) != 0) {
        return NULL;
    }
    contexts++;
    return c;
}

/* Nothing enabled, nothing let through: what the machine was doing before is over. */
static void close_context(uintptr_t enable, uintptr_t threshold)
{
    for (unsigned i = 0; i < words; i++) {
        write32(enable + 4 * i, 0);
    }
    write32(threshold, NOTHING);
}

static int add_contexts(const void *fdt, int node, uint64_t size)
{
    struct tree_irq to;
    int err;
    for (unsigned i = 0; (err = tree_hart_irq(fdt, node, i, &to)) == 0; i++) {
        if (i >= CONTEXTS_MAX || THRESHOLD(i) + 8 > size) {
            return tree_refuse(fdt, node, "reg", ERR_RANGE, "too small for interrupts-extended");
        }
        if (!to.known || (to.irq != IRQ_MEI && to.irq != IRQ_SEI)) {
            continue;
        }
        struct context *c = context_of(to.hartid);
        if (c == NULL) {
            return tree_refuse(fdt, node, "interrupts-extended", ERR_RANGE,
                               "names more than 64 harts");
        }
        uintptr_t enable = base + ENABLE(i), threshold = base + THRESHOLD(i);
        close_context(enable, threshold);
        if (to.irq == IRQ_MEI) {
            c->m_enable = enable;
            c->m_threshold = threshold;
        } else {
            c->s_enable = enable;
            c->s_threshold = threshold;
        }
    }
    return err == ERR_MISSING ? 0 : err;
}

static int probe(const void *fdt, int node)
{
    struct tree_range reg;
    uint32_t sources;
    int err = device_reg(fdt, node, 0, THRESHOLD(0) + 8, 0x1000, &reg);
    if (err != 0) {
        return err;
    }
    err = tree_u32(fdt, node, "riscv,ndev", &sources);
    if (err != 0 || sources == 0 || sources > SOURCES_MAX) {
        return tree_refuse(fdt, node, "riscv,ndev", ERR_INVALID,
                           "is not a number of 1 to 1023 sources");
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    base = reg.base;
    words = (sources + 32) / 32;
    for (uint32_t i = 1; i <= sources; i++) {
        write32(base + 4 * (uintptr_t)i, 0);
    }
    err = add_contexts(fdt, node, reg.size);
    if (err != 0) {
        return err;
    }
    if (fdt_node_check_compatible(fdt, node, "thead,c900-plic") == 0) {
        write32(base + DELEGATE, 1);
    }
    drivers.external = &ops;
    return 0;
}

static const char *const compatible[] = {"sifive,plic-1.0.0", "riscv,plic0", "thead,c900-plic",
                                         NULL};
const struct driver drv_plic = {compatible, probe};
