/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MISALIGNED_H
#define CORE_MISALIGNED_H

#include "core/vhart.h"

/*
 * A load or store that the hart trapped because it is misaligned (causes 4 and 6, from any mode but
 * M): does it as the hart would have, pc and rd included, or the guest takes the fault that it
 * meets. `t` is the hart's own trap, taken for what cannot be emulated: LR, SC and AMOs, which have
 * to be aligned.
 */
void misaligned_access(struct vhart *vh, const struct trap *t);

#endif
