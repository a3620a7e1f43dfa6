/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual M's interrupts. The physical ones always come to Hearth, which makes their source quiet;
 * what is pending for the firmware stands in h.line, as its virtual devices say, and is injected
 * whenever the virtual hart's mie and mstatus.MIE or mode allow: that is asked on every way back.
 */
#include "core/request.h"
#include "host/m/firmware.h"

void m_firmware_interrupt(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t pending = m_firmware_pending(h);

    if (likely(pending == 0) || (h->prv == PRV_M && !(h->mstatus & STATUS_MIE))) {
        return;
    }
    if (pending & BIT(IRQ_MEI)) {
        host_lines(vh); /* it may have dropped */
    }
    struct trap t = {.cause = CAUSE_INTERRUPT | FIELD_GET(TOPI_IID, hart_mtopi(h))};
    if (t.cause != CAUSE_INTERRUPT) {
        vhart_count(vh, EXIT_m_interrupt);
        vh->written = true;
        if (h->prv == PRV_M) {
            (void)hart_trap(h, &t);
        } else {
            host_reflect(vh, &t);
        }
    }
}

/* What else may end the wait, of S's: a firmware that suspends a hart waits with those enabled. The
 * hart's own comparator for S is off while M runs. */
static void wait_for_s(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t lines = h->mie & (BIT(IRQ_SEI) | BIT(IRQ_LCOFI));

    if ((h->menvcfg & ENVCFG_STCE) && (h->mie & BIT(IRQ_STI))) {
        m_timer_lower(vh, h->stimecmp);
    }
    hw_set(CSR_mie, lines);
    host_wait();
    hw_clear(CSR_mie, lines);
}

void m_firmware_wait(struct vhart *vh)
{
    struct hart *h = &vh->h;

    for (;;) {
        request_serve(vh);
        h->time = host_time();
        h->line = (h->line & ~BIT(IRQ_SEI)) | (hw_read(CSR_mip) & BIT(IRQ_SEI));
        if (hart_wakes(h)) {
            return;
        }
        wait_for_s(vh);
    }
}
