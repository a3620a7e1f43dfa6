/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs sequences as the command line in the device tree says:
 *     twin.seed=N     the first sequence's seed; each next one has the next
 *     twin.count=N    how many
 *     twin.verbose    show each step and what it changed
 *     twin.keep=M,M   instead: the sequence once for each mask, with only the steps whose bits are
 * set (all numbers are hexadecimal), and prints a line `= seed digest` for each. */
#include "twin.h"

#include "fdt.h"

static const char *options = "";

static bool read_bootargs(const struct fdt_prop *p, void *arg)
{
    (void)arg;
    if (p->depth == 2 && fdt_named(p->path[1], "chosen") && fdt_named(p->name, "bootargs"))
        options = (const char *)p->data;
    return false;
}

/* What follows the name in the options, or 0. */
static const char *option(const char *name)
{
    for (const char *o = options; *o; o++) {
        const char *p = o, *n = name;
        while (*n && *p == *n) {
            p++;
            n++;
        }
        if (!*n)
            return p;
    }
    return 0;
}

static uint64_t number(const char **p)
{
    uint64_t v = 0;
    for (;; (*p)++) {
        char c = **p;
        if (c >= '0' && c <= '9')
            v = v * 16 + (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v * 16 + (uint64_t)(c - 'a' + 10);
        else
            return v;
    }
}

static void set_floats(void)
{
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(
        ".option push\n"
        ".option arch, +d\n"
        "fmv.d.x f0, zero\n"
        "fmv.d.x f1, %0\n"
        "fcvt.d.w f2, %0\n"
        "fmv.w.x f3, %0\n"
        "csrw fcsr, zero\n"
        ".option pop" ::"r"(-1L));
    csr_clear(sstatus, SSTATUS_FS);
}

/* Runs it and prints its line, under the name. */
static void run_sequence(uint64_t name, uint64_t seed, uint64_t keep, bool verbose)
{
    struct rng r = {mix(seed)};
    struct step s;
    struct outcome o = {.hung = false};
    top_reset();
    csr_write(satp, 0);
    csr_write(scounteren, 7);
    csr_write(senvcfg, 0);
    set_floats();
    space_build(&r);
    top_adue(space.adue);
    if (has_h) {
        csr_write(hcounteren, 7);
        csr_write(htval, 0);
        csr_write(htinst, 0);
        csr_write(vsscratch, 0);
        csr_write(hgatp, space.hgatp);
        csr_write(vsatp, space.vsatp);
    }
    csr_write(satp, space.satp);
    fence_everything();
    record_begin(verbose);
    unsigned i = 0;
    for (; i < STEPS && !o.hung; i++) {
        if (!(keep & BIT(i)))
            continue;
        step_pick(&s, seed, i);
        record_begins(i, &s);
        step_run(&s, &o);
        record_step(&s, &o);
    }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    if (o.hung)
        say("= %lx %lx hung at %u", name, record_digest(), i - 1);
    else
        say("= %lx %lx", name, record_digest());
}

static void sequences(void)
{
    const char *p;
    uint64_t seed = 0, count = 1, all = STEPS == 64 ? ~0UL : BIT(STEPS) - 1;
    fdt_each(dtb, read_bootargs, 0);
    if ((p = option("twin.seed=")))
        seed = number(&p);
    if ((p = option("twin.count=")))
        count = number(&p);
    bool verbose = option("twin.verbose") != 0;
    irq_off();
    if ((p = option("twin.keep="))) {
        do {
            uint64_t keep = number(&p);
            watchdog_seconds(60);
            run_sequence(keep, seed, keep, verbose);
        } while (*p++ == ',');
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        watchdog_seconds(60);
        run_sequence(seed + i, seed + i, all, verbose);
    }
}

TESTS("twin", {"sequences", "", sequences});
