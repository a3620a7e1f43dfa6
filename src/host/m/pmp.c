/* SPDX-License-Identifier: BSD-2-Clause */
/* The physical memory protection while anything but Hearth runs: one plan, made once a hart; with
 * firmware one for each who runs, made again when the virtual PMP changes. */
#include "core/bus.h"
#include "host/m/firmware.h"
#include "lib/panic.h"

/* What the plan leaves open. */
static bool is_open(uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < machine.closed_count; i++) {
        if (pa < machine.closed[i].base + machine.closed[i].size &&
            pa + len > machine.closed[i].base) {
            return false;
        }
    }
    return true;
}

static void address_write(unsigned i, uint64_t addr)
{
    switch (i) {
#define ADDR(n)                                                                                    \
    case n:                                                                                        \
        hw_write(HW_pmpaddr0 + (n), addr);                                                         \
        break;
        HW_EACH_PMP(ADDR)
#undef ADDR
    default:
        panic("PMP plan of more entries than there are");
    }
}

/* The range of the shadow tables among the closed ones. */
static const struct mem_range *tables(void)
{
    for (unsigned i = 0; i < machine.closed_count; i++) {
        if (machine.closed[i].base == machine.pool.base) {
            return &machine.closed[i];
        }
    }
    panic("the shadow tables are not among the closed ranges");
}

void m_pmp_setup(struct vhart *vh)
{
    struct pmp_plan plan;

    if (!pmp_plan_make(&plan, machine.closed, machine.closed_count, tables())) {
        panic("%u ranges to close are more than %u PMP entries can", machine.closed_count,
              PMP_ENTRIES);
    }
    vh->pmpcfg[PMP_VS][0] = pmp_plan_cfg(&plan);
    if (pmp_plan_make(&plan, machine.closed, machine.closed_count, NULL)) {
        vh->pmpcfg[PMP_HS][0] = pmp_plan_cfg(&plan);
    }
    for (unsigned i = 0; i < plan.count; i++) {
        address_write(i, plan.entry[i].addr);
    }
    hw_write(HW_pmpcfg0, vh->pmpcfg[PMP_HS][0]);
    hw_sfence_all();
}

/* --- a world with firmware --- */

/* The virtual devices that aren't closed to everybody anyway. */
static struct pmp_world plan_world(struct mem_range *trapped)
{
    struct pmp_world w = {.closed = machine.closed,
                          .count = machine.closed_count,
                          .tables = tables(),
                          .trapped = trapped,
                          .entries = machine.pmp_entries};
    const struct bus *bus = world0.bus;

    for (unsigned i = 0; bus != NULL && i < bus->count; i++) {
        if (is_open(bus->row[i].base, bus->row[i].size)) {
            trapped[w.trapped_count++] = (struct mem_range){bus->row[i].base, bus->row[i].size};
        }
    }
    return w;
}

unsigned m_pmp_room(void)
{
    struct mem_range trapped[BUS_ROWS];
    struct pmp_world w = plan_world(trapped);

    return (unsigned)min_u64(pmp_plan_room(&w), PMP_MAX);
}

static void view_write(const struct vhart *vh)
{
    enum pmp_view view = vh->mprv ? PMP_MPRV : PMP_M;

    hw_write(HW_pmpcfg0, vh->pmpcfg[view][0]);
    hw_write(HW_pmpcfg2, vh->pmpcfg[view][1]);
}

void m_pmp_changed(struct vhart *vh)
{
    struct mem_range trapped[BUS_ROWS];
    struct pmp_world w = plan_world(trapped);
    struct pmp_plan plan;

    for (unsigned view = 0; view < PMP_VIEWS; view++) {
        pmp_plan_view(&plan, &w, &vh->h, (enum pmp_view)view);
        vh->pmpcfg[view][0] = pmp_plan_cfg_word(&plan, 0);
        vh->pmpcfg[view][1] = pmp_plan_cfg_word(&plan, 1);
    }
    for (unsigned i = 0; i < plan.count; i++) {
        address_write(i, plan.entry[i].addr);
    }
    view_write(vh);
    hw_sfence_all();
}

void m_pmp_firmware(struct vhart *vh)
{
    vh->mprv = m_mprv(&vh->h);
    view_write(vh);
}

void m_pmp_below(struct vhart *vh)
{
    hw_write(HW_pmpcfg2, vh->pmpcfg[PMP_HS][1]);
}

void m_pmp_follow(struct vhart *vh)
{
    if (unlikely(vh->mprv != m_mprv(&vh->h))) {
        m_pmp_firmware(vh);
    }
}

/* --- who may be reached on somebody's behalf --- */

bool host_mmio_ok(uint64_t pa, uint64_t len)
{
    return is_open(pa, len);
}

bool host_mmio_load(uint64_t pa, unsigned len, uint64_t *value)
{
    return is_open(pa, len) && m_mmio_load(pa, len, value) == 0;
}

bool host_mmio_store(uint64_t pa, unsigned len, uint64_t value)
{
    return is_open(pa, len) && m_mmio_store(pa, len, value) == 0;
}
