/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/host/m/pmp_plan.c */
/* cbmc: --unwind 34 */
/*
 * The entry that closes a virtual device to M, wherever its registers lie below 2^41 and whatever
 * their size below 2^31: it matches all of them. (What it matches besides is made for the firmware
 * as well.)
 */
#include "pmp_check.h"

void prove_pmp_device(void);
void prove_pmp_device(void)
{
    struct mem_range device = {.base = any() & MASK(40, 0), .size = any() & MASK(30, 0)};
    struct pmp_world w = {.trapped = &device, .trapped_count = 1, .entries = PMP_MAX};
    struct isa isa = {.pmp_entries = 0};
    struct hart h = {.isa = &isa};
    struct pmp_plan plan;
    bool m = any_bool();
    uint64_t offset = any();

    device.size |= PROVING ? 0 : 1;
    offset = PROVING ? offset : offset % device.size;
    assume(offset < device.size);
    pmp_plan_view(&plan, &w, &h, m ? PMP_M : PMP_HS);
    prove(plan.count == 3 && plan.entry[0].cfg == (m ? 0x18 : 0));
    prove(napot_has(plan.entry[0].addr, device.base + offset));
    reached();
}
