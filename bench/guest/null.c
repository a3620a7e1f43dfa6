// SPDX-License-Identifier: BSD-2-Clause
// The cost of an SBI call that KVM answers itself (BASE, get_spec_version): guest to HS and back.
#include "guest.h"

void guest_main(void)
{
    mark("start");
    for (unsigned i = 0; i < ROUNDS; i++)
        if (sbi_call(SBI_BASE, 0, 0, 0, 0).error != 0)
            guest_fail("SBI BASE");
    mark("done");
}
