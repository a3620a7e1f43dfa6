/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EXITS_H
#define CORE_EXITS_H

#include <stdbool.h>
#include <stdint.h>

enum exit_cause {
#define EXIT(name) EXIT_##name,
#include "core/exits.def"
#undef EXIT
    EXIT_COUNT,
};

/* The name of a cause, and how often it happened on all harts since boot. cause < EXIT_COUNT. */
const char *exits_name(unsigned cause);
uint64_t exits_total(unsigned cause);

/* Print the counters when the system is reset or shut down? Set at boot: /chosen/hearth,
 * exit-counters. */
extern bool exits_report;

/* One line a cause that happened: "hearth: exit <name> <count>". */
void exits_print(void);

#endif
