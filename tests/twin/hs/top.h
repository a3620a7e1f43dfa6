/* SPDX-License-Identifier: BSD-2-Clause */
/* The program runs in HS, on a firmware that keeps nothing for itself or on Hearth. */
#ifndef TWIN_TOP_H
#define TWIN_TOP_H

#include "csr.h"
#include "env.h"
#include "hart.h"
#include "insn.h"
#include "pt.h"
#include "test.h"

#define TOP_IS_M false
#define MODE_M   ((enum mode)4) /* no program's */
#define MODE_TOP MODE_HS
#define MODE_S   MODE_HS
#define has_h    true

#endif
