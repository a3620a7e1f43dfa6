/* SPDX-License-Identifier: BSD-2-Clause */
/* The wires of virtual devices, as the model and the comparator are to have them. */
#include "core/bus.h"
#include "core/world.h"
#include "host/m/m.h"

#define NEVER (~UINT64_C(0))

/*
 * Firmware has written mtime. The hardware's time is not the world's any more: from now on no mode
 * reads it, nor has it a comparator of its own (Sstc); Hearth stands in as on harts that lack both.
 * A deadline that another hart programs into its stimecmp just then may be lost.
 */
static void time_moved(struct vhart *vh, uint64_t offset)
{
    bool sstc =
        vh->resident == RESIDENT_HS && machine.menvcfg && (hw_read(CSR_menvcfg) & ENVCFG_STCE) != 0;
    uint64_t stimecmp = sstc ? hw_read(CSR_stimecmp) : vh->h.stimecmp;

    host_unload(vh);
    vh->h.stimecmp = stimecmp;
    machine.time_csr = false;
    machine.sstc = false;
    machine.menvcfg_mask &= ~ENVCFG_STCE;
    vh->time_offset = offset;
    vh->armed = 0; /* whatever the comparator holds is of another time */
    m_hs_changed(vh);
}

uint64_t m_lines(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t now = host_mtime();
    struct vdev_lines l = bus_lines(vh, now);
    bool moved = l.time_offset != vh->time_offset;

    if (unlikely(moved)) {
        time_moved(vh, l.time_offset);
    }
    h->time = now + vh->time_offset;
    h->line = (h->line & ~IRQS_M) | (l.up & IRQS_M);
    vh->mtip_deadline = l.deadline == NEVER ? NEVER : l.deadline + vh->time_offset;
    m_timer_lower(vh, vh->mtip_deadline);
    if (unlikely(moved)) {
        m_timer_arm(vh);
    }
    return l.up;
}

void host_lines(struct vhart *vh)
{
    (void)m_lines(vh);
}
