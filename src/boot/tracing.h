/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory for tracing, if /chosen/hearth asks for it. */
#ifndef BOOT_TRACING_H
#define BOOT_TRACING_H

#include "boot/place.h"

struct tracing {
    struct mem_range area; /* size 0: not asked for */
    uint64_t part_size;    /* of a hart */
};

/* Reads `trace` (KiB a hart) and takes memory in p. 0, or a negative enum err with a line said. */
int tracing_choose(const void *fdt, struct place *p, unsigned harts, struct tracing *t) must_check;

/* Tells the operating system where it is: /chosen/hearth, trace-area. */
int tracing_tell(void *fdt, const struct tracing *t) must_check;

#endif
