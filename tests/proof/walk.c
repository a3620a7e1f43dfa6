/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --no-standard-checks --unwind 66 --unwindset mem_at.0:3,g_descend.0:5,vs_quick.0:5 */
/* cbmc: --unwindset g_stage.0:5,first_stage.0:5 */
/* walk_any.h with both stages: Sv39 over Sv39x4, or either bare. */
#include "walk_any.h"

void prove_walk(void);
void prove_walk(void)
{
    walk_case(BIT(MODE_BARE) | BIT(MODE_SV39), true, true);
}
