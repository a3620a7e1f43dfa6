/* SPDX-License-Identifier: BSD-2-Clause */
/* The physical memory protection while anything but Hearth runs. One plan, made once a hart. */
#include "host/m/m.h"
#include "host/m/pmp.h"
#include "lib/panic.h"

uint64_t m_pmpcfg_hs, m_pmpcfg_vs;

static void address_write(unsigned i, uint64_t addr)
{
    switch (i) {
#define ADDR(n)                                                                                    \
    case n:                                                                                        \
        hw_write(HW_pmpaddr0 + (n), addr);                                                         \
        break;
        ADDR(0)
        ADDR(1)
        ADDR(2)
        ADDR(3)
        ADDR(4)
        ADDR(5)
        ADDR(6)
        ADDR(7)
#undef ADDR
    default:
        panic("PMP plan is longer than the 8 entries that every hart with PMP has");
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

void m_pmp_setup(void)
{
    struct pmp_plan plan;

    if (!pmp_plan_make(&plan, machine.closed, machine.closed_count, tables())) {
        panic("%u ranges to close are more than %u PMP entries can", machine.closed_count,
              PMP_ENTRIES);
    }
    m_pmpcfg_vs = pmp_plan_cfg(&plan);
    if (pmp_plan_make(&plan, machine.closed, machine.closed_count, NULL)) {
        m_pmpcfg_hs = pmp_plan_cfg(&plan);
    }
    for (unsigned i = 0; i < plan.count; i++) {
        address_write(i, plan.entry[i].addr);
    }
    hw_write(HW_pmpcfg0, m_pmpcfg_hs);
    hw_sfence_all();
}

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

void m_pmp_firmware(struct vhart *vh)
{
    (void)vh;
    hw_write(HW_pmpcfg0, m_pmpcfg_hs);
}
void m_pmp_below(struct vhart *vh)
{
    (void)vh;
}
void m_pmp_changed(struct vhart *vh)
{
    (void)vh;
}
void m_pmp_mprv(struct vhart *vh)
{
    (void)vh;
}
