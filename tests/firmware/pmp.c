/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory protection: matching, priority, locks, what is enforced on whom. */
#include "low.h"

static uint64_t grain; /* bytes, a power of 2, at least 4 */

static void set(unsigned n, uint8_t cfg, uint64_t addr)
{
    uint64_t c = csr_get(CSR_PMPCFG0);
    csr_put(CSR_PMPADDR0 + n, addr);
    csr_put(CSR_PMPCFG0, (c & ~(0xffUL << 8 * n)) | (uint64_t)cfg << 8 * n);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static uint64_t cfg_of(unsigned n)
{
    return csr_get(CSR_PMPCFG0) >> 8 * n & 0xff;
}

static uint64_t napot(const void *p, uint64_t size)
{
    return (uint64_t)p >> 2 | (size / 8 - 1);
}

static uint64_t tor(const void *p)
{
    return (uint64_t)p >> 2;
}

/* Entry 7 has everything open (hart_rest); the ones below it are the tests'. */
static bool begin(void)
{
    if (pmp_count < 8) {
        note("%u PMP entries", pmp_count);
        return false;
    }
    csr_write(pmpaddr6, 0);
    csr_write(pmpaddr6, ~0UL);
    uint64_t v = csr_read(pmpaddr6);
    csr_write(pmpaddr6, 0);
    grain = 4 * (v & -v);
    return true;
}

enum what { LOAD, STORE, FETCH };
static const uint64_t faults[] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_INSN_ACCESS};

/* The cause of an access of 8 bytes, CAUSE_NONE if it works; frames hold ECALLs. */
static uint64_t try(enum mode mode, enum what what, const void *p)
{
    if (what != FETCH)
        return cause_of(mode, what == LOAD ? INSN_LOAD(3, A1, A0, 0) : INSN_STORE(3, A1, A0, 0),
                        (uint64_t)p, 0x7300000073UL);
    struct trap t = run_at(mode, (uint64_t)p);
    return t.mcause == ecall_cause(mode) && t.mepc == (uint64_t)p ? CAUSE_NONE : t.mcause;
}

static void fill_frames(void)
{
    for (unsigned i = 0; i < sizeof frames / 4; i++)
        ((uint32_t *)frames)[i] = INSN_ECALL;
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
}

static void expect(enum mode mode, const void *p, unsigned rwx, const char *where)
{
    for (enum what w = LOAD; w <= FETCH; w++)
        check_eq(try(mode, w, p), rwx & (1u << w) ? CAUSE_NONE : faults[w], where);
}

static void registers(void)
{
    if (!begin())
        return;
    for (unsigned i = 0; i < 7; i++) {
        context("entry %u", i);
        csr_put(CSR_PMPADDR0 + i, 0x20001234UL * grain / 4);
        check_eq(csr_get(CSR_PMPADDR0 + i), 0x20001234UL * grain / 4, "pmpaddr");
        set(i, PMP_NAPOT | PMP_RWX, napot(frames[0], 4096));
        check_eq(cfg_of(i), PMP_NAPOT | PMP_RWX, "pmpcfg");
        set(i, PMP_TOR | PMP_R, tor(frames[0]));
        check_eq(cfg_of(i), PMP_TOR | PMP_R, "pmpcfg");
        set(i, 0x60 | PMP_R, 0);
        if (exact) /* QEMU holds them */
            check_eq(cfg_of(i), PMP_R, "bits 5 and 6 of pmpcfg are zero");
        set(i, PMP_OFF, 0);
        check_eq(cfg_of(i), 0, "pmpcfg");
    }
    uint64_t v = csr_put(CSR_PMPADDR0, ~0UL);
    if (exact) /* QEMU holds all 64 */
        check_eq(v >> 54, 0, "pmpaddr has 54 bits");
    csr_put(CSR_PMPADDR0, 0);
    context("%s", "");
    check_eq(cause_of(MODE_M, INSN_CSRRS(A0, 0x3a1, X0), 0, 0), CAUSE_ILLEGAL, "pmpcfg1 is RV32's");
    check_eq(cause_of(MODE_M, INSN_CSRRS(A0, 0x3a3, X0), 0, 0), CAUSE_ILLEGAL, "pmpcfg3 is RV32's");
    check_eq(cause_of(MODE_M, INSN_CSRRS(A0, 0x3a2, X0), 0, 0), CAUSE_NONE, "pmpcfg2");
    check_eq(cause_of(MODE_S, INSN_CSRRS(A0, 0x3a0, X0), 0, 0), CAUSE_ILLEGAL, "pmpcfg0 in S");
}

/* W without R is reserved: something else is read back. */
static void warl_rw(void)
{
    if (!begin())
        return;
    set(0, PMP_NAPOT | PMP_W, napot(frames[0], 4096));
    if (exact) /* QEMU holds it */
        check((cfg_of(0) & 3) != PMP_W, "R=0 with W=1 is never held");
    set(0, 0, 0);
}

/* Each mix of permissions, in S and U; M is not bound by an entry that is not locked. */
static void permissions(void)
{
    static const uint8_t mixes[] = {0, PMP_R, PMP_R | PMP_W, PMP_X, PMP_R | PMP_X, PMP_RWX};
    if (!begin())
        return;
    fill_frames();
    for (unsigned i = 0; i < sizeof mixes; i++) {
        set(0, PMP_NAPOT | mixes[i], napot(frames[4], 4096));
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            context("permissions %u in %s", mixes[i], mode_name(m));
            expect(m, frames[4], mixes[i], "inside");
            expect(m, frames[4] + 4088, mixes[i], "at the end");
            expect(m, frames[3] + 4088, PMP_RWX, "below");
            expect(m, frames[5], PMP_RWX, "above");
        }
        context("permissions %u in M", mixes[i]);
        check_eq(try(MODE_M, LOAD, frames[4]), CAUSE_NONE, "a load");
        check_eq(try(MODE_M, STORE, frames[4]), CAUSE_NONE, "a store");
    }
}

static void fault_registers(void)
{
    if (!begin())
        return;
    set(0, PMP_NAPOT, napot(frames[4], 4096));
    struct trap t = run_insn(MODE_S, INSN_LOAD(3, A1, A0, 8), (uint64_t)frames[4], 0);
    check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause");
    check_eq(t.mtval, (uint64_t)frames[4] + 8, "mtval");
    check_eq(t.mepc, code_pc(MODE_S), "mepc");
    t = run_at(MODE_U, (uint64_t)frames[4] + 16);
    check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause of a fetch");
    check_eq(t.mtval, (uint64_t)frames[4] + 16, "mtval of a fetch");
    csr_write(medeleg, BIT(CAUSE_LOAD_ACCESS));
    csr_write(stvec, (uint64_t)vector);
    t = run_insn(MODE_U, INSN_LOAD(0, A1, A0, 8), (uint64_t)frames[4], 0);
    check(taken_in(&t, MODE_S), "S takes an access fault that is delegated");
    check_eq(csr_read(scause), CAUSE_LOAD_ACCESS, "scause");
    check_eq(csr_read(stval), (uint64_t)frames[4] + 8, "stval");
}

static void napot_sizes(void)
{
    if (!begin())
        return;
    fill_frames();
    for (uint64_t size = grain < 8 ? 8 : grain; size <= 65536; size *= 2) {
        uint8_t *p = frames[16];
        context("NAPOT of %lu bytes", size);
        set(0, PMP_NAPOT | PMP_R, napot(p, size));
        expect(MODE_S, p, PMP_R, "the first doubleword");
        expect(MODE_S, p + size - 8, PMP_R, "the last doubleword");
        expect(MODE_S, p - 8, PMP_RWX, "the one below");
        expect(MODE_S, p + size, PMP_RWX, "the one above");
    }
}

static void na4(void)
{
    if (!begin())
        return;
    fill_frames();
    set(0, PMP_NA4 | PMP_R, (uint64_t)frames[4] >> 2);
    if (grain > 4) {
        check((cfg_of(0) & 0x18) != PMP_NA4, "no NA4 with a coarser grain");
        return;
    }
    uint64_t p = (uint64_t)frames[4];
    check_eq(cause_of(MODE_S, INSN_LOAD(2, A1, A0, 0), p, 0), CAUSE_NONE, "a load of the word");
    check_eq(cause_of(MODE_S, INSN_STORE(2, A1, A0, 0), p, 0), CAUSE_STORE_ACCESS, "a store to it");
    check_eq(cause_of(MODE_S, INSN_STORE(0, A1, A0, 3), p, 0), CAUSE_STORE_ACCESS, "to its end");
    check_eq(cause_of(MODE_S, INSN_STORE(2, A1, A0, 4), p, 0), CAUSE_NONE, "to the next word");
    check_eq(cause_of(MODE_S, INSN_STORE(2, A1, A0, -4), p, 0), CAUSE_NONE, "to the one before");
}

/* An access that an entry matches in part fails, whatever it and others say. */
static void partial(void)
{
    if (!begin() || grain > 4)
        return;
    fill_frames();
    uint64_t p = (uint64_t)frames[4];
    set(0, PMP_NA4 | PMP_RWX, p >> 2);
    check_eq(cause_of(MODE_S, INSN_LOAD(2, A1, A0, 0), p, 0), CAUSE_NONE, "the word");
    check_eq(cause_of(MODE_S, INSN_LOAD(3, A1, A0, 0), p, 0), CAUSE_LOAD_ACCESS, "the doubleword");
    check_eq(cause_of(MODE_S, INSN_STORE(3, A1, A0, 0), p, 0), CAUSE_STORE_ACCESS, "a store of it");
}

static void partial_on_m(void)
{
    if (!begin() || grain > 4)
        return;
    uint64_t p = (uint64_t)frames[12];
    set(3, PMP_NA4 | PMP_RWX | PMP_L, p >> 2);
    check_eq(cause_of(MODE_M, INSN_LOAD(2, A1, A0, 0), p, 0), CAUSE_NONE, "the word in M");
    check_eq(cause_of(MODE_M, INSN_LOAD(3, A1, A0, 0), p, 0), CAUSE_LOAD_ACCESS,
             "the doubleword in M, the entry locked");
}

static void tor_ranges(void)
{
    if (!begin())
        return;
    fill_frames();
    set(0, PMP_TOR | PMP_RWX, tor(frames[4])); /* from 0 */
    set(1, PMP_TOR | PMP_R, tor(frames[6]));
    set(2, PMP_TOR | PMP_R | PMP_X, tor(frames[5])); /* ends before it begins: nothing */
    expect(MODE_S, frames[4] - 8, PMP_RWX, "below the range");
    expect(MODE_S, frames[4], PMP_R, "at its beginning");
    expect(MODE_S, frames[5], PMP_R, "in its middle");
    expect(MODE_S, frames[6] - 8, PMP_R, "at its end");
    expect(MODE_S, frames[6], PMP_RWX, "behind it");
    set(0, PMP_OFF, tor(frames[5])); /* the address counts for the next entry all the same */
    expect(MODE_U, frames[5] - 8, PMP_RWX, "below the range, entry 0 off");
    expect(MODE_U, frames[5], PMP_R, "at its beginning, entry 0 off");
}

/* TOR in entry 0 begins at address 0. */
static void tor_first(void)
{
    if (!begin())
        return;
    fill_frames();
    set(0, PMP_TOR | PMP_R | PMP_X, tor(frames[4]));
    expect(MODE_S, frames[3], PMP_R | PMP_X, "below");
    expect(MODE_S, frames[4], PMP_RWX, "above");
}

static void priority(void)
{
    if (!begin())
        return;
    fill_frames();
    set(1, PMP_NAPOT, napot(frames[4], 4096));
    set(3, PMP_NAPOT | PMP_RWX, napot(frames[4], 4096));
    expect(MODE_S, frames[4], 0, "entry 1 before entry 3");
    set(0, PMP_NAPOT | PMP_R, napot(frames[4], 2048));
    expect(MODE_S, frames[4], PMP_R, "entry 0 before both");
    expect(MODE_S, frames[4] + 2048, 0, "entry 1 where entry 0 ends");
    set(1, PMP_OFF, 0);
    expect(MODE_S, frames[4] + 2048, PMP_RWX, "entry 3 where entry 1 is off");
}

/* Without a match S and U are refused, M is not. */
static void no_match(void)
{
    if (!begin())
        return;
    fill_frames();
    set(6, PMP_TOR | PMP_RWX, tor(frames[40]) + 1024); /* the program, and what it needs */
    set(7, PMP_OFF, 0);
    expect(MODE_S, frames[50], 0, "beyond all entries");
    expect(MODE_U, frames[50], 0, "beyond all entries");
    expect(MODE_S, frames[4], PMP_RWX, "within");
    check_eq(try(MODE_M, LOAD, frames[50]), CAUSE_NONE, "M's load");
    check_eq(try(MODE_M, STORE, frames[50]), CAUSE_NONE, "M's store");
}

/* Page tables are read as S: a table out of reach is an access fault of the access's own kind. */
static void page_tables(void)
{
    if (!begin())
        return;
    low_pages();
    pt_map(&low_pt, TEST_VA, (uint64_t)frames[4], PTE_FULL, 0);
    low_fence();
    uint64_t table = (uint64_t)pt_entry(&low_pt, TEST_VA, 0) & -PAGE;
    struct trap t = run_insn(MODE_S, INSN_LOAD(3, A1, A0, 0), TEST_VA, 0);
    check(completed(&t), "a load by the table");
    set(0, PMP_NAPOT | PMP_X, table >> 2 | 511);
    low_fence();
    t = run_insn(MODE_S, INSN_LOAD(3, A1, A0, 0), TEST_VA, 0);
    check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause of a load, the table out of reach");
    check_eq(t.mtval, TEST_VA, "mtval");
    t = run_insn(MODE_S, INSN_STORE(3, A1, A0, 0), TEST_VA, 0);
    check_eq(t.mcause, CAUSE_STORE_ACCESS, "mcause of a store");
    t = run_at(MODE_S, TEST_VA);
    check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause of a fetch");
    set(0, PMP_NAPOT, napot(frames[4], 4096));
    low_fence();
    t = run_insn(MODE_S, INSN_LOAD(3, A1, A0, 0), TEST_VA + 16, 0);
    check_eq(t.mcause, CAUSE_LOAD_ACCESS, "mcause of a load, the page out of reach");
    check_eq(t.mtval, TEST_VA + 16, "mtval: the virtual address");
}

/* AMOs need R and W; a fault is a store's. */
static void atomics(void)
{
    if (!begin())
        return;
    const uint32_t amo = INSN_AMO(0, 3, A1, A0, A1), lr = INSN_AMO(2, 3, A1, A0, X0);
    uint64_t p = (uint64_t)frames[4];
    set(0, PMP_NAPOT | PMP_R, napot(frames[4], 4096));
    check_eq(cause_of(MODE_S, amo, p, 0), CAUSE_STORE_ACCESS, "amoadd.d on R");
    check_eq(cause_of(MODE_S, lr, p, 0), CAUSE_NONE, "lr.d on R");
    set(0, PMP_NAPOT | PMP_X, napot(frames[4], 4096));
    check_eq(cause_of(MODE_S, lr, p, 0), CAUSE_LOAD_ACCESS, "lr.d on X");
    set(0, PMP_NAPOT | PMP_R | PMP_W, napot(frames[4], 4096));
    check_eq(cause_of(MODE_S, amo, p, 0), CAUSE_NONE, "amoadd.d on RW");
}

/* Locked entries bind M, and stay until reset: these tests come last. */
static void locked_on_m(void)
{
    if (!begin())
        return;
    fill_frames();
    set(2, PMP_L | PMP_NAPOT | PMP_R, napot(frames[8], 4096));
    check_eq(try(MODE_M, LOAD, frames[8]), CAUSE_NONE, "M's load on R");
    struct trap t = run_insn(MODE_M, INSN_STORE(3, A1, A0, 8), (uint64_t)frames[8], 0);
    check_eq(t.mcause, CAUSE_STORE_ACCESS, "M's store on R");
    check_eq(t.mtval, (uint64_t)frames[8] + 8, "mtval");
    check_eq(t.mepc, code_pc(MODE_M), "mepc");
    catch_begin();
    __asm__ volatile("la t0, 1f\n sd t0, %0\n jr %1\n1:"
                     : "=m"(me()->catch.resume)
                     : "r"(frames[8])
                     : "t0");
    check_eq(catch_end(), CAUSE_INSN_ACCESS, "M's fetch on R");
    check_eq(me()->caught.mepc, (uint64_t)frames[8], "mepc of the fetch");
    expect(MODE_S, frames[8], PMP_R, "S");
}

static void lock_holds(void)
{
    if (!begin())
        return;
    set(2, PMP_NAPOT | PMP_RWX, napot(frames[9], 4096));
    check_eq(cfg_of(2), PMP_L | PMP_NAPOT | PMP_R, "pmpcfg of a locked entry");
    check_eq(csr_get(CSR_PMPADDR0 + 2), napot(frames[8], 4096), "pmpaddr of a locked entry");
    check_eq(cfg_of(7), PMP_NAPOT | PMP_RWX, "pmpcfg of another entry in the same CSR");
}

/* A locked TOR entry locks the address below it as well. */
static void lock_of_tor(void)
{
    if (!begin())
        return;
    csr_put(CSR_PMPADDR0 + 4, tor(frames[20]));
    set(5, PMP_L | PMP_TOR | PMP_R, tor(frames[21]));
    csr_put(CSR_PMPADDR0 + 4, tor(frames[1]));
    check_eq(csr_get(CSR_PMPADDR0 + 4), tor(frames[20]), "pmpaddr below a locked TOR entry");
    set(4, PMP_NAPOT | PMP_RWX, tor(frames[1]));
    check_eq(cfg_of(4), PMP_NAPOT | PMP_RWX, "pmpcfg below it is not locked");
    csr_put(CSR_PMPADDR0 + 5, tor(frames[30]));
    check_eq(csr_get(CSR_PMPADDR0 + 5), tor(frames[21]), "pmpaddr of the locked TOR entry");
    set(4, PMP_OFF, 0);
    check_eq(try(MODE_M, LOAD, frames[20]), CAUSE_NONE, "M's load in the range");
}

TESTS("pmp", {"registers", "Physical Memory Protection CSRs", registers},
      {"warl_rw", "Physical Memory Protection CSRs", warl_rw},
      {"permissions", "PMP Permissions", permissions},
      {"fault_registers", "PMP: Locking and Privilege Mode", fault_registers},
      {"napot_sizes", "PMP: Address Matching", napot_sizes}, {"na4", "PMP: Address Matching", na4},
      {"partial", "PMP: Priority and Matching Logic", partial},
      {"tor", "PMP: Address Matching", tor_ranges},
      {"tor_first", "PMP: Address Matching", tor_first},
      {"priority", "PMP: Priority and Matching Logic", priority},
      {"no_match", "PMP: Priority and Matching Logic", no_match},
      {"page_tables", "Physical Memory Protection and Paging", page_tables},
      {"atomics", "Physical Memory Protection", atomics},
      {"locked_on_m", "PMP: Locking and Privilege Mode", locked_on_m},
      {"lock_holds", "PMP: Locking and Privilege Mode", lock_holds},
      {"lock_of_tor", "PMP: Locking and Privilege Mode", lock_of_tor},
      {"partial_on_m", "PMP: Priority and Matching Logic", partial_on_m});
