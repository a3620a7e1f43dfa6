/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory, as /reserved-memory names it, is out of reach: for U and HS, for VS
 * through its tables or without any, for HLV and HSV, for the walks of both stages, for pointers in
 * calls. */
#include "csr.h"
#include "env.h"
#include "fdt.h"
#include "probe.h"
#include "sbi.h"
#include "test.h"

#define MAX_REGIONS 8u
#define SPOTS       5u

static struct region regions[MAX_REGIONS];
static unsigned n_regions;

static void find(void)
{
    n_regions = fdt_reserved(dtb, regions, MAX_REGIONS);
    if (n_regions == 0)
        test_fatal("expected the firmware's memory in /reserved-memory, seen nothing there");
    if (n_regions > MAX_REGIONS)
        n_regions = MAX_REGIONS;
}

static uint64_t spot(const struct region *r, unsigned i)
{
    const uint64_t at[SPOTS] = {0, 8, r->size / 2, r->size - PAGE, r->size - 8};
    return (r->base + at[i]) & ~7UL;
}

/* Calls try for some addresses of every region, the firmware's health after each. */
static void everywhere(void (*try)(uint64_t pa))
{
    find();
    for (unsigned r = 0; r < n_regions; r++) {
        for (unsigned i = 0; i < SPOTS; i++) {
            try(spot(&regions[r], i));
            struct sbi_ret ret = sbi_call(SBI_EXT_BASE, 3, SBI_EXT_BASE, 0, 0);
            check(ret.error == 0 && ret.value == 1, "the firmware still answers");
        }
    }
}

static const struct {
    const char *name;
    uint32_t insn;
    uint64_t cause;
} native[] = {
    {"lb", INSN_LOAD(0, A0, A0, 0), CAUSE_LOAD_ACCESS},
    {"ld", INSN_LOAD(3, A0, A0, 0), CAUSE_LOAD_ACCESS},
    {"sb", INSN_STORE(0, A1, A0, 0), CAUSE_STORE_ACCESS},
    {"sd", INSN_STORE(3, A1, A0, 0), CAUSE_STORE_ACCESS},
    {"amoswap.d", INSN_AMO(1, 3, A0, A0, A1), CAUSE_STORE_ACCESS},
    {"lr.d", INSN_AMO(2, 3, A0, A0, X0), CAUSE_LOAD_ACCESS},
};

static void native_spot(uint64_t pa)
{
    for (enum mode mode = MODE_U; mode <= MODE_HS; mode++) {
        for (unsigned i = 0; i < sizeof native / sizeof native[0]; i++) {
            struct trap t = run_insn(mode, native[i].insn, pa, 0);
            context("%s in %s at 0x%lx", native[i].name, name_of(mode), pa);
            check_eq(t.scause, native[i].cause, "scause");
            check_eq(t.stval, pa, "stval");
            check_eq(regs.x[A0], pa, "a0, which must not change");
        }
        me()->catch.resume = code_pc(MODE_HS) + 4;
        struct trap t = run_insn(mode, INSN_I(0x67, 0, T0, A0, 0), pa, 0);
        me()->catch.resume = 0;
        context("jump in %s to 0x%lx", name_of(mode), pa);
        check_eq(t.scause, CAUSE_INSN_ACCESS, "scause");
        check_eq(t.sepc, pa, "sepc");
    }
}

static void from_hs_and_u(void)
{
    env_set(MODE_BARE, MODE_BARE);
    everywhere(native_spot);
}

/* HS with paging on: its tables may name the memory, it stays closed. */
static void paged_spot(uint64_t pa)
{
    static struct pt hs;
    hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    pt_map(&hs, TEST_VA, pa & -PAGE, PTE_FULL, 0);
    pt_map(&hs, TEST_VA + GIGAPAGE, pa & -GIGAPAGE, PTE_FULL, 2);
    csr_write(satp, pt_atp(&hs, 0));
    __asm__ volatile("sfence.vma" ::: "memory");
    for (unsigned i = 0; i < sizeof native / sizeof native[0]; i++) {
        uint64_t va[] = {TEST_VA + (pa & (PAGE - 1)), TEST_VA + GIGAPAGE + (pa & (GIGAPAGE - 1))};
        for (unsigned k = 0; k < 2; k++) {
            struct trap t = run_insn(MODE_HS, native[i].insn, va[k], 0);
            context("%s in HS, page %u of 0x%lx", native[i].name, k, pa);
            check_eq(t.scause, native[i].cause, "scause");
            check_eq(t.stval, va[k], "stval");
        }
    }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void from_paged_hs(void)
{
    env_set(MODE_BARE, MODE_BARE);
    everywhere(paged_spot);
}

/* VS: with no stage, with each alone, with both; small and large pages. */
static void guest_spot(uint64_t pa)
{
    static const uint64_t modes[][2] = {{MODE_BARE, MODE_BARE},
                                        {MODE_BARE, MODE_SV39},
                                        {MODE_SV39, MODE_BARE},
                                        {MODE_SV39, MODE_SV39}};
    for (unsigned m = 0; m < 4; m++) {
        for (unsigned level = 0; level < 3; level++) {
            uint64_t va = pa;
            if (level && m == 0)
                break;
            env_set(modes[m][0], modes[m][1]);
            uint64_t in_page = pa & (level_size(level) - 1);
            if (modes[m][1])
                pt_map(&env.g, va = TEST_GPA, pa - in_page, PTE_FULL | PTE_U, level);
            if (modes[m][0])
                pt_map(&env.vs, TEST_VA, modes[m][1] ? TEST_GPA : pa - in_page, PTE_FULL, level);
            if (m)
                va = (modes[m][0] ? TEST_VA : TEST_GPA) + in_page;
            fence_all();
            for (enum access a = LOAD; a <= FETCH; a++) {
                context("%s, %s over %s, level %u, of 0x%lx", access_name(a),
                        mode_name(modes[m][0]), mode_name(modes[m][1]), level, pa);
                probe_faults(MODE_VS, a, va, access_fault(a), va, 0, ANY_INST);
            }
        }
    }
}

static void from_vs(void)
{
    watchdog_seconds(15);
    everywhere(guest_spot);
}

static void hlv_spot(uint64_t pa)
{
    static const uint32_t insns[] = {INSN_HLV_BU(A0, A0), INSN_HLV_D(A0, A0), INSN_HLVX_WU(A0, A0),
                                     INSN_HSV_B(A1, A0), INSN_HSV_D(A1, A0)};
    for (unsigned m = 0; m < 2; m++) {
        env_set(MODE_BARE, m ? MODE_SV39 : MODE_BARE);
        if (m)
            pt_map(&env.g, TEST_GPA, pa & -PAGE, PTE_FULL | PTE_U, 0);
        fence_all();
        csr_write(hstatus, HSTATUS_SPVP);
        for (unsigned i = 0; i < 5; i++) {
            uint64_t va = m ? TEST_GPA + (pa & (PAGE - 1)) : pa;
            uint64_t want = i < 3 ? CAUSE_LOAD_ACCESS : CAUSE_STORE_ACCESS;
            struct trap t = run_insn(MODE_HS, insns[i], va, 0);
            context("0x%x, hgatp %s, of 0x%lx", insns[i], mode_name(m ? MODE_SV39 : 0), pa);
            if (exact || i != 2) /* QEMU's HLVX faults as a fetch */
                check_eq(t.scause, want, "scause");
            check(t.scause != CAUSE_NONE, "it faults");
            check_eq(t.stval, va, "stval");
            check_eq(regs.x[A0], va, "a0, which must not change");
        }
    }
}

static void from_hlv(void)
{
    everywhere(hlv_spot);
}

/* Roots and tables in the firmware's memory. QEMU takes tables that PMP closes for access faults.
 */
static void table_spot(uint64_t pa)
{
    uint64_t page = pa & -PAGE;
    for (enum access a = LOAD; a <= FETCH; a++) {
        env_set(MODE_SV39, MODE_SV39);
        *pt_entry(&env.vs, TEST_VA, 1) = pte_make(TEST_GPA, PTE_V);
        pt_map(&env.g, TEST_GPA, page, PTE_FULL | PTE_U, 0);
        fence_all();
        context("%s, VS-level table at 0x%lx, through the G-stage", access_name(a), page);
        probe_faults(MODE_VS, a, TEST_VA, access_fault(a), TEST_VA, 0, ANY_INST);
        env_set(MODE_SV39, MODE_BARE);
        *pt_entry(&env.vs, TEST_VA, 1) = pte_make(page, PTE_V);
        fence_all();
        context("%s, VS-level table at 0x%lx", access_name(a), page);
        probe_faults(MODE_VS, a, TEST_VA, access_fault(a), TEST_VA, 0, ANY_INST);
        env_set(MODE_BARE, MODE_SV39);
        *pt_entry(&env.g, TEST_GPA, 1) = pte_make(page, PTE_V);
        fence_all();
        context("%s, G-stage table at 0x%lx", access_name(a), page);
        probe_faults(MODE_VS, a, TEST_GPA, access_fault(a), TEST_GPA, 0, ANY_INST);
    }
}

static void tables(void)
{
    watchdog_seconds(15);
    everywhere(table_spot);
}

static void root_spot(uint64_t pa)
{
    for (unsigned i = 0; i < 2; i++) {
        env_set(MODE_BARE, MODE_BARE);
        uint64_t page = i ? pa & -(4 * PAGE) : pa & -PAGE;
        if (i && page < (pa & -PAGE) && page < regions[0].base)
            return;
        if (i)
            csr_write(hgatp, FIELD_PUT(ATP_MODE, MODE_SV39) | page >> 12);
        else
            csr_write(vsatp, FIELD_PUT(ATP_MODE, MODE_SV39) | page >> 12);
        fence_all();
        uint64_t pc = code_pc(MODE_VS);
        struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        context("%s's root at 0x%lx", i ? "hgatp" : "vsatp", page);
        check_eq(t.scause, CAUSE_INSN_ACCESS, "scause");
        check_eq(t.stval, pc, "stval");
    }
}

static void roots(void)
{
    everywhere(root_spot);
}

/* Misaligned accesses over the end of a region, from HS, VS and HLV: emulation must not reach in.
 */
static void straddling(void)
{
    find();
    for (unsigned r = 0; r < n_regions; r++) {
        uint64_t pa = regions[r].base + regions[r].size - 4;
        env_set(MODE_BARE, MODE_BARE);
        csr_write(hstatus, HSTATUS_SPVP);
        for (unsigned i = 0; i < 4; i++) {
            static const uint32_t insns[] = {INSN_LOAD(3, A0, A0, 0), INSN_STORE(3, A1, A0, 0),
                                             INSN_HLV_D(A0, A0), INSN_HSV_D(A1, A0)};
            struct trap t = run_insn(MODE_HS, insns[i], pa, 0);
            context("0x%x at 0x%lx in HS", insns[i], pa);
            check_eq(t.scause, i & 1 ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS, "scause");
            check_eq(regs.x[A0], pa, "a0, which must not change");
        }
        for (unsigned i = 0; i < 2; i++) {
            struct trap t =
                run_insn(MODE_VS, i ? INSN_STORE(3, A1, A0, 0) : INSN_LOAD(3, A0, A0, 0), pa, 0);
            context("%s at 0x%lx in VS", i ? "sd" : "ld", pa);
            check_eq(t.scause, i ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS, "scause");
            check_eq(regs.x[A0], pa, "a0, which must not change");
        }
    }
}

/* Pointers in calls: refused, nothing printed, nothing written. */
static void call_spot(uint64_t pa)
{
    for (uint64_t fid = 0; fid < 2; fid++) {
        struct sbi_ret r = sbi_call(SBI_EXT_DBCN, fid, 8, pa, 0);
        context("DBCN %s at 0x%lx", fid ? "read" : "write", pa);
        if (exact)
            check_eq((uint64_t)r.error, (uint64_t)SBI_ERR_INVALID_PARAM, "error");
        check(r.error != 0, "an error");
    }
    context("HSM start at 0x%lx", pa);
    if (harts_count > 1 && sbi_hart_status(harts[1].hartid).value == HSM_STOPPED)
        check_eq((uint64_t)sbi_hart_start(harts[1].hartid, pa, 0).error,
                 (uint64_t)SBI_ERR_INVALID_ADDRESS, "error");
    context("HSM non-retentive suspend to 0x%lx", pa);
    check_eq((uint64_t)sbi_call(SBI_EXT_HSM, 3, 0x80000000UL, pa, 0).error,
             (uint64_t)SBI_ERR_INVALID_ADDRESS, "error");
    if (sbi_probe(SBI_EXT_PMU) && exact) {
        struct sbi_ret r = sbi_call(SBI_EXT_PMU, 7, pa & -PAGE, 0, 0);
        context("PMU snapshot memory at 0x%lx", pa & -PAGE);
        check(r.error == SBI_ERR_INVALID_ADDRESS || r.error == SBI_ERR_NOT_SUPPORTED,
              "SBI_ERR_INVALID_ADDRESS or SBI_ERR_NOT_SUPPORTED");
    }
}

static void from_calls(void)
{
    everywhere(call_spot);
}

/* A console write that begins in good memory and ends in the firmware's. */
static void calls_straddling(void)
{
    find();
    for (unsigned r = 0; r < n_regions; r++) {
        uint64_t end = regions[r].base + regions[r].size;
        context("region 0x%lx", regions[r].base);
        check(sbi_call(SBI_EXT_DBCN, 0, 8, end - 4, 0).error != 0, "write from the region's end");
        check(sbi_call(SBI_EXT_DBCN, 1, 8, end - 4, 0).error != 0, "read to the region's end");
        if (!exact) /* OpenSBI takes the next one and prints all it can reach */
            continue;
        check(sbi_call(SBI_EXT_DBCN, 0, -regions[r].base, regions[r].base + 8, 0).error != 0,
              "a length that wraps");
    }
}

TESTS("protect",                                        /**/
      {"from_hs_and_u", "norm:H_pmp", from_hs_and_u},   /**/
      {"from_paged_hs", "norm:H_pmp", from_paged_hs},   /**/
      {"from_vs", "norm:H_pmp", from_vs},               /**/
      {"from_hlv", "norm:H_pmp", from_hlv},             /**/
      {"tables", "norm:H_pmp", tables},                 /**/
      {"roots", "norm:H_pmp", roots},                   /**/
      {"straddling", "norm:H_pmp", straddling},         /**/
      {"from_calls", "SBI: Shared memory", from_calls}, /**/
      {"calls_straddling", "SBI: Shared memory", calls_straddling});
