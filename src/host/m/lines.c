/* SPDX-License-Identifier: BSD-2-Clause */
/* The wires of virtual devices, as the model and the comparator are to have them. */
#include "core/bus.h"
#include "core/world.h"
#include "host/m/m.h"

uint64_t m_lines(struct vhart *vh)
{
    struct hart *h = &vh->h;

    h->time = host_time();
    struct vdev_lines l = bus_lines(vh, h->time);
    h->line = (h->line & ~IRQS_M) | (l.up & IRQS_M);
    vh->mtip_deadline = l.deadline;
    vh->time_offset = l.time_offset;
    m_timer_lower(vh, l.deadline);
    return l.up;
}

void host_lines(struct vhart *vh)
{
    (void)m_lines(vh);
}
