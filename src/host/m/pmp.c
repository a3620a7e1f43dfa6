/* SPDX-License-Identifier: BSD-2-Clause */
/* The physical memory protection while anything but Hearth runs: one plan, made once a hart; with
 * firmware one for each who runs, made again when the virtual PMP changes. */
#include "core/bus.h"
#include "core/policy.h"
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

/* Where what begins at `end` ends, if that is memory of the world or closed anyway: together they
 * take one entry or two. */
static uint64_t goes_on(uint64_t end)
{
    for (unsigned i = 0; i < world0.mem.count; i++) {
        if (world0.mem.range[i].base == end) {
            return end + world0.mem.range[i].size;
        }
    }
    for (unsigned i = 0; i < machine.closed_count; i++) {
        if (machine.closed[i].base == end) {
            return end + machine.closed[i].size;
        }
    }
    return end;
}

static bool is_in(const struct mem_range *r, unsigned n, uint64_t pa)
{
    for (unsigned i = 0; i < n; i++) {
        if (pa >= r[i].base && pa - r[i].base < r[i].size) {
            return true;
        }
    }
    return false;
}

static unsigned append_range(struct mem_range *out, unsigned n, uint64_t base, uint64_t end)
{
    if (end <= base || is_in(out, n, base)) {
        return n;
    }
    for (uint64_t next = goes_on(end); next != end; next = goes_on(end)) {
        end = next;
    }
    out[n] = (struct mem_range){base, end - base};
    return n + 1;
}

/* The world's memory without the firmware's own. What begins lowest comes first. */
static unsigned guarded_ranges(struct mem_range *out)
{
    const struct firmware *f = world0.firmware;
    unsigned n = 0;

    for (unsigned i = 0; i < world0.mem.count; i++) {
        uint64_t base = world0.mem.range[i].base, end = base + world0.mem.range[i].size;
        if (f->base >= base && f->base < end) {
            if (f->base > base) {
                out[n++] = (struct mem_range){base, f->base - base};
            }
            base = min_u64(f->base + f->size, end);
        }
        n = append_range(out, n, base, end);
    }
    return n;
}

struct plan_ranges {
    struct mem_range trapped[BUS_ROWS], guarded[WORLD_RANGES + 1];
};

/* The virtual devices that aren't closed to everybody anyway; what a policy guards. */
static struct pmp_world plan_world(struct plan_ranges *ranges)
{
    struct mem_range *trapped = ranges->trapped;
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
    if (world0.firmware != NULL && world0.firmware->policy->closed != NULL) {
        w.guarded = ranges->guarded;
        w.guarded_count = guarded_ranges(ranges->guarded);
        w.guarding = world0.firmware->policy->closed(&world0);
    }
    return w;
}

unsigned m_pmp_room(void)
{
    struct plan_ranges ranges = {0};
    struct pmp_world w = plan_world(&ranges);

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
    struct plan_ranges ranges = {0};
    struct pmp_world w = plan_world(&ranges);
    struct pmp_plan plan;

    for (unsigned view = 0; view < PMP_VIEWS; view++) {
        pmp_plan_view(&plan, &w, &vh->h, (enum pmp_view)view);
        vh->pmpcfg[view][0] = pmp_plan_cfg_word(&plan, 0);
        vh->pmpcfg[view][1] = pmp_plan_cfg_word(&plan, 1);
    }
    for (unsigned i = 0; i < plan.count; i++) {
        address_write(i, plan.entry[i].addr);
    }
    vh->h.walk_quick = pmp_open(&vh->h, &vh->world->mem.range[0]);
    shadow_flush(&vh->shadow); /* it remembers where tables were that might be read */
    vh->shadow_atp = 0;
    if (vh->resident == RESIDENT_NONE || vh->resident == RESIDENT_M) {
        view_write(vh);
    }
    hw_sfence_all();
}

void host_reach_changed(struct vhart *vh)
{
    m_pmp_changed(vh);
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
