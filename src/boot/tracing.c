/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/tracing.h"

#include "boot/memory.h"
#include "core/trace.h"
#include "lib/tree.h"

#define KIB_MIN (TRACE_PART_MIN >> 10)
#define KIB_MAX 0x10000u

int tracing_choose(const void *fdt, struct place *p, unsigned harts, struct tracing *t)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth");
    uint32_t kib;
    int err = node < 0 ? ERR_MISSING : tree_u32(fdt, node, "trace", &kib);

    *t = (struct tracing){0};
    if (err == ERR_MISSING) {
        return 0;
    }
    if (err != 0) {
        return err;
    }
    if (kib < KIB_MIN || kib > KIB_MAX || (kib & (kib - 1)) != 0) {
        return tree_refuse(fdt, node, "trace", ERR_INVALID,
                           "is not a power of two from 16 to 65536");
    }
    t->part_size = (uint64_t)kib << 10;
    t->area.size = trace_size(harts, t->part_size);
    t->area.base = memory_find(p, t->area.size, TRACE_HEAD_SIZE);
    if (t->area.base == 0) {
        return tree_refuse(fdt, node, "trace", ERR_NO_MEMORY, "there is not so much memory free");
    }
    return place_take(p, t->area.base, t->area.size, "the trace");
}

int tracing_tell(void *fdt, const struct tracing *t)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth");
    fdt64_t area[] = {cpu_to_fdt64(t->area.base), cpu_to_fdt64(t->area.size)};

    if (t->area.size == 0) {
        return 0;
    }
    int err = fdt_setprop(fdt, node, "trace-area", area, sizeof(area));
    return err == 0 ? 0 : tree_refuse(fdt, node, "trace-area", ERR_NO_MEMORY, fdt_strerror(err));
}
