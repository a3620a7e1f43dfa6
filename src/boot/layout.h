/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes that both start.S and C know. Numbers only. */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#define LINK_BASE 0x80000000 /* as in hearth.ld */

/* What a hart has of its own: struct vhart at the bottom, its stack from the top down. */
#define HART_AREA  0x8000
#define HART_STACK 0x3000 /* at least this much of it is stack */
#define BOOT_STACK 0x4000 /* of the boot hart until it has its own */

/* boot_gate: what the harts that wait see. */
#define GATE_WAIT 0
#define GATE_GO   1 /* boot_hartid[] and boot_stack[] are set */
#define GATE_STOP 2 /* there will be no system */
#define GATE_MOVE 3 /* Hearth has moved: go on waiting at boot_moved_to */

/* fw_dynamic's info block. */
#define INFO_MAGIC_OFFSET     0
#define INFO_VERSION_OFFSET   8
#define INFO_BOOT_HART_OFFSET 40
#define INFO_MAGIC            0x4942534f

/* How often a hart that should not boot the machine looks whether one that should has begun, before
 * it does so itself. */
#define BOOT_PATIENCE      0x100000  /* the loader prefers another */
#define BOOT_PATIENCE_NO_S 0x2000000 /* it can't, and could only say so */

#endif
