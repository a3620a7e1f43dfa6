/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/policy.h"

#include <string.h>

const struct policy policy_none = {.name = "none"};
static const struct policy policy_protect = {.name = "protect", .protect = true};

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
