/* SPDX-License-Identifier: BSD-2-Clause */
/* The real counters and identification registers, for SBI PMU and BASE. */
#include "host/m/m.h"
#include "core/nacl.h"

#define MCYCLE   0xb00
#define MEVENT_0 0x320

uint64_t host_counter_read(unsigned n)
{
    switch (n) {
    case 0:
        return hw_read(MCYCLE);
    case 2:
        return hw_read(MCYCLE + 2);
#define READ(i)                                                                                    \
    case i:                                                                                        \
        return hw_read(MCYCLE + (i));
        HW_EACH_HPM(READ)
#undef READ
    default:
        return 0;
    }
}

void host_counter_write(unsigned n, uint64_t v)
{
    switch (n) {
    case 0:
        hw_write(MCYCLE, v);
        break;
    case 2:
        hw_write(MCYCLE + 2, v);
        break;
#define WRITE(i)                                                                                   \
    case i:                                                                                        \
        hw_write(MCYCLE + (i), v);                                                                 \
        break;
        HW_EACH_HPM(WRITE)
#undef WRITE
    default:
        break;
    }
}

uint64_t host_event_read(unsigned n)
{
    switch (n) {
#define READ(i)                                                                                    \
    case i:                                                                                        \
        return hw_read(MEVENT_0 + (i));
        HW_EACH_HPM(READ)
#undef READ
    default:
        return 0;
    }
}

void host_event_write(unsigned n, uint64_t v)
{
    switch (n) {
#define WRITE(i)                                                                                   \
    case i:                                                                                        \
        hw_write(MEVENT_0 + (i), v);                                                               \
        break;
        HW_EACH_HPM(WRITE)
#undef WRITE
    default:
        break;
    }
}

void host_counter_inhibit(unsigned n, bool on)
{
    if (!machine.mcountinhibit) {
        return;
    }
    if (on) {
        hw_set(CSR_mcountinhibit, BIT(n));
    } else {
        hw_clear(CSR_mcountinhibit, BIT(n));
    }
}

/* What the probe found. */
uint64_t host_counters_present(void)
{
    return BIT(0) | BIT(2) | machine.hpm;
}

uint64_t host_vendor_id(unsigned which)
{
    switch (which) {
    case 0:
        return hw_read(0xf11);
    case 1:
        return hw_read(0xf12);
    default:
        return hw_read(0xf13);
    }
}

/* HS's environment as FWFT sets it. */
uint64_t host_menvcfg_write(uint64_t v)
{
    struct vhart *vh = vhart_self();

    if (!machine.menvcfg) {
        return 0;
    }
    csr_write(&vh->h, csr_row(CSR_menvcfg), v);
    m_hs_changed(vh);
    if (vh->nacl) {
        nacl_show_all(vh); /* henvcfg */
    }
    hw_write(CSR_menvcfg, vh->h.menvcfg & machine.menvcfg_mask);
    return vh->h.menvcfg;
}

void host_delegate_misaligned(struct vhart *vh, bool on)
{
    vh->misaligned_delegated = on;
    m_hs_changed(vh);
    if (vh->resident == RESIDENT_HS) {
        m_hs_environment(vh);
    }
}
