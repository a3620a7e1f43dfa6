/* SPDX-License-Identifier: BSD-2-Clause */
/* The physical memory protection while anything but Hearth runs. One plan, made once a hart. */
#include "host/m/m.h"
#include "host/m/pmp.h"
#include "lib/panic.h"

static void entry_write(unsigned i, uint8_t cfg, uint64_t addr)
{
    uint64_t shift = (i % 8) * 8;

    switch (i) {
#define ADDR(n)                                                                                                        \
    case n:                                                                                                            \
        hw_write(HW_pmpaddr0 + (n), addr);                                                                             \
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
    hw_write(HW_pmpcfg0, FIELD_SET(UINT64_C(0xff) << shift, hw_read(HW_pmpcfg0), cfg));
}

void m_pmp_setup(void)
{
    struct pmp_plan plan;

    pmp_plan_make(&plan, machine.closed, machine.closed_count);
    for (unsigned i = 0; i < plan.count; i++) {
        entry_write(i, plan.entry[i].cfg, plan.entry[i].addr);
    }
    hw_sfence_all();
}

/* What the plan leaves open. */
static bool is_open(uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < machine.closed_count; i++) {
        if (pa < machine.closed[i].base + machine.closed[i].size && pa + len > machine.closed[i].base) {
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
