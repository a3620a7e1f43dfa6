/* SPDX-License-Identifier: BSD-2-Clause */
/* An HS program and its guests that attack: tables that change under the walk, pools run dry, state
 * that makes no sense, guests that never give way, races. In the end everything still works, and
 * nothing was reached that is not theirs. The runner compares Hearth's code and constants. */
#include "csr.h"
#include "env.h"
#include "fdt.h"
#include "probe.h"
#include "sbi.h"
#include "test.h"
#include "worker.h"

#define VA  TEST_VA
#define GPA TEST_GPA

static uint64_t lcg;
static uint64_t rnd(void)
{
    lcg = lcg * 6364136223846793005UL + 1442695040888963407UL;
    return lcg ^ lcg >> 29;
}

static struct region closed[4];
static unsigned closed_count;

static void find_closed(void)
{
    closed_count = fdt_reserved(dtb, closed, 4);
    if (closed_count == 0)
        test_fatal("expected the firmware's memory in /reserved-memory, seen nothing there");
    if (closed_count > 4)
        closed_count = 4;
}

static uint64_t closed_page(uint64_t r)
{
    const struct region *c = &closed[r % closed_count];
    return c->base + (r >> 8) % (c->size / PAGE) * PAGE;
}

static void still_works(void)
{
    uint64_t val = 0;
    hart_reset();
    env_set(MODE_SV39, MODE_SV39);
    *(uint64_t *)frames[3] = MARK(77);
    vs_map(VA, frames[3], PTE_FULL, 0);
    struct trap t = probe(MODE_VS, LOAD, VA, &val);
    check(probe_worked(&t, MODE_VS, LOAD, VA), "a guest can read its memory afterwards");
    check_eq(val >> 32, 77, "what it reads");
    struct sbi_ret ret = sbi_call(SBI_EXT_BASE, 3, SBI_EXT_BASE, 0, 0);
    check(ret.error == 0 && ret.value == 1, "the firmware still answers");
}

/* --- tables that change while they are walked --- */

static volatile bool over;
static uint64_t *victim[4]; /* VS leaf, VS pointer, G leaf, G pointer */
static uint64_t good[4];

/* A good entry, or one that leads to where nothing is, or to what is not the guest's. */
static void scribble(struct work *w)
{
    uint64_t v = 99;
    w->ready = true;
    while (!over) {
        v = v * 6364136223846793005UL + 1442695040888963407UL;
        unsigned i = v >> 40 & 3;
        uint64_t flags = (i & 1) ? PTE_V : PTE_FULL | (i == 2 ? PTE_U : 0);
        uint64_t to = v >> 42 & 3;
        uint64_t bad = to == 0 ? 0 : pte_make(to == 1 ? NOWHERE : closed_page(v >> 44), flags);
        *(volatile uint64_t *)victim[i] = bad;
        *(volatile uint64_t *)victim[i] = good[i];
    }
}

static bool allowed_cause(uint64_t cause)
{
    return (cause >= CAUSE_INSN_PAGE && cause <= CAUSE_STORE_PAGE) || cause == CAUSE_INSN_ACCESS ||
           cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS ||
           (cause >= CAUSE_INSN_GUEST && cause <= CAUSE_STORE_GUEST);
}

static void race_access(unsigned round)
{
    enum access a = (enum access)(round % 3);
    uint64_t val = MARK(0x33);
    struct trap t = probe(MODE_VS, a, VA, &val);
    context("round %u, %s", round, access_name(a));
    if (!probe_worked(&t, MODE_VS, a, VA))
        check(allowed_cause(t.scause), "a page fault or an access fault");
    else if (a == LOAD)
        check(val == MARK(0x11) || val == MARK(0x33), "what is read is the guest's");
    uint64_t hlv = 0;
    catch_begin();
    __asm__ volatile("hlv.d %0, (%1)" : "+r"(hlv) : "r"(VA));
    uint64_t cause = catch_end();
    if (cause == CAUSE_NONE)
        check(hlv == MARK(0x11) || hlv == MARK(0x33), "what HLV reads is the guest's");
    else
        check(allowed_cause(cause), "HLV: a page fault or an access fault");
    if (round % 4 == 0)
        fence_all();
}

static void tables_race(void)
{
    find_closed();
    workers_setup();
    watchdog_seconds(30);
    vs_map(VA, frames[1], PTE_FULL, 0);
    pt_map(&env.g, GPA, (uint64_t)frames[1], PTE_FULL | PTE_U, 0);
    victim[0] = pt_entry(&env.vs, VA, 0);
    victim[1] = pt_entry(&env.vs, VA, 1);
    *victim[0] = pte_make(GPA, PTE_FULL);
    victim[2] = pt_entry(&env.g, GPA, 0);
    victim[3] = pt_entry(&env.g, GPA, 1);
    for (unsigned i = 0; i < 4; i++)
        good[i] = *victim[i];
    *(uint64_t *)frames[1] = MARK(0x11);
    fence_all();
    csr_write(hstatus, HSTATUS_SPVP);
    over = false;
    if (!worker_start(1))
        return;
    worker_give(1, scribble);
    for (unsigned round = 0; round < 3000; round++)
        race_access(round);
    over = true;
    worker_wait(1);
    context("%s", "");
    still_works();
}

/* --- more address spaces and tables than there is room for --- */

#define HOMES 12u

static void pool_runs_dry(void)
{
    watchdog_seconds(30);
    env_set(MODE_SV39, MODE_SV39);
    for (unsigned i = 0; i < HOMES; i++) {
        *(uint64_t *)frames[i] = MARK(i + 1);
        vs_map(VA + i * (GIGAPAGE + 5 * MEGAPAGE), frames[i], PTE_FULL, 0);
    }
    for (unsigned space = 0; space < 1500; space++) {
        uint64_t id = (space * 7919) & 0x3fff;
        if (space % 16 == 0)
            csr_write(hgatp, pt_atp(&env.g, id));
        csr_write(vsatp, pt_atp(&env.vs, id));
        for (unsigned k = 0; k < 3; k++) {
            unsigned i = (space + k * 5) % HOMES;
            uint64_t val = 0, va = VA + i * (GIGAPAGE + 5 * MEGAPAGE);
            struct trap t = probe(MODE_VS, LOAD, va, &val);
            context("space %u, page %u", space, i);
            if (!check(probe_worked(&t, MODE_VS, LOAD, va), "the read works") ||
                !check_eq(val >> 32, i + 1, "mark"))
                return;
        }
    }
    context("%s", "");
    still_works();
}

/* 10,000 guests, each with the G-stage's tables, and memory, that another one had. */
static void guests_come_and_go(void)
{
    struct pt g[8];
    uint64_t *leaf[8];
    watchdog_seconds(40);
    env_set(MODE_BARE, MODE_SV39);
    for (unsigned i = 0; i < 8; i++) {
        g[i] = i ? pt_new(MODE_SV39, true, 0) : env.g;
        for (uint64_t k = 0; i && k < 2; k++)
            pt_map(&g[i], 0x80000000UL + k * env.alias, 0x80000000UL, PTE_FULL | PTE_U, 2);
        leaf[i] = pt_entry(&g[i], GPA, 0);
    }
    for (unsigned n = 0; n < 10000; n++) {
        unsigned f = n % 1000, which = n * 5 / 3 % 8;
        uint64_t val = 0, vmid = n & 0x3fff;
        *(uint64_t *)frames[f] = MARK(n + 1);
        *leaf[which] = pte_make((uint64_t)frames[f], PTE_FULL | PTE_U);
        csr_write(hgatp, pt_atp(&g[which], vmid));
        __asm__ volatile("hfence.gvma x0, %0" ::"r"(vmid) : "memory");
        struct trap t = probe(MODE_VS, LOAD, GPA, &val);
        context("guest %u", n);
        if (!check(probe_worked(&t, MODE_VS, LOAD, GPA), "the read works") ||
            !check_eq(val >> 32, n + 1, "mark"))
            return;
        *leaf[which] = 0;
    }
    context("%s", "");
    still_works();
}

/* One address space that has more tables than any pool: its directories are the same one over and
 * over, so that it costs the guest three pages. 8,000 pages of 4 KiB, each under a shadow table of
 * its own. */
static void one_space_too_large(void)
{
    watchdog_seconds(30);
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[7], PTE_FULL, 0);
    *(uint64_t *)frames[7] = MARK(8);
    uint64_t *middle = (uint64_t *)((uint64_t)pt_entry(&env.vs, VA, 1) & -PAGE);
    uint64_t *root = (uint64_t *)((uint64_t)pt_entry(&env.vs, VA, 2) & -PAGE);
    for (unsigned i = 0; i < 512; i++)
        middle[i] = middle[0];
    for (unsigned i = VA / GIGAPAGE; i < VA / GIGAPAGE + 16; i++)
        root[i] = root[VA / GIGAPAGE];
    fence_all();
    for (uint64_t n = 0; n < 8000; n++) {
        uint64_t val = 0, va = VA + n * MEGAPAGE;
        struct trap t = probe(MODE_VS, LOAD, va, &val);
        context("page %lu", n);
        if (!check(probe_worked(&t, MODE_VS, LOAD, va), "the read works") ||
            !check_eq(val >> 32, 8, "mark"))
            return;
    }
    context("%s", "");
    still_works();
}

/* --- state that makes no sense --- */

static void put(unsigned csr, uint64_t v)
{
    hs_csr_write(csr, v);
}

static uint64_t odd(void)
{
    uint64_t v = rnd();
    switch (v >> 61) {
    case 0:
        return 0;
    case 1:
        return ~0UL;
    case 2:
        return closed_page(v) >> 12 | v << 60;
    case 3:
        return BIT(v & 63);
    default:
        return rnd();
    }
}

/* A millisecond later HS's timer ends what was entered at the latest. */
static void enter_nonsense(uint64_t pc)
{
    timer_set(rdtime() + timebase / 1000);
    csr_set(sie, BIT(IRQ_STI));
    regs.x[0] = pc;
    (void)guest_run(&regs, rnd() & 1 ? MODE_VS : MODE_VU);
    timer_clear();
}

static void nonsense(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    static const unsigned csrs[] = {CSR_HSTATUS,    CSR_HEDELEG,    CSR_HIDELEG,    CSR_HVIP,
                                    CSR_HTIMEDELTA, CSR_HCOUNTEREN, CSR_HENVCFG,    CSR_HTVAL,
                                    CSR_HTINST,     CSR_HGATP,      CSR_VSSTATUS,   CSR_VSIE,
                                    CSR_VSTVEC,     CSR_VSEPC,      CSR_VSCAUSE,    CSR_VSTVAL,
                                    CSR_VSATP,      CSR_VSIP,       CSR_SCOUNTEREN, CSR_VSSCRATCH};
    find_closed();
    if (!exact) { /* OpenSBI stops when a trap of its own happens to have a stale mtinst */
        note("of this firmware only");
        return;
    }
    watchdog_seconds(30);
    irq_off(); /* VS-level interrupts that hideleg leaves to HS come and go */
    lcg = 4;
    run_code(MODE_U, ecall, 0, 0, 0);
    for (unsigned round = 0; round < 600; round++) {
        for (unsigned n = 0; n < 12; n++) {
            unsigned i = (unsigned)(rnd() >> 33) % (sizeof csrs / sizeof csrs[0]);
            put(csrs[i], odd());
        }
        csr_write(hie, 0);
        /* Where it would run without any translation there is an ECALL, or nothing. */
        enter_nonsense(round & 1 ? code_pc(MODE_U) : rnd() | BIT(62));
        if (round % 8 == 0)
            fence_all();
    }
    still_works();
}

/* --- guests that never give way --- */

extern char hog_fence[], hog_satp[], hog_trap[], hog_irq[], hog_csr[];
__asm__(
    ".text\n.balign 256\n"
    "hog_fence: sfence.vma\n"
    "           sfence.vma a0, a1\n"
    "           j hog_fence\n"
    ".balign 256\n"
    "hog_satp:  csrw satp, a2\n"
    "           csrw satp, a3\n"
    "           j hog_satp\n"
    ".balign 256\n"
    "hog_trap:  unimp\n"
    ".balign 256\n"
    "hog_irq:   csrsi sip, 2\n"
    "           csrsi sie, 2\n"
    "           sret\n"
    ".balign 256\n"
    "hog_csr:   csrr t0, time\n"
    "           csrw stimecmp, t0\n"
    "           csrr t0, sip\n"
    "           j hog_csr\n");

/* The guest begins at the place, its traps lead there again; HS's timer ends it all the same. */
static void hog(const char *what, const void *at)
{
    env_set(MODE_SV39, MODE_SV39);
    csr_write(hedeleg, 0xb1ff);
    csr_write(hideleg, VS_IRQS);
    csr_write(hcounteren, 7);
    if (sstc)
        csr_write(henvcfg, HENVCFG_STCE);
    csr_write(vstvec, (uint64_t)at);
    csr_write(vsstatus, SSTATUS_SIE | SSTATUS_SPP | SSTATUS_SPIE);
    csr_write(vsepc, (uint64_t)at);
    regs.x[A0] = VA;
    regs.x[A1] = 1;
    regs.x[A2] = pt_atp(&env.vs, 1);
    regs.x[A3] = pt_atp(&env.vs, 2);
    irq_off(); /* until the guest runs */
    for (unsigned i = 0; i < 5; i++) {
        uint64_t begin = rdtime();
        timer_set(begin + timebase / 500);
        csr_set(sie, BIT(IRQ_STI));
        regs.x[0] = (uint64_t)at;
        struct trap t = guest_run(&regs, MODE_VS);
        timer_clear();
        context("%s, time %u", what, i);
        if (t.scause == CAUSE_VIRTUAL && !sstc)
            continue;
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "what ends it");
    }
}

static void hogs(void)
{
    watchdog_seconds(20);
    hog("spinning", guest_spin);
    hog("waiting", guest_wait);
    hog("fencing", hog_fence);
    hog("changing satp", hog_satp);
    hog("trapping in its handler", hog_trap);
    hog("an interrupt that it raises again", hog_irq);
    if (sstc)
        hog("a timer that has always come", hog_csr);
    context("%s", "");
    still_works();
}

/* --- calls with arguments at every edge --- */

static uint8_t scratch[4 * PAGE] __attribute__((aligned(4096)));

static uint64_t edge(unsigned i)
{
    switch (i) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return ~0UL;
    case 3:
        return BIT(63);
    case 4:
        return BIT(32) - 1;
    case 5:
        return closed[0].base;
    case 6:
        return closed[0].base + closed[0].size - 8;
    case 7:
        return closed[closed_count - 1].base & -GIGAPAGE;
    case 8:
        return (uint64_t)scratch;
    case 9:
        return (uint64_t)scratch + 3;
    case 10:
        return -PAGE;
    default:
        return NOWHERE;
    }
}
#define EDGES 12u

/* Calls that end the machine or this hart, wait, change what the tests need, or print. */
static bool avoided(uint64_t ext, uint64_t fid, uint64_t a0)
{
    return (ext == SBI_EXT_HSM && (fid == 1 || fid == 3)) || ext == SBI_EXT_SRST ||
           ext == SBI_EXT_SUSP || (ext == SBI_EXT_FWFT && fid == 0) ||
           (ext == SBI_EXT_DBCN && a0 < 64 * PAGE) || (ext == SBI_EXT_DBCN && fid == 2) ||
           (ext == SBI_EXT_IPI && harts_count > 1) || (ext == SBI_EXT_HSM && fid == 0);
}

static void call_edges(uint64_t ext, uint64_t fid)
{
    for (unsigned n = 0; n < EDGES * EDGES * 3; n++) {
        uint64_t a0 = edge(n % EDGES), a1 = edge(n / EDGES % EDGES), a2 = edge((n * 5) % EDGES);
        if (avoided(ext, fid, a0))
            continue;
        struct sbi_ret r = sbi_call6(ext, fid, a0, a1, a2, edge((n * 7) % EDGES), n & 1, 0);
        context("0x%lx, function %lu, 0x%lx, 0x%lx, 0x%lx", ext, fid, a0, a1, a2);
        if (ext > 0x10 && !check(r.error <= 0 && r.error >= SBI_ERR_DENIED_LOCKED, "an SBI error"))
            return;
    }
}

static void edges(void)
{
    static const uint64_t exts[] = {SBI_EXT_BASE, SBI_EXT_IPI,  SBI_EXT_RFNC,
                                    SBI_EXT_HSM,  SBI_EXT_SRST, SBI_EXT_PMU,
                                    SBI_EXT_DBCN, SBI_EXT_FWFT, 0x4e41434cu /* NACL */,
                                    0x0a484541u,  0x09000000u,  0xffffffffffffffffu};
    find_closed();
    watchdog_seconds(30);
    if (!exact) { /* OpenSBI prints and stops what it is told to */
        note("of this firmware only");
        return;
    }
    for (unsigned i = 0; i < sizeof exts / sizeof exts[0]; i++)
        for (uint64_t fid = 0; fid < 9; fid++)
            call_edges(exts[i], fid);
    sbi_call(0x4e41434cu, 1, ~0UL, ~0UL, 0); /* no NACL memory */
    sbi_call(SBI_EXT_PMU, 7, ~0UL, ~0UL, 0); /* no PMU snapshot */
    sbi_call(SBI_EXT_PMU, 4, 0, ~0UL, 1);    /* counters off, given back */
    sbi_set_timer(~0UL);
    csr_clear(sip, BIT(IRQ_SSI));
    context("%s", "");
    still_works();
}

/* --- two harts after a third --- */

static volatile uint64_t go, lives;

static void newborn(void)
{
    __atomic_fetch_add(&lives, 1, __ATOMIC_SEQ_CST);
    sbi_hart_stop();
    for (;;)
        ;
}

static struct hart *third;

static void start_third(struct work *w)
{
    while (!go)
        ;
    w->seen = (uint64_t)hart_start(third, newborn);
}

static void start_race(void)
{
    if (harts_count < 3) {
        note("only %u hart(s)", harts_count);
        return;
    }
    workers_setup();
    watchdog_seconds(30);
    third = &harts[2];
    if (sbi_hart_status(third->hartid).value != HSM_STOPPED || !worker_start(1))
        return;
    for (unsigned round = 0; round < 200; round++) {
        uint64_t before = lives;
        go = false;
        worker_give(1, start_third);
        go = true;
        uint64_t mine = (uint64_t)hart_start(third, newborn);
        worker_wait(1);
        uint64_t started = (uint64_t)(mine == 0) + (uint64_t)(works[1].seen == 0);
        uint64_t end = rdtime() + PATIENCE;
        while ((lives != before + started || sbi_hart_status(third->hartid).value != HSM_STOPPED) &&
               rdtime() < end)
            ;
        context("round %u, errors 0x%lx and 0x%lx", round, mine, works[1].seen);
        if (!check(started >= 1, "somebody started it") ||
            !check_eq(lives - before, started, "lives"))
            return;
    }
    context("%s", "");
    still_works();
}

TESTS("hostile", {"tables_race", "norm:H_vm_twostage", tables_race},
      {"pool_runs_dry", "norm:H_vm_twostage", pool_runs_dry},
      {"guests_come_and_go", "norm:H_vm_twostage", guests_come_and_go},
      {"one_space_too_large", "norm:H_vm_twostage", one_space_too_large},
      {"nonsense", "norm:hgatp_mode_sz_acc", nonsense}, {"hogs", "norm:H_trap", hogs},
      {"edges", "SBI: Binary Encoding", edges}, {"start_race", "SBI: HSM", start_race});
