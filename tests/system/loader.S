/* SPDX-License-Identifier: BSD-2-Clause */
/* A loader that starts Hearth (at 0x80000000) as QEMU's boot ROM does, but with a device tree of the
 * test's own at 0x90000000. Linked at 0x94000000, entered by the hart whose pc is put here. */
    .globl _start
_start:
    csrr a0, mhartid
    li   a1, 0x90000000
    la   a2, info
    li   t0, 0x80000000
    jr   t0

    .balign 8
info: /* struct fw_dynamic_info, version 2 */
    .dword 0x4942534f /* magic, "OSBI" */
    .dword 2          /* version */
    .dword 0x80200000 /* next_addr: where QEMU puts -kernel */
    .dword 1          /* next_mode: S */
    .dword 0          /* options */
    .dword 0          /* boot_hart */
