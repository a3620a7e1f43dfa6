/* SPDX-License-Identifier: BSD-2-Clause */
/* mstatus.MPRV: M's loads and stores with the rights and the translation of another mode. */
#include "low.h"

#define LD INSN_LOAD(3, A1, A0, 0)
#define SD INSN_STORE(3, A1, A0, 0)
#define VA TEST_VA

static struct trap as(enum mode mode, uint64_t status, uint32_t insn, uint64_t a0, uint64_t a1)
{
    return run_as(mode, status, &insn, 1, a0, a1);
}

static uint64_t *word(unsigned frame)
{
    return (uint64_t *)frames[frame];
}

/* A page of S's at VA, with these flags, made of the frame. */
static void page(uint64_t va, unsigned frame, uint64_t flags)
{
    pt_map(&low_pt, va, (uint64_t)frames[frame], flags, 0);
    low_fence();
}

static void expect(enum mode mode, uint64_t status, bool r, bool w, uint64_t fault)
{
    *word(1) = 0x1122334455667788UL;
    struct trap t = as(mode, status, LD, VA, 0);
    check_eq(t.mcause, r ? CAUSE_NONE : fault, "mcause of a load");
    if (r)
        check_eq(low.x[A1], 0x1122334455667788UL, "what the load loads");
    t = as(mode, status, SD, VA, 0xabcd);
    check_eq(t.mcause, w ? CAUSE_NONE : fault + 2, "mcause of a store");
    check_eq(*word(1), w ? 0xabcd : 0x1122334455667788UL, "memory after the store");
}

static void as_m(void)
{
    low_pages();
    *word(1) = 7;
    struct trap t = as(MODE_M, 0, LD, (uint64_t)word(1), 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause with MPP = M");
    check_eq(low.x[A1], 7, "a physical address with MPP = M");
}

/* Without page tables the address is physical, the rights are the other mode's. */
static void bare(void)
{
    *word(1) = 9;
    for (enum mode m = MODE_U; m <= MODE_S; m++) {
        context("as %s", mode_name(m));
        struct trap t = as(m, 0, LD, (uint64_t)word(1), 0);
        check_eq(t.mcause, CAUSE_NONE, "mcause");
        check_eq(low.x[A1], 9, "a load");
        t = as(m, 0, LD, NOWHERE, 0);
        check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause, nothing there");
        check_eq(t.mtval, NOWHERE, "mtval, nothing there");
    }
}

static void permissions(void)
{
    low_pages();
    for (unsigned f = 0; f < 16; f++) {
        uint64_t flags = PTE_V | PTE_AD | (f & 1 ? PTE_R : 0) | (f & 2 ? PTE_W : 0) |
                         (f & 4 ? PTE_X : 0) | (f & 8 ? PTE_U : 0);
        if (!(f & 7) || ((f & 2) && !(f & 1)))
            continue;
        page(VA, 1, flags);
        for (unsigned k = 0; k < 8; k++) {
            bool user = k & 1, mxr = k & 2, sum = k & 4;
            context("PTE 0x%lx as %s, MXR %u, SUM %u", flags, user ? "U" : "S", mxr, sum);
            bool reach = user ? f & 8 : !(f & 8) || sum;
            expect(user ? MODE_U : MODE_S, (mxr ? MSTATUS_MXR : 0) | (sum ? MSTATUS_SUM : 0),
                   reach && ((f & 1) || (mxr && (f & 4))), reach && (f & 2), CAUSE_LOAD_PAGE);
        }
    }
}

/* The trap is M's own: MPP is M, MPRV stays, mtval is the virtual address. */
static void fault_registers(void)
{
    low_pages();
    struct trap t = as(MODE_S, 0, INSN_LOAD(3, A1, A0, 0x18), VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause");
    check_eq(t.mtval, VA + 0x18, "mtval");
    check_eq(t.mepc, code_pc(MODE_M), "mepc");
    check_bits(t.mstatus, MSTATUS_MPP | MSTATUS_MPRV, MSTATUS_MPP | MSTATUS_MPRV,
               "mstatus.MPP and MPRV");
    check_bits(t.mstatus, has_h ? MSTATUS_MPV | MSTATUS_GVA : 0, 0, "mstatus.MPV and GVA");
    check_bits(run_as_status, MSTATUS_MPRV, MSTATUS_MPRV, "MPRV after mret to M");
    t = as(MODE_U, 0, INSN_STORE(0, A1, A0, 0x1f), VA, 0);
    check_eq(t.mcause, CAUSE_STORE_PAGE, "mcause of a store");
    check_eq(t.mtval, VA + 0x1f, "mtval of a store");
}

/* Fetches are M's: the program goes on where nothing is mapped for S. */
static void fetches(void)
{
    low_pages();
    csr_write(satp, pt_atp(&(struct pt){.root = (uint64_t *)frames[8], .mode = MODE_SV39}, 0));
    for (unsigned i = 0; i < 512; i++)
        ((uint64_t *)frames[8])[i] = 0;
    low_fence();
    static const uint32_t insns[] = {INSN_NOP, INSN_I(0x13u, 0, A1, A1, 1), INSN_NOP};
    struct trap t = run_as(MODE_S, 0, insns, 3, 0, 4);
    check_eq(t.mcause, CAUSE_NONE, "mcause");
    check_eq(low.x[A1], 5, "a1");
    t = as(MODE_S, 0, LD, (uint64_t)word(1), 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause of a load");
}

static void pmp(void)
{
    if (pmp_count < 8)
        return;
    csr_write(pmpaddr0, (uint64_t)frames[1] >> 2 | 511);
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~0xffUL) | PMP_NAPOT | PMP_R);
    low_fence();
    for (enum mode m = MODE_U; m <= MODE_S; m++) {
        context("as %s", mode_name(m));
        struct trap t = as(m, 0, LD, (uint64_t)frames[1], 0);
        check_eq(t.mcause, CAUSE_NONE, "mcause of a load");
        t = as(m, 0, SD, (uint64_t)frames[1], 0);
        check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store");
        check_eq(t.mtval, (uint64_t)frames[1], "mtval of a store");
        t = as(m, 0, SD, (uint64_t)frames[2], 0);
        check_eq(t.mcause, CAUSE_NONE, "mcause of a store next to it");
    }
    struct trap t = as(MODE_M, 0, SD, (uint64_t)frames[1], 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of a store as M");
    low_pages();
    page(VA, 1, PTE_FULL);
    t = as(MODE_S, 0, SD, VA + 8, 0);
    check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store by a page table");
    check_eq(t.mtval, VA + 8, "mtval of a store by a page table");
}

/* A and D are set, or the access faults: never neither. */
static void a_and_d(void)
{
    low_pages();
    page(VA, 1, PTE_V | PTE_R | PTE_W);
    uint64_t *pte = pt_entry(&low_pt, VA, 0);
    struct trap t = as(MODE_S, 0, LD, VA, 0);
    check(t.mcause == CAUSE_NONE ? *pte & PTE_A : t.mcause == CAUSE_LOAD_PAGE,
          "a load sets A or faults");
    page(VA, 1, PTE_V | PTE_R | PTE_W | PTE_A);
    t = as(MODE_S, 0, LD, VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of a load with A set");
    check_bits(*pte, PTE_D, 0, "D after a load");
    t = as(MODE_S, 0, SD, VA, 0);
    check(t.mcause == CAUSE_NONE ? *pte & PTE_D : t.mcause == CAUSE_STORE_PAGE,
          "a store sets D or faults");
}

/* Across a page: both parts where they belong; a fault of the second is at its beginning. */
static void page_crossing(void)
{
    low_pages();
    page(VA, 3, PTE_FULL);
    page(VA + PAGE, 1, PTE_FULL);
    *(uint32_t *)(frames[3] + 4092) = 0x55667788;
    *(uint32_t *)frames[1] = 0x11223344;
    struct trap t = as(MODE_S, 0, LD, VA + PAGE - 4, 0);
    if (t.mcause == CAUSE_LOAD_MISALIGNED) {
        note("the hart does no misaligned accesses");
        return;
    }
    check_eq(t.mcause, CAUSE_NONE, "mcause of a load");
    check_eq(low.x[A1], 0x1122334455667788UL, "a load");
    t = as(MODE_S, 0, SD, VA + PAGE - 4, 0x99aabbccddeeff00UL);
    check_eq(t.mcause, CAUSE_NONE, "mcause of a store");
    check_eq(*(uint32_t *)(frames[3] + 4092), 0xddeeff00, "the first part of a store");
    check_eq(*(uint32_t *)frames[1], 0x99aabbcc, "the second part of a store");
    page(VA + PAGE, 1, 0);
    t = as(MODE_S, 0, LD, VA + PAGE - 4, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause, the second page missing");
    check_eq(t.mtval, VA + PAGE, "mtval, the second page missing");
}

/* Two stages (MPV): both kinds of faults, with what they say. */
static void guest(uint64_t va, unsigned frame, uint64_t vs_flags, uint64_t g_flags)
{
    const uint64_t gpa = 0x40000000UL;
    pt_map(&low_pt, va, gpa, vs_flags, 0);
    pt_map(&low_g, gpa, (uint64_t)frames[frame], g_flags, 0);
    low_fence();
}

static void two_stages(void)
{
    if (!has_h)
        return;
    low_two_stages();
    guest(VA, 1, PTE_FULL, PTE_FULL | PTE_U);
    context("as VS");
    expect(MODE_VS, 0, true, true, CAUSE_LOAD_PAGE);
    context("as VU, a page of VS");
    expect(MODE_VU, 0, false, false, CAUSE_LOAD_PAGE);
    guest(VA, 1, PTE_FULL | PTE_U, PTE_FULL | PTE_U);
    context("as VU");
    expect(MODE_VU, 0, true, true, CAUSE_LOAD_PAGE);
    context("as VS, a page of VU");
    expect(MODE_VS, MSTATUS_SUM, false, false, CAUSE_LOAD_PAGE);
    csr_write(vsstatus, SSTATUS_SUM);
    context("as VS, a page of VU, vsstatus.SUM");
    expect(MODE_VS, 0, true, true, CAUSE_LOAD_PAGE);
    csr_write(vsstatus, 0);
    guest(VA, 1, PTE_V | PTE_R | PTE_AD, PTE_FULL | PTE_U);
    context("as VS, read only");
    expect(MODE_VS, 0, true, false, CAUSE_LOAD_PAGE);
    guest(VA, 1, PTE_FULL, PTE_V | PTE_R | PTE_AD | PTE_U);
    context("as VS, read only in the G-stage");
    expect(MODE_VS, 0, true, false, CAUSE_LOAD_GUEST);
    guest(VA, 1, PTE_FULL, PTE_FULL);
    context("as VS, U=0 in the G-stage");
    expect(MODE_VS, 0, false, false, CAUSE_LOAD_GUEST);
    context("as S: one stage, satp");
    struct trap t = as(MODE_S, 0, LD, (uint64_t)word(1), 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause");
}

/* QEMU sets GVA for what V was, not for what mtval holds. */
#define GVA (exact ? MSTATUS_GVA : 0)

static void guest_fault_registers(void)
{
    if (!has_h)
        return;
    low_two_stages();
    guest(VA, 1, PTE_FULL, 0);
    struct trap t = as(MODE_VS, 0, INSN_LOAD(3, A1, A0, 0x10), VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_GUEST, "mcause");
    check_eq(t.mtval, VA + 0x10, "mtval");
    check_eq(t.mtval2, 0x40000010UL >> 2, "mtval2");
    check(t.mtinst == 0 || t.mtinst == INSN_TRANSFORM_LOAD(INSN_LOAD(3, A1, A0, 0x10), 0),
          "mtinst is 0 or the transformed instruction");
    check_bits(t.mstatus, MSTATUS_MPP | GVA | MSTATUS_MPV, MSTATUS_MPP | GVA,
               "mstatus: from M, a guest's address");
    t = as(MODE_VS, 0, SD, VA, 0);
    check_eq(t.mcause, CAUSE_STORE_GUEST, "mcause of a store");
    check_eq(t.mtval2, 0x40000000UL >> 2, "mtval2 of a store");
    pt_map(&low_pt, VA, 0, 0, 0);
    low_fence();
    t = as(MODE_VS, 0, LD, VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause, not mapped by the guest");
    check_eq(t.mtval2, 0, "mtval2, not mapped by the guest");
    check_bits(t.mstatus, GVA, GVA, "mstatus.GVA, not mapped by the guest");
}

/* The walk itself hits a hole of the G-stage: the fault says so, of the access's own kind. */
static void implicit(void)
{
    if (!has_h)
        return;
    low_two_stages();
    guest(VA, 1, PTE_FULL, PTE_FULL | PTE_U);
    uint64_t table = (uint64_t)pt_entry(&low_pt, VA, 0) & -PAGE;
    pt_map(&low_g, table, 0, 0, 0);
    low_fence();
    struct trap t = as(MODE_VS, 0, SD, VA, 0);
    check_eq(t.mcause, CAUSE_STORE_GUEST, "mcause");
    check_eq(t.mtval, VA, "mtval");
    check_eq(t.mtval2 << 2, (uint64_t)pt_entry(&low_pt, VA, 0) & ~3UL, "mtval2: the PTE");
    check_eq(t.mtinst, 0x3000, "mtinst: an implicit read");
}

/* HLV and HSV are M's as well, without MPRV. */
static void hlv(void)
{
    if (!has_h)
        return;
    low_two_stages();
    guest(VA, 1, PTE_FULL, PTE_FULL | PTE_U);
    *word(1) = 0x8877665544332211UL;
    csr_write(hstatus, HSTATUS_SPVP);
    struct trap t = run_insn(MODE_M, INSN_HLV_D(A1, A0), VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of hlv.d");
    check_eq(low.x[A1], 0x8877665544332211UL, "hlv.d");
    t = run_insn(MODE_M, INSN_HSV_W(A1, A0), VA, 0x12345678);
    check_eq(t.mcause, CAUSE_NONE, "mcause of hsv.w");
    check_eq(*word(1), 0x8877665512345678UL, "memory after hsv.w");
    csr_write(hstatus, 0);
    t = run_insn(MODE_M, INSN_HLV_D(A1, A0), VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause of hlv.d with SPVP = U");
    check_bits(t.mstatus, GVA | MSTATUS_MPV, GVA, "mstatus.GVA and MPV");
    guest(VA, 1, PTE_FULL, 0);
    csr_write(hstatus, HSTATUS_SPVP);
    t = run_insn(MODE_M, INSN_HLV_D(A1, A0), VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_GUEST, "mcause of hlv.d, a hole in the G-stage");
    check_eq(t.mtval2, 0x40000000UL >> 2, "mtval2 of hlv.d");
}

/* Turned on and off again in ordinary code, with M's own memory in between. */
static void on_and_off(void)
{
    low_pages();
    page(VA, 1, PTE_FULL);
    uint64_t sum = 0;
    for (unsigned i = 0; i < 200; i++) {
        *word(1) = i;
        as(MODE_S, 0, LD, VA, 0);
        sum += low.x[A1];
        as(MODE_S, 0, SD, VA + 8, i);
        sum += word(1)[1];
    }
    check_eq(sum, 200 * 199, "sums of what was read under MPRV and without");
}

TESTS("mprv", {"as_m", "Memory Privilege in mstatus", as_m},
      {"bare", "Memory Privilege in mstatus", bare},
      {"permissions", "Memory Privilege in mstatus", permissions},
      {"fault_registers", "Memory Privilege in mstatus", fault_registers},
      {"fetches", "Memory Privilege in mstatus", fetches},
      {"pmp", "Physical Memory Protection", pmp},
      {"a_and_d", "Virtual Address Translation Process", a_and_d},
      {"page_crossing", "Memory Privilege in mstatus", page_crossing},
      {"two_stages", "norm:mstatus_mprv_hypervisor", two_stages},
      {"guest_fault_registers", "Machine Second Trap Value", guest_fault_registers},
      {"implicit", "Machine Trap Instruction", implicit}, {"hlv", "Hypervisor Load and Store", hlv},
      {"on_and_off", "Memory Privilege in mstatus", on_and_off});
