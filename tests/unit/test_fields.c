/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where fields are, and what codes are: the specification's figures, once more as numbers. The
 * other tests use the names, and would move with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/bits.h"
#include "spec/hart.h"
#include "spec/imsic.h"
#include "spec/pmp.h"
#include "spec/walk.h"

static const struct {
    const char *name;
    uint64_t value, figure;
} fields[] = {
    /* mstatus, sstatus, vsstatus: machine chapter, "Machine Status" */
    {"STATUS_SIE", STATUS_SIE, 0x2},
    {"STATUS_MIE", STATUS_MIE, 0x8},
    {"STATUS_SPIE", STATUS_SPIE, 0x20},
    {"STATUS_UBE", STATUS_UBE, 0x40},
    {"STATUS_MPIE", STATUS_MPIE, 0x80},
    {"STATUS_SPP", STATUS_SPP, 0x100},
    {"STATUS_VS", STATUS_VS, 0x600},
    {"STATUS_MPP", STATUS_MPP, 0x1800},
    {"STATUS_FS", STATUS_FS, 0x6000},
    {"STATUS_XS", STATUS_XS, 0x18000},
    {"STATUS_MPRV", STATUS_MPRV, 0x20000},
    {"STATUS_SUM", STATUS_SUM, 0x40000},
    {"STATUS_MXR", STATUS_MXR, 0x80000},
    {"STATUS_TVM", STATUS_TVM, 0x100000},
    {"STATUS_TW", STATUS_TW, 0x200000},
    {"STATUS_TSR", STATUS_TSR, 0x400000},
    {"STATUS_UXL", STATUS_UXL, 0x300000000},
    {"STATUS_SXL", STATUS_SXL, 0xc00000000},
    {"STATUS_GVA", STATUS_GVA, 0x4000000000},
    {"STATUS_MPV", STATUS_MPV, 0x8000000000},
    {"STATUS_SD", STATUS_SD, 0x8000000000000000},
    /* hypervisor chapter, "Hypervisor Status Register" */
    {"HSTATUS_VSBE", HSTATUS_VSBE, 0x20},
    {"HSTATUS_GVA", HSTATUS_GVA, 0x40},
    {"HSTATUS_SPV", HSTATUS_SPV, 0x80},
    {"HSTATUS_SPVP", HSTATUS_SPVP, 0x100},
    {"HSTATUS_HU", HSTATUS_HU, 0x200},
    {"HSTATUS_VGEIN", HSTATUS_VGEIN, 0x3f000},
    {"HSTATUS_VTVM", HSTATUS_VTVM, 0x100000},
    {"HSTATUS_VTW", HSTATUS_VTW, 0x200000},
    {"HSTATUS_VTSR", HSTATUS_VTSR, 0x400000},
    {"HSTATUS_VSXL", HSTATUS_VSXL, 0x300000000},
    /* satp; hgatp */
    {"ATP_MODE", ATP_MODE, 0xf000000000000000},
    {"SATP_ASID", SATP_ASID, 0xffff00000000000},
    {"HGATP_VMID", HGATP_VMID, 0x3fff00000000000},
    {"ATP_PPN", ATP_PPN, 0xfffffffffff},
    /* AIA: hvictl; mtopi, stopi, vstopi */
    {"HVICTL_VTI", HVICTL_VTI, 0x40000000},
    {"HVICTL_IID", HVICTL_IID, 0xfff0000},
    {"HVICTL_DPR", HVICTL_DPR, 0x200},
    {"HVICTL_IPRIOM", HVICTL_IPRIOM, 0x100},
    {"HVICTL_IPRIO", HVICTL_IPRIO, 0xff},
    {"TOPI_IID", TOPI_IID, 0xfff0000},
    {"TOPI_IPRIO", TOPI_IPRIO, 0xff},
    /* "State Enable Extension" */
    {"STATEEN_SE", STATEEN_SE, 0x8000000000000000},
    {"STATEEN_ENVCFG", STATEEN_ENVCFG, 0x4000000000000000},
    {"STATEEN_CSRIND", STATEEN_CSRIND, 0x1000000000000000},
    {"STATEEN_AIA", STATEEN_AIA, 0x800000000000000},
    {"STATEEN_IMSIC", STATEEN_IMSIC, 0x400000000000000},
    /* menvcfg, henvcfg, senvcfg */
    {"ENVCFG_FIOM", ENVCFG_FIOM, 0x1},
    {"ENVCFG_CBIE", ENVCFG_CBIE, 0x30},
    {"ENVCFG_CBCFE", ENVCFG_CBCFE, 0x40},
    {"ENVCFG_CBZE", ENVCFG_CBZE, 0x80},
    {"ENVCFG_ADUE", ENVCFG_ADUE, 0x2000000000000000},
    {"ENVCFG_PBMTE", ENVCFG_PBMTE, 0x4000000000000000},
    {"ENVCFG_STCE", ENVCFG_STCE, 0x8000000000000000},
    /* mcounteren */
    {"COUNTEREN_CY", COUNTEREN_CY, 0x1},
    {"COUNTEREN_TM", COUNTEREN_TM, 0x2},
    {"COUNTEREN_IR", COUNTEREN_IR, 0x4},
    /* page-table entries: supervisor chapter, Sv39 */
    {"PTE_V", PTE_V, 0x1},
    {"PTE_R", PTE_R, 0x2},
    {"PTE_W", PTE_W, 0x4},
    {"PTE_X", PTE_X, 0x8},
    {"PTE_U", PTE_U, 0x10},
    {"PTE_G", PTE_G, 0x20},
    {"PTE_A", PTE_A, 0x40},
    {"PTE_D", PTE_D, 0x80},
    {"PTE_RSW", PTE_RSW, 0x300},
    {"PTE_PPN", PTE_PPN, 0x3ffffffffffc00},
    {"PTE_PBMT", PTE_PBMT, 0x6000000000000000},
    {"PTE_N", PTE_N, 0x8000000000000000},
    /* pmpcfg */
    {"PMP_R", PMP_R, 0x1},
    {"PMP_W", PMP_W, 0x2},
    {"PMP_X", PMP_X, 0x4},
    {"PMP_A", PMP_A, 0x18},
    {"PMP_L", PMP_L, 0x80},
    /* mip and mie; the cause of an interrupt */
    {"IRQS_S", IRQS_S, 0x222},
    {"IRQS_VS", IRQS_VS, 0x444},
    {"IRQS_H", IRQS_H, 0x1444},
    {"IRQS_M", IRQS_M, 0x888},
    {"BIT(IRQ_LCOFI)", BIT(IRQ_LCOFI), 0x2000},
    {"CAUSE_INTERRUPT", CAUSE_INTERRUPT, 0x8000000000000000},
    /* mcause */
    {"CAUSE_FETCH_MISALIGNED", CAUSE_FETCH_MISALIGNED, 0},
    {"CAUSE_FETCH_ACCESS", CAUSE_FETCH_ACCESS, 1},
    {"CAUSE_ILLEGAL", CAUSE_ILLEGAL, 2},
    {"CAUSE_BREAKPOINT", CAUSE_BREAKPOINT, 3},
    {"CAUSE_LOAD_MISALIGNED", CAUSE_LOAD_MISALIGNED, 4},
    {"CAUSE_LOAD_ACCESS", CAUSE_LOAD_ACCESS, 5},
    {"CAUSE_STORE_MISALIGNED", CAUSE_STORE_MISALIGNED, 6},
    {"CAUSE_STORE_ACCESS", CAUSE_STORE_ACCESS, 7},
    {"CAUSE_ECALL_U", CAUSE_ECALL_U, 8},
    {"CAUSE_ECALL_HS", CAUSE_ECALL_HS, 9},
    {"CAUSE_ECALL_VS", CAUSE_ECALL_VS, 10},
    {"CAUSE_ECALL_M", CAUSE_ECALL_M, 11},
    {"CAUSE_FETCH_PAGE", CAUSE_FETCH_PAGE, 12},
    {"CAUSE_LOAD_PAGE", CAUSE_LOAD_PAGE, 13},
    {"CAUSE_STORE_PAGE", CAUSE_STORE_PAGE, 15},
    {"CAUSE_FETCH_GUEST_PAGE", CAUSE_FETCH_GUEST_PAGE, 20},
    {"CAUSE_LOAD_GUEST_PAGE", CAUSE_LOAD_GUEST_PAGE, 21},
    {"CAUSE_VIRTUAL_INSTRUCTION", CAUSE_VIRTUAL_INSTRUCTION, 22},
    {"CAUSE_STORE_GUEST_PAGE", CAUSE_STORE_GUEST_PAGE, 23},
    /* AIA: registers by miselect and siselect */
    {"IMSIC_EIDELIVERY", IMSIC_EIDELIVERY, 0x70},
    {"IMSIC_EITHRESHOLD", IMSIC_EITHRESHOLD, 0x72},
    {"IMSIC_EIP0", IMSIC_EIP0, 0x80},
    {"IMSIC_EIE0", IMSIC_EIE0, 0xc0},
    {"IMSIC_LAST", IMSIC_LAST, 0xff},
};

static void figures(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i].value != fields[i].figure) {
            print_error("%s is %lx, not %lx\n", fields[i].name, (unsigned long)fields[i].value,
                        (unsigned long)fields[i].figure);
        }
        assert_int_equal(fields[i].value, fields[i].figure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
