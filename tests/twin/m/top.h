/* SPDX-License-Identifier: BSD-2-Clause */
/* The program is the firmware: of the bare machine, or of Hearth's virtual M-mode. */
#ifndef TWIN_TOP_H
#define TWIN_TOP_H

#include "csr.h"
#include "dev.h"
#include "frame.h"
#include "insn.h"
#include "mcsr.h"
#include "pt.h"

#define TOP_IS_M true
#define MODE_TOP MODE_M
#define MODE_HS  MODE_S

/* As in tests/guest/lib/env.h. */
#define GPA_ALIAS 0x10000000000UL
#define VU_OFFSET 0x1000000000UL
#define TEST_VA   0x2000000000UL
#define TEST_GPA  0x4000000000UL
#define NOWHERE   0x15000000000UL

#define FRAMES 1024u
extern uint8_t frames[FRAMES][PAGE];
extern const uint32_t vs_vector[64];
const char *name_of(enum mode mode);

#endif
