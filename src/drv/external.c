/* SPDX-License-Identifier: BSD-2-Clause */
#include "drv/driver.h"
#include "spec/hart.h"

bool external_line(void)
{
    uint64_t mip;
    io_fence(); /* what was written to the controller before counts */
    __asm__ volatile("csrr %0, mip" : "=r"(mip));
    return (mip & BIT(IRQ_MEI)) != 0;
}
