/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI's nested acceleration, as a hypervisor uses it: CSRs and sret by shared memory. Where H is in
 * hardware there is nothing to accelerate, and the tests say so. "Nested" in what follows is
 * SBI 3.0, "Nested Acceleration Extension". */
#include "nacl.h"
#include "csr.h"
#include "test.h"

#define GPA TEST_GPA
#define VA  TEST_VA

static void features(void)
{
    if (!nacl_begin())
        return;
    for (uint64_t f = 0; f < 6; f++) {
        struct sbi_ret r = sbi_call(SBI_EXT_NACL, PROBE, f, 0, 0);
        context("feature %lu", f);
        check_eq(ERR(r.error), 0, "error");
        check_eq(r.value, f < 4, "value");
    }
    context("%s", "");
    check_eq(nacl_call(5, 0, 0, 0), ERR(SBI_ERR_NOT_SUPPORTED), "error of function 5");
    nacl_end();
    check_eq(nacl_call(SYNC_CSR, ~0UL, 0, 0), ERR(SBI_ERR_NO_SHMEM), "sync_csr without memory");
    check_eq(nacl_call(SYNC_HFENCE, ~0UL, 0, 0), ERR(SBI_ERR_NO_SHMEM),
             "sync_hfence without memory");
    check_eq(nacl_call(SYNC_SRET, 0, 0, 0), ERR(SBI_ERR_NO_SHMEM), "sync_sret without memory");
}

static void addresses(void)
{
    static const uint64_t bad[] = {0x80000000UL /* the monitor's */,
                                   0x10000000UL /* a device, or nothing */, NOWHERE, -PAGE, 0};
    if (!nacl_begin())
        return;
    uint64_t here = (uint64_t)&shm;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        context("0x%lx", bad[i]);
        check_eq(nacl_call(SET_SHMEM, bad[i], 0, 0), ERR(SBI_ERR_INVALID_ADDRESS), "error");
    }
    context("%s", "");
    check_eq(nacl_call(SET_SHMEM, here, 1, 0), ERR(SBI_ERR_INVALID_ADDRESS),
             "error with a high half");
    check_eq(nacl_call(SET_SHMEM, here, 0, 1), ERR(SBI_ERR_INVALID_PARAM), "error with flags");
    check_eq(nacl_call(SET_SHMEM, here + 8, 0, 0), ERR(SBI_ERR_INVALID_PARAM),
             "error, not aligned");
    nacl_end();
}

/* CSRs that HS can write, and values in which their fields differ. vstimecmp is far away or over.
 */
static const unsigned csrs[] = {
    CSR_HIDELEG,    CSR_HVIP,    CSR_HSTATUS,   CSR_HEDELEG,   CSR_HIE,   CSR_HTIMEDELTA,
    CSR_HCOUNTEREN, CSR_HENVCFG, CSR_HTVAL,     CSR_HTINST,    CSR_HGATP, CSR_HIP,
    CSR_VSSTATUS,   CSR_VSIE,    CSR_VSTVEC,    CSR_VSSCRATCH, CSR_VSEPC, CSR_VSCAUSE,
    CSR_VSTVAL,     CSR_VSIP,    CSR_VSTIMECMP, CSR_VSATP};
#define CSRS (sizeof csrs / sizeof csrs[0])
static const uint64_t values[] = {0,       ~0UL,  0x5555555555555555UL, 0x8000000000012345UL,
                                  BIT(60), BIT(2)};
#define VALUES (sizeof values / sizeof values[0])

static void forget(void)
{
    hart_reset();
    irq_off();
}

/* What raw writes leave, sync_csr leaves, one by one and all; and HS sees it both ways. */
static void csr_writes(void)
{
    if (!nacl_begin())
        return;
    for (unsigned i = 0; i < CSRS * VALUES; i++) {
        unsigned csr = csrs[i / VALUES];
        uint64_t v = values[i % VALUES], raw, got;
        forget();
        csr_write(hideleg, csr == CSR_VSIE || csr == CSR_VSIP ? VS_IRQS : 0);
        hs_csr_write(csr, v);
        hs_csr_read(csr, &raw);
        nacl_check_shown("after a raw write");
        forget();
        csr_write(hideleg, csr == CSR_VSIE || csr == CSR_VSIP ? VS_IRQS : 0);
        nacl_put(csr, v);
        check_eq(nacl_call(SYNC_CSR, i & 1 ? csr : ~0UL, 0, 0), 0, "error of sync_csr");
        hs_csr_read(csr, &got);
        context("CSR 0x%x, 0x%lx", csr, v);
        check_eq(got, raw, "value after sync_csr, as after csrrw,");
        check_eq(shm.dirty[nacl_index(csr) / 64], 0, "dirty bits");
        nacl_check_shown("after sync_csr");
    }
    check_eq(nacl_call(SYNC_CSR, CSR_SSTATUS, 0, 0), ERR(SBI_ERR_INVALID_PARAM), "error, sstatus");
    check_eq(nacl_call(SYNC_CSR, 0x610, 0, 0), ERR(SBI_ERR_INVALID_PARAM), "error, no such CSR");
    check_eq(nacl_call(SYNC_CSR, 0x1600, 0, 0), ERR(SBI_ERR_INVALID_PARAM), "error, no CSR number");
    forget();
    nacl_end();
}

/* The whole way: tables, fences, registers in; trap, registers, CSRs out. */
static void round_trips(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    if (!nacl_begin())
        return;
    for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
        if (mode == MODE_HS)
            continue;
        env_set(MODE_SV39, MODE_SV39);
        uint64_t vsatp_value = csr_read(vsatp), hgatp_value = csr_read(hgatp);
        run_code(mode, ecall, 0, 0, 0); /* puts the code in its place */
        csr_write(vsatp, 0);
        csr_write(hgatp, 0);
        nacl_put(CSR_VSATP, vsatp_value);
        nacl_put(CSR_HGATP, hgatp_value);
        nacl_put(CSR_VSSCRATCH, 0x1234);
        nacl_put(CSR_HVIP, BIT(IRQ_VSSI));
        csr_write(hstatus, HSTATUS_HU);
        for (unsigned i = 1; i < 32; i++)
            regs.x[i] = 0x1111 * i;
        context("%s", name_of(mode));
        struct trap t = nacl_run(mode, code_pc(mode), HSTATUS_SPVP | HSTATUS_VTW);
        check_eq(t.scause, mode == MODE_VS ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "scause");
        check_eq(t.sepc, code_pc(mode), "sepc");
        for (unsigned i = 1; i < 32; i++)
            check_eq(regs.x[i], 0x1111 * i, "a register");
        uint64_t swapped = mode == MODE_U ? HSTATUS_HU : HSTATUS_VTW;
        check_bits(t.hstatus, HSTATUS_VTW | HSTATUS_HU, mode == MODE_U ? HSTATUS_VTW : HSTATUS_HU,
                   "hstatus");
        check_bits(shm.swap_hstatus, HSTATUS_VTW | HSTATUS_HU, swapped, "hstatus swapped out");
        if (mode != MODE_U) {
            check_bits(shm.swap_hstatus, HSTATUS_SPV | HSTATUS_SPVP,
                       HSTATUS_SPV | (mode == MODE_VS ? HSTATUS_SPVP : 0), "the trap's hstatus");
            check_bits(t.hstatus, HSTATUS_SPV, 0, "HS's own hstatus");
        }
        check_eq(csr_read(vsscratch), 0x1234, "vsscratch");
        check_eq(csr_read(hvip), BIT(IRQ_VSSI), "hvip");
        nacl_check_shown(name_of(mode));
        run_code(mode, ecall, 0, 0, 0); /* others have used the place */
        regs.x[A6] = SYNC_SRET;         /* no business of a guest's: an ECALL like every other */
        regs.x[A7] = SBI_EXT_NACL;
        t = nacl_run(mode, code_pc(mode), 0);
        check_eq(t.scause, mode == MODE_VS ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "scause");
        csr_write(hvip, 0);
        csr_write(hstatus, 0);
    }
    nacl_end();
}

/* What the guest changes is shown after its exit: its CSRs, the fault's htval and htinst. */
static void exits(void)
{
    static const uint32_t code[] = {INSN_CSRRW(X0, CSR_SSCRATCH, A0), INSN_CSRRW(X0, CSR_SIE, A1),
                                    INSN_CSRRW(X0, CSR_SCAUSE, A1),   INSN_CSRRW(X0, CSR_STVEC, A2),
                                    INSN_CSRRW(X0, CSR_SIP, A1),      INSN_LOAD(3, A0, A3, 8)};
    if (!nacl_begin())
        return;
    env_set(MODE_SV39, MODE_SV39);
    csr_write(hideleg, VS_IRQS);
    pt_map(&env.vs, VA, GPA, PTE_FULL, 0); /* nothing there in the G-stage */
    for (unsigned i = 0; i < 20; i++) {
        run_code(MODE_VS, code, 6, 0, 0);
        regs.x[A0] = 0x10000 + i;
        regs.x[A1] = i & 1 ? BIT(IRQ_SSI) : 0;
        regs.x[A2] = 0x4000 + 16 * i;
        regs.x[A3] = VA + 0x100;
        struct trap t = nacl_run(MODE_VS, code_pc(MODE_VS), 0);
        check_eq(t.scause, CAUSE_LOAD_GUEST, "scause");
        check_eq(nacl_shown(CSR_HTVAL), (GPA + 0x108) >> 2, "htval");
        check_eq(nacl_shown(CSR_HTINST), INSN_TRANSFORM_LOAD(code[5], 0), "htinst");
        check_eq(nacl_shown(CSR_VSSCRATCH), 0x10000 + i, "vsscratch");
        check_eq(nacl_shown(CSR_VSIE), regs.x[A1], "vsie");
        check_eq(nacl_shown(CSR_HVIP), regs.x[A1] << 1, "hvip");
        check_eq(nacl_shown(CSR_VSTVEC), 0x4000 + 16 * i, "vstvec");
        nacl_check_shown("after an exit");
    }
    nacl_end();
}

/* An interrupt of HS that waits is taken at once: as if the guest had run no instruction. */
static void interrupted(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    if (!nacl_begin())
        return;
    env_set(MODE_SV39, MODE_SV39);
    run_code(MODE_VS, ecall, 0, 0, 0);
    for (unsigned i = 0; i < 20; i++) {
        irq_off();
        timer_set(0);
        csr_set(sie, BIT(IRQ_STI));
        regs.x[GP] = i;
        csr_write(hstatus, HSTATUS_HU);
        struct trap t = nacl_run(i & 1 ? MODE_VS : MODE_VU, code_pc(i & 1 ? MODE_VS : MODE_VU), 0);
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "scause");
        check_eq(t.sepc, code_pc(i & 1 ? MODE_VS : MODE_VU), "sepc");
        check_eq(regs.x[GP], i, "gp");
        check_bits(t.hstatus, HSTATUS_HU | HSTATUS_SPV, HSTATUS_HU, "HS's own hstatus");
        check_bits(shm.swap_hstatus, HSTATUS_SPV, HSTATUS_SPV, "the trap's hstatus");
        timer_clear();
    }
    csr_write(hstatus, 0);
    nacl_end();
}

/* An exit and the next entry are two traps, if HS leaves the H CSRs alone. Here HS's trap code
 * reads three of them. */
static void two_traps(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    if (!nacl_begin() || !sbi_probe(SBI_EXT_HEARTH))
        return;
    env_set(MODE_SV39, MODE_SV39);
    run_code(MODE_VS, ecall, 0, 0, 0);
    uint64_t none = sbi_traps_counted();
    none = sbi_traps_counted() - none;
    uint64_t before = sbi_traps_counted();
    for (unsigned i = 0; i < 100; i++) {
        nacl_put(CSR_HVIP, 0);
        nacl_run(MODE_VS, code_pc(MODE_VS), 0);
    }
    uint64_t seen = sbi_traps_counted() - before - none;
    check(seen >= 100 * (2 + 3) && seen < 100 * (2 + 3) + 10,
          "100 round trips are 200 traps, and 300 CSR reads");
    nacl_end();
}

TESTS("nacl", {"features", "Nested: Features; probe_feature", features},
      {"addresses", "Nested: set_shmem", addresses},
      {"csr_writes", "Nested: Feature: Synchronize CSR", csr_writes},
      {"round_trips", "Nested: Feature: Synchronize SRET; Autoswap CSR", round_trips},
      {"exits", "Nested: the CSR space is updated whenever an H CSR changes", exits},
      {"interrupted", "Nested: Feature: Autoswap CSR; hypervisor, Trap Entry", interrupted},
      {"two_traps", "Nested: what it is for", two_traps});
