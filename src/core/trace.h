/* SPDX-License-Identifier: BSD-2-Clause */
/* Tracing of exits: a record each, and sums by cause, in memory that HS may read. */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "core/trace_area.h"
#include "core/world.h"

#define TRACE_PART_MIN UINT64_C(0x4000) /* bytes a hart */

/* Lays the area out, for world0's harts: part_size (a power of two, TRACE_PART_MIN at least) bytes
 * each. base is 4 KiB aligned. Before any hart traces. */
void trace_setup(uint64_t base, uint64_t part_size);

/* Bytes of an area for so many harts. */
static inline uint64_t trace_size(unsigned count, uint64_t part_size)
{
    return TRACE_HEAD_SIZE + count * part_size;
}

/* Where the area is; 0: there is none. */
uint64_t trace_base(void);

/* Switches tracing of all harts. False: there is no area. Fences instructions on all harts. */
bool trace_switch(struct vhart *vh, bool on) must_check;

/* An exit ends, whose beginning is noted in vh->trace: into the ring and the sums. spent:
 * instructions. On the hart itself. */
void trace_record(struct vhart *vh, uint64_t spent, uint64_t time);

#endif
