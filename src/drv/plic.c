/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PLIC (RISC-V PLIC specification 1.0.0):
 *   0x000000 + 4 i           priority of source i
 *   0x002000 + 0x80 c        enables of context c, a bit a source
 *   0x200000 + 0x1000 c      threshold of context c; +4 claim/complete
 * A context is a hart and a mode, in the order of interrupts-extended. The S contexts are the
 * operating system's; what the M contexts hold is vdev/plic.c's to say, with firmware or without.
 */
#include "drv/driver.h"
#include "spec/hart.h"

#define ENABLE(c)    (0x2000 + 0x80 * (uintptr_t)(c))
#define THRESHOLD(c) (0x200000 + 0x1000 * (uintptr_t)(c))
#define CONTEXTS_MAX 15872
#define PENDING      0x1000
#define DELEGATE     0x1ffffc /* thead,c900-plic: bit 0 lets S-mode in */

static struct plic plics[DRV_PLICS];
static struct by_hart of_hart; /* its struct vplic_hart */

static uint32_t claim(volatile uint32_t *at)
{
    return *at;
}

static void complete(volatile uint32_t *at, uint32_t id)
{
    *at = id;
}

struct vplic_hart *external_of(uint64_t hartid)
{
    return (struct vplic_hart *)by_hart_at(&of_hart, hartid);
}

static void locked(void (*what)(struct vplic_hart *), struct vplic_hart *h)
{
    struct lock *lock = &plic_of(h)->lock;

    lock_take(lock);
    what(h);
    lock_drop(lock);
}

void external_capture(struct vplic_hart *h)
{
    if (!h->alone) {
        locked(vplic_capture, h);
    } else if (h->captured || !vplic_capture_quick(h)) {
        vplic_capture(h);
    }
}

void external_release(struct vplic_hart *h)
{
    if (!h->alone) {
        locked(vplic_release, h);
    } else if (h->captured) {
        vplic_release_quick(h);
    }
}

/* The hart's place in model.hart[]; negative if there are too many. */
static int slot_of(struct plic *p, uint64_t hartid)
{
    struct vplic_hart *h = external_of(hartid);
    if (h != NULL && plic_of(h) == p && h < &p->model.hart[p->harts]) {
        return (int)(h - p->model.hart);
    }
    if (p->harts == VDEV_HARTS ||
        by_hart_add(&of_hart, hartid, (uintptr_t)&p->model.hart[p->harts]) != 0) {
        return ERR_RANGE;
    }
    p->hartid[p->harts] = hartid;
    return (int)p->harts++;
}

static int add_contexts(struct plic *p, const void *fdt, int node)
{
    struct tree_irq to;
    int err;
    for (unsigned i = 0; (err = tree_hart_irq(fdt, node, i, &to)) == 0; i++) {
        if (i >= CONTEXTS_MAX || THRESHOLD(i) + 8 > p->range.size) {
            return tree_refuse(fdt, node, "reg", ERR_RANGE, "too small for interrupts-extended");
        }
        if (!to.known || (to.irq != IRQ_MEI && to.irq != IRQ_SEI)) {
            continue;
        }
        int slot = slot_of(p, to.hartid);
        if (slot < 0) {
            return tree_refuse(fdt, node, "interrupts-extended", ERR_RANGE,
                               "names more than 64 harts");
        }
        const struct plic_context c = {(volatile uint32_t *)(p->range.base + ENABLE(i)),
                                       (volatile uint32_t *)(p->range.base + THRESHOLD(i))};
        vplic_context(&p->model, i, (unsigned)slot, to.irq == IRQ_SEI, &c);
    }
    return err == ERR_MISSING ? 0 : err;
}

static void set_up(struct plic *p, const struct tree_range *reg, uint32_t sources)
{
    struct vplic *v = &p->model;
    p->range = (struct mem_range){reg->base, reg->size};
    p->harts = 0;
    vplic_init(v, sources);
    v->priority = (volatile uint32_t *)reg->base;
    v->pending = (volatile uint32_t *)(reg->base + PENDING);
    v->line = external_line;
    v->claim = claim;
    v->complete = complete;
    for (uint32_t i = 1; i <= sources; i++) {
        v->priority[i] = 0;
    }
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
    if (err != 0 || sources == 0 || sources > VPLIC_SOURCES) {
        return tree_refuse(fdt, node, "riscv,ndev", ERR_INVALID,
                           "is not a number of 1 to 1023 sources");
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    if (drivers.plics == DRV_PLICS) {
        return tree_refuse(fdt, node, NULL, ERR_RANGE, "one PLIC too many");
    }
    struct plic *p = drivers.plic[drivers.plics] = &plics[drivers.plics];
    set_up(p, &reg, sources);
    err = add_contexts(p, fdt, node);
    if (err != 0) {
        return err;
    }
    if (fdt_node_check_compatible(fdt, node, "thead,c900-plic") == 0) {
        write32(reg.base + DELEGATE, 1);
    }
    drivers.plics++;
    return 0;
}

static const char *const compatible[] = {"sifive,plic-1.0.0", "riscv,plic0", "thead,c900-plic",
                                         NULL};
const struct driver drv_plic = {compatible, probe};
