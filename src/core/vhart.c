/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/world.h"

struct vhart *vharts[HARTS_MAX];

/* Hart ids are dense on most machines: the first look is the last. */
struct vhart *vhart_by_id(const struct world *w, uint64_t hartid)
{
    if (hartid < w->harts && vharts[hartid]->hartid == hartid) {
        return vharts[hartid];
    }
    for (unsigned i = 0; i < w->harts; i++) {
        if (vharts[i]->hartid == hartid) {
            return vharts[i];
        }
    }
    return NULL;
}
