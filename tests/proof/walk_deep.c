/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --no-standard-checks --unwind 66 --unwindset mem_at.0:3,g_descend.0:7,vs_quick.0:7 */
/* cbmc: --unwindset g_stage.0:7,first_stage.0:7 */
/* walk_any.h with the deeper tables, Sv48 and Sv57, in one stage, the other bare. */
#include "walk_any.h"

void prove_walk_deep(void);
void prove_walk_deep(void)
{
    if (any_bool()) {
        walk_case(MODES, true, false);
    } else {
        walk_case(MODES, false, true);
    }
}
