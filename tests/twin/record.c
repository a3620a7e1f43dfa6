/* SPDX-License-Identifier: BSD-2-Clause */
/* What is compared. */
#include "twin.h"

#include "sbi.h"
#include "test.h"

#define NAME(name, mask) #name,
#define READ(name, mask) csr_read(name) & (mask),
#define ALL              (~0UL)
/* Every register of HS and VS that a program can change; the mask keeps what the specification lets
 * differ (docs/twins.md). */
#define STATE(X)                                                                                   \
    X(sstatus, ALL)                                                                                \
    X(sie, ALL)                                                                                    \
    X(sip, ~BIT(IRQ_STI))                                                                          \
    X(scounteren, ALL)                                                                             \
    X(senvcfg, ALL)                                                                                \
    X(satp, ALL)                                                                                   \
    X(vsstatus, ~SSTATUS_SD)                                                                       \
    X(vsie, ALL)                                                                                   \
    X(vstvec, ALL)                                                                                 \
    X(vsscratch, ALL)                                                                              \
    X(vsepc, ALL)                                                                                  \
    X(vscause, ALL)                                                                                \
    X(vstval, ALL)                                                                                 \
    X(vsip, ALL)                                                                                   \
    X(vsatp, ALL)                                                                                  \
    X(vstimecmp, ALL)                                                                              \
    X(hstatus, ALL)                                                                                \
    X(hedeleg, ALL)                                                                                \
    X(hideleg, ALL)                                                                                \
    X(hie, ALL)                                                                                    \
    X(hip, ALL)                                                                                    \
    X(hvip, VS_IRQS)                                                                               \
    X(htimedelta, ALL)                                                                             \
    X(hcounteren, ALL)                                                                             \
    X(henvcfg, ALL)                                                                                \
    X(htval, ALL)                                                                                  \
    X(hgatp, ALL)

static const char *const names[] = {"scause",    "stval",     "htval",           "htinst",   "sepc",
                                    "(hstatus)", "(sstatus)", "memory",          "f0",       "f1",
                                    "f2",        "f3",        "FS is not dirty", STATE(NAME)};
#define FIELDS     (sizeof names / sizeof *names)
#define ALL_FIELDS (FIELDS + 32)

static uint64_t before[ALL_FIELDS], digest;
static bool verbose;

void say(const char *fmt, ...)
{
    char line[300];
    va_list ap;
    va_start(ap, fmt);
    int n = format(line, sizeof line - 1, fmt, ap);
    va_end(ap);
    line[n++] = '\n';
    sbi_write(line, (uint64_t)n);
}

/* Of several interrupts for HS at once QEMU takes the lowest number, not VSEI, VSSI, VSTI. */
static uint64_t first_in_order(uint64_t scause)
{
    uint64_t together = csr_read(hip) & csr_read(hie) & ~csr_read(hideleg);
    if ((together & -together) != BIT(scause & 63))
        return scause;
    return CAUSE_IRQ(together & BIT(IRQ_VSEI)   ? IRQ_VSEI
                     : together & BIT(IRQ_VSSI) ? IRQ_VSSI
                                                : IRQ_VSTI);
}

/* What the two machines may say differently, each for a reason in docs/twins.md. */
static struct trap comparable(const struct step *s, struct trap t)
{
    const uint64_t accesses = BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_LOAD_ACCESS) |
                              BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_STORE_ACCESS) |
                              BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE);
    if (t.scause < 64 && BIT(t.scause) & accesses)
        t.htinst = 0; /* zero or the instruction */
    if (s->hlvx && t.scause == CAUSE_INSN_ACCESS)
        t.scause = CAUSE_LOAD_ACCESS; /* QEMU: fetches' causes, */
    if (s->hlvx && (t.scause == CAUSE_INSN_PAGE || t.scause == CAUSE_LOAD_GUEST)) {
        t.scause = CAUSE_LOAD_PAGE; /* and 12 for both stages */
        t.htinst = 0;
    }
    if ((t.scause == CAUSE_ILLEGAL || t.scause == CAUSE_VIRTUAL) && may_be_zero(t.stval))
        t.stval = 0; /* zero or the instruction */
    if (may_be_zero(t.htinst))
        t.htinst = 0;
    if (t.scause >> 63 && t.scause != CAUSE_NONE)
        t.scause = first_in_order(t.scause);
    if (t.scause == CAUSE_BREAKPOINT) {
        t.stval = 0;               /* QEMU: that of another mapping of the same instruction */
        t.hstatus &= ~HSTATUS_GVA; /* QEMU: clear, though stval is a guest's address */
    }
    return t;
}

static void gather(const struct step *s, const struct outcome *o, uint64_t *f)
{
    const struct trap trap = comparable(s, o->trap), *t = &trap;
    const uint64_t state[FIELDS] = {t->scause,  t->stval,   t->htval,       t->htinst,  t->sepc,
                                    t->hstatus, t->sstatus, space_digest(), o->f[0],    o->f[1],
                                    o->f[2],    o->f[3],    o->f_missed,    STATE(READ)};
    for (unsigned i = 0; i < FIELDS; i++)
        f[i] = state[i];
    for (unsigned i = 0; i < 32; i++)
        f[FIELDS + i] = o->x[i];
}

void record_begin(bool loud)
{
    struct outcome o = {.hung = false};
    struct step s = {.n = 0};
    digest = 0;
    verbose = loud;
    gather(&s, &o, before);
    space_changes(false);
    for (unsigned i = 7; i < FIELDS && verbose; i++)
        say("  %s 0x%lx", names[i], before[i]);
}

static void print_step(unsigned number, const struct step *s)
{
    static const char *const stages[] = {"satp", "vsatp", "hgatp"};
    if (s->kind == KIND_CHANGE) {
        say("%u: %s slot %u = 0x%lx%s", number, stages[s->change.stage], s->change.slot,
            s->change.pte, s->change.by_address ? ", fence by address" : "");
        return;
    }
    say("%u: %s%s%s%s", number, name_of(s->mode), s->sie ? " sie" : "", s->quiet ? "" : " pending",
        s->wild ? " wild" : "");
    for (unsigned i = 0; i < s->n; i++)
        say("  %s", s->text[i]);
    for (unsigned i = 5; i < 5 + s->regs && i < 25; i++)
        say("    with x%u = 0x%lx", i, s->x[i]);
}

static void print_changes(const struct step *s, const uint64_t *f)
{
    space_changes(true);
    for (unsigned i = 0; i < FIELDS; i++) {
        if (f[i] != before[i] || (i < 7 && s->kind == KIND_RUN && f[0] != CAUSE_NONE))
            say("  %s 0x%lx", names[i], f[i]);
    }
    for (unsigned i = 1; i < 32 && s->kind == KIND_RUN; i++) {
        if (f[FIELDS + i] != s->x[i])
            say("  x%u 0x%lx", i, f[FIELDS + i]);
    }
}

void record_step(unsigned number, const struct step *s, const struct outcome *o)
{
    uint64_t f[ALL_FIELDS];
    gather(s, o, f);
    if (verbose) {
        print_step(number, s);
        print_changes(s, f);
    }
    for (unsigned i = 0; i < ALL_FIELDS; i++) {
        digest = mix(digest ^ f[i]) + i;
        before[i] = f[i];
    }
}

uint64_t record_digest(void)
{
    return digest;
}
