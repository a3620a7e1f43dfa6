/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware that wants what is not its own: the memory that the device tree says is reserved (on the
 * bare machine: none), by every way that there is. The runner compares Hearth's code and constants
 * before and after. */
#include "dev.h"
#include "fdt.h"
#include "low.h"

#define MAX_TARGETS 8u
#define STEP        (64 * PAGE)

static struct region targets[MAX_TARGETS];
static unsigned targets_count;

/* The program itself, and the page with what the loader tells firmware. */
static bool mine(const struct region *r)
{
    return r->base == 0x80000000UL || r->size <= PAGE;
}

static void find_targets(void)
{
    if (targets_count)
        return;
    struct region all[MAX_TARGETS];
    unsigned n = fdt_reserved(dtb, all, MAX_TARGETS);
    for (unsigned i = 0; i < n && i < MAX_TARGETS; i++) {
        if (!mine(&all[i]))
            targets[targets_count++] = all[i];
    }
    note("%u reserved regions", targets_count);
}

/* All of it, coarsely, its edges finely. */
static void each_address(void (*fn)(uint64_t pa))
{
    find_targets();
    for (unsigned i = 0; i < targets_count; i++) {
        uint64_t base = targets[i].base, size = targets[i].size;
        context("0x%lx", base);
        for (uint64_t off = 0; off<size; off += size> 64 * STEP ? size / 64 & -PAGE : STEP)
            fn(base + off);
        fn(base + 4096);
        fn(base + 8);
        fn(base + size - 8);
        fn(base + size - PAGE);
    }
    context("%s", "");
}

static bool refused(uint64_t cause, bool store)
{
    return cause == (store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS);
}

static const uint32_t loads[] = {INSN_LOAD(0, A1, A0, 0),
                                 INSN_LOAD(1, A1, A0, 0),
                                 INSN_LOAD(2, A1, A0, 0),
                                 INSN_LOAD(3, A1, A0, 0),
                                 INSN_LOAD(4, A1, A0, 0),
                                 INSN_LOAD(5, A1, A0, 0),
                                 INSN_LOAD(6, A1, A0, 0),
                                 INSN_AMO(2, 3, A1, A0, X0),
                                 0x410cu,
                                 0x610cu};
static const uint32_t stores[] = {INSN_STORE(0, A1, A0, 0),
                                  INSN_STORE(1, A1, A0, 0),
                                  INSN_STORE(2, A1, A0, 0),
                                  INSN_STORE(3, A1, A0, 0),
                                  INSN_AMO(0, 3, A1, A0, A1),
                                  INSN_AMO(1, 2, A1, A0, A1),
                                  INSN_AMO(28, 3, A1, A0, A1),
                                  0xc10cu,
                                  0xe10cu};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void in_m(uint64_t pa)
{
    for (unsigned i = 0; i < COUNT(loads); i++) {
        low.x[A1] = 0;
        check(refused(cause_of(MODE_M, loads[i], pa, 0x77), false), "M's loads are refused");
        check_eq(low.x[A1], 0x77, "the register of a refused load");
    }
    for (unsigned i = 0; i < COUNT(stores); i++)
        check(refused(cause_of(MODE_M, stores[i], pa, 0), true), "M's stores are refused");
}
static void by_m(void)
{
    each_address(in_m);
}

static void in_lower(uint64_t pa)
{
    for (enum mode m = MODE_U; m <= MODE_S; m++) {
        check(refused(cause_of(m, INSN_LOAD(3, A1, A0, 0), pa, 0), false), "loads are refused");
        check(refused(cause_of(m, INSN_STORE(3, A1, A0, 0), pa, 0), true), "stores are refused");
        struct trap t = run_at(m, pa);
        check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause of a fetch");
    }
}
static void by_s_and_u(void)
{
    each_address(in_lower);
}

/* S's page tables point there. */
static void by_map(uint64_t pa)
{
    pt_map(&low_pt, TEST_VA, pa & -PAGE, PTE_FULL, 0);
    low_fence();
    uint64_t va = TEST_VA + pa % PAGE;
    check(refused(cause_of(MODE_S, INSN_LOAD(3, A1, A0, 0), va, 0), false), "loads are refused");
    check(refused(cause_of(MODE_S, INSN_STORE(3, A1, A0, 0), va, 0), true), "stores are refused");
    struct trap t = run_at(MODE_S, va);
    check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause of a fetch");
}
static void by_page_tables(void)
{
    low_pages();
    each_address(by_map);
}

/* The tables themselves lie there: what is read of them must not be used, nor A and D be set. */
static void by_root(uint64_t pa)
{
    static const uint32_t ld = INSN_LOAD(3, A1, A0, 0);
    csr_write(satp, FIELD_PUT(ATP_MODE, MODE_SV39) | pa >> 12);
    low_fence();
    struct trap t = run_at(MODE_S, (uint64_t)frames[0]);
    check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause of a fetch through tables there");
    t = run_as(MODE_S, 0, &ld, 1, (uint64_t)frames[0], 0);
    check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause of a load under MPRV through tables there");
    csr_write(satp, 0);
    low_fence();
}
static void by_walks(void)
{
    low_reset();
    each_address(by_root);
}

static void by_mprv_at(uint64_t pa)
{
    static const uint32_t ld = INSN_LOAD(3, A1, A0, 0), sd = INSN_STORE(3, A1, A0, 0),
                          amo = INSN_AMO(0, 3, A1, A0, A1);
    for (unsigned i = 0; i < 3; i++) {
        enum mode m = i == 2 ? MODE_M : (enum mode)i;
        struct trap t = run_as(m, 0, &ld, 1, pa, 0);
        check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause of a load under MPRV");
        t = run_as(m, 0, &sd, 1, pa, 0);
        check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store under MPRV");
        t = run_as(m, 0, &amo, 1, pa, 0);
        check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of an AMO under MPRV");
    }
}
static void by_mprv(void)
{
    each_address(by_mprv_at);
}

static void by_mprv_mapped_at(uint64_t pa)
{
    static const uint32_t ld = INSN_LOAD(3, A1, A0, 0), sd = INSN_STORE(3, A1, A0, 0);
    pt_map(&low_pt, TEST_VA, pa & -PAGE, PTE_FULL, 0);
    low_fence();
    uint64_t va = TEST_VA + pa % PAGE;
    struct trap t = run_as(MODE_S, 0, &ld, 1, va, 0);
    check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause of a load");
    t = run_as(MODE_S, 0, &sd, 1, va, 0);
    check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store");
}
static void by_mprv_mapped(void)
{
    low_pages();
    each_address(by_mprv_mapped_at);
}

/* Half of the access is allowed: none of it is made. */
static void by_edges(void)
{
    find_targets();
    for (unsigned i = 0; i < targets_count; i++) {
        uint64_t edge = targets[i].base;
        if (edge <= 0x80000000UL)
            continue;
        context("0x%lx", edge);
        for (uint64_t off = 1; off < 8; off++) {
            uint64_t c = cause_of(MODE_M, INSN_LOAD(3, A1, A0, 0), edge - off, 0);
            check(c != CAUSE_NONE, "a load across the edge is refused");
            c = cause_of(MODE_M, INSN_STORE(3, A1, A0, 0), edge - off, 0);
            check(c != CAUSE_NONE, "a store across the edge is refused");
        }
    }
    context("%s", "");
}

static void by_fetch(uint64_t pa)
{
    catch_begin();
    __asm__ volatile("la t0, 1f\n sd t0, %0\n jr %1\n1:"
                     : "=m"(me()->catch.resume)
                     : "r"(pa)
                     : "t0");
    check_eq(catch_end(), CAUSE_INSN_ACCESS, "mcause of M's fetch");
}
static void by_jump(void)
{
    each_address(by_fetch);
}

/* Whatever the virtual PMP says, in every entry that firmware has. */
static void by_pmp_at(uint64_t pa)
{
    for (unsigned n = 0; n < 7; n++) {
        for (unsigned how = 0; how < 3; how++) {
            uint8_t cfg = (uint8_t)(PMP_RWX | (how == 0   ? PMP_TOR
                                               : how == 1 ? PMP_NA4
                                                          : PMP_NAPOT));
            uint64_t addr = how == 0 ? ~0UL >> 10 : how == 1 ? pa >> 2 : pa >> 2 | 0x1ffff;
            csr_write(pmpcfg0, 0);
            csr_put(CSR_PMPADDR0 + n, addr);
            csr_write(pmpcfg0, (uint64_t)cfg << 8 * n);
            check(refused(cause_of(MODE_M, INSN_LOAD(2, A1, A0, 0), pa, 0), false), "M's load");
            check(refused(cause_of(MODE_M, INSN_STORE(2, A1, A0, 0), pa, 0), true), "M's store");
        }
        csr_put(CSR_PMPADDR0 + n, 0);
    }
    csr_write(pmpaddr7, ~0UL);
    csr_write(pmpcfg0, (uint64_t)(PMP_NAPOT | PMP_RWX) << 56);
}
static void by_pmp(void)
{
    if (pmp_count < 8)
        return;
    find_targets();
    for (unsigned i = 0; i < targets_count; i++) {
        context("0x%lx", targets[i].base);
        by_pmp_at(targets[i].base);
        by_pmp_at(targets[i].base + targets[i].size - 8);
    }
    context("%s", "");
}

/* With H: guests' tables, HLV and HSV, MPRV with MPV. */
static void by_guest_at(uint64_t pa)
{
    static const uint32_t sd = INSN_STORE(3, A1, A0, 0);
    pt_map(&low_pt, TEST_VA, TEST_VA, PTE_FULL, 0);
    pt_map(&low_g, TEST_VA, pa & -PAGE, PTE_FULL | PTE_U, 0);
    low_fence();
    uint64_t va = TEST_VA + pa % PAGE;
    check(refused(cause_of(MODE_VS, INSN_LOAD(3, A1, A0, 0), va, 0), false), "VS's load");
    check(refused(cause_of(MODE_VS, INSN_STORE(3, A1, A0, 0), va, 0), true), "VS's store");
    csr_write(hstatus, HSTATUS_SPVP);
    check(refused(cause_of(MODE_M, INSN_HLV_D(A1, A0), va, 0), false), "hlv.d");
    check(refused(cause_of(MODE_M, INSN_HSV_D(A1, A0), va, 0), true), "hsv.d");
    csr_write(hstatus, 0);
    struct trap t = run_as(MODE_VS, 0, &sd, 1, va, 0);
    check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store under MPRV and MPV");
}
static void by_guests(void)
{
    if (!has_h)
        return;
    low_two_stages();
    each_address(by_guest_at);
}

/* The devices that M has to itself: every register written with everything, then used again. */
static void by_devices(void)
{
    irq_off();
    csr_write(mie, 0);
    static const uint64_t vals[] = {0, ~0UL, 0x80000000UL, 0x97f80000UL};
    uint64_t t = now();
    for (uint64_t off = 0; off < 0x10000 && dev.msip; off += 4) {
        if (off == 0xbff8 || off == 0xbffc || off == 0x3ffc)
            continue; /* time goes on; the other end of msip */
        for (unsigned i = 0; i < 4; i++)
            cause_of(MODE_M, INSN_STORE(off & 4 ? 2 : 3, A1, A0, 0), dev.msip + off, vals[i]);
        cause_of(MODE_M, INSN_STORE(2, A1, A0, 0), dev.msip + off, off < 0x4000 ? 0 : ~0UL);
    }
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        if (harts[i].ready) {
            *mtimecmp_of(harts[i].hartid) = ~0UL;
            *msip_of(harts[i].hartid) = 0;
        }
    }
    check(now() - t < 60 * timebase, "time goes on as it did");
    check_bits(csr_read(mip), BIT(IRQ_MSI) | BIT(IRQ_MTI), 0, "mip");
    for (uint64_t c = 0; c < 16 && dev.plic; c++) {
        for (uint64_t off = 0; off < 0x1000; off += 4)
            cause_of(MODE_M, INSN_STORE(2, A1, A0, 0), dev.plic + 0x200000 + 0x1000 * c + off, 0);
        for (uint64_t off = 0; off < 0x80; off += 4)
            cause_of(MODE_M, INSN_STORE(2, A1, A0, 0), dev.plic + 0x2000 + 0x80 * c + off, ~0UL);
        for (uint64_t off = 0; off < 0x80; off += 4)
            cause_of(MODE_M, INSN_STORE(2, A1, A0, 0), dev.plic + 0x2000 + 0x80 * c + off, 0);
    }
    watchdog_seconds(5);
}

/* Every CSR number, written with everything; what keeps the program going is put back. */
static void by_csrs(void)
{
    static const unsigned keep[] = {0x300, CSR_MIE, CSR_MTVEC, CSR_MSCRATCH, CSR_PMPCFG0};
    irq_off();
    for (unsigned csr = 0; csr < 0x1000; csr++) {
        bool skip = csr >= 0x7a0 && csr <= 0x7bf; /* debug: breakpoints where they hurt */
        for (unsigned i = 0; i < COUNT(keep); i++)
            skip |= csr == keep[i];
        skip |= csr >= CSR_PMPCFG0 && csr < CSR_PMPADDR0 + 64;
        if (skip)
            continue;
        m_csr_write(csr, ~0UL);
        m_csr_write(csr, 0x123456789abcdef0UL & ~BIT(12));
        m_csr_write(csr, 0);
    }
    hart_rest();
    check_eq(csr_read(mie), 0, "mie at rest");
    check_eq(cause_of(MODE_S, INSN_NOP, 0, 0), CAUSE_NONE, "S runs afterwards");
    check_eq(cause_of(MODE_M, INSN_ECALL, 0, 0), CAUSE_ECALL_M, "M traps afterwards");
}

/* All that once more, from a hart that is not the first. */
static volatile uint64_t other_cause[3];
static void other(void)
{
    catch_begin();
    (void)*(volatile uint64_t *)targets[0].base;
    other_cause[0] = catch_end();
    catch_begin();
    *(volatile uint64_t *)targets[0].base = 0;
    other_cause[1] = catch_end();
    catch_begin();
    __atomic_fetch_add((uint64_t *)targets[0].base, 1, __ATOMIC_SEQ_CST);
    other_cause[2] = catch_end();
}

static void by_another_hart(void)
{
    find_targets();
    if (!targets_count || !hart_give(1, other))
        return;
    hart_wait(1);
    check_eq(other_cause[0], CAUSE_LOAD_ACCESS, "cause of a load");
    check_eq(other_cause[1], CAUSE_STORE_ACCESS, "cause of a store");
    check_eq(other_cause[2], CAUSE_STORE_ACCESS, "cause of an AMO");
}

TESTS("mhostile", {"by_m", "no access but the world's own", by_m},
      {"by_s_and_u", "the same", by_s_and_u}, {"by_page_tables", "the same", by_page_tables},
      {"by_walks", "the same", by_walks}, {"by_mprv", "the same", by_mprv},
      {"by_mprv_mapped", "the same", by_mprv_mapped}, {"by_edges", "the same", by_edges},
      {"by_jump", "the same", by_jump}, {"by_pmp", "the same", by_pmp},
      {"by_guests", "the same", by_guests}, {"by_another_hart", "the same", by_another_hart},
      {"by_devices", "devices stay usable", by_devices},
      {"by_csrs", "CSRs are the virtual hart's", by_csrs});
