/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/exits.h"

#include "core/world.h"
#include "lib/log.h"

bool exits_report;

static const char *const names[] = {
#define EXIT(name) #name,
#include "core/exits.def"
#undef EXIT
};

const char *exits_name(unsigned cause)
{
    return names[cause];
}

uint64_t exits_total(unsigned cause)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < world0.harts; i++) {
        total += __atomic_load_n(&vharts[i]->exits[cause], __ATOMIC_RELAXED);
    }
    return total;
}

void exits_print(void)
{
    for (unsigned cause = 0; cause < EXIT_COUNT; cause++) {
        uint64_t total = exits_total(cause);
        if (total) {
            log_info("exit %s %lu", exits_name(cause), (unsigned long)total);
        }
    }
}
