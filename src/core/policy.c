/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/policy.h"

#include <string.h>

#include "core/world.h"

const struct policy policy_none = {.name = "none"};

static const struct policy *const policies[] = {&policy_none, &policy_protect};

const struct policy *policy_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_LEN(policies); i++) {
        if (strcmp(policies[i]->name, name) == 0) {
            return policies[i];
        }
    }
    return NULL;
}

const char *policy_name(unsigned n)
{
    return n < ARRAY_LEN(policies) ? policies[n]->name : NULL;
}

bool policy_may_reach(const struct world *w, uint64_t pa, uint64_t len)
{
    const struct firmware *f = w->firmware;

    if (f == NULL || f->policy->closed == NULL || !f->policy->closed(w)) {
        return true;
    }
    for (unsigned i = 0; i < w->mem.count; i++) {
        const struct mem_range *r = &w->mem.range[i];
        if (pa < r->base + r->size && pa + len > r->base) {
            return pa >= f->base && len <= f->size && pa - f->base <= f->size - len;
        }
    }
    return true;
}
