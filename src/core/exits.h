/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_EXITS_H
#define CORE_EXITS_H

enum exit_cause {
#define EXIT(name) EXIT_##name,
#include "core/exits.def"
#undef EXIT
    EXIT_COUNT,
};

#endif
