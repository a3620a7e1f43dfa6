/* SPDX-License-Identifier: BSD-2-Clause */
/* What is compared. */
#include "twin.h"

#include "state.h"

#define NAME(name, mask)   #name,
#define READ(name, mask)   csr_read(name) & (mask),
#define READ_H(name, mask) has_h ? csr_read(name) & (mask) : 0,

static const char *const names[] = {
    TRAP_NAMES, "memory", "f0", "f1", "f2", "f3", "FS is not dirty", STATE(NAME) STATE_H(NAME)};
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
    console_write(line, (uint64_t)n);
}

/* Of several interrupts for HS at once QEMU takes the lowest number, not VSEI, VSSI, VSTI. */
static uint64_t first_in_order(uint64_t cause)
{
    uint64_t together = TOP_IS_M ? 0 : csr_read(hip) & csr_read(hie) & ~csr_read(hideleg);
    if ((together & -together) != BIT(cause & 63))
        return cause;
    return CAUSE_IRQ(together & BIT(IRQ_VSEI)   ? IRQ_VSEI
                     : together & BIT(IRQ_VSSI) ? IRQ_VSSI
                                                : IRQ_VSTI);
}

/* What the two machines may say differently, each for a reason in docs/twins.md. */
static struct seen comparable(const struct step *s, struct seen t)
{
    const uint64_t accesses = BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_LOAD_ACCESS) |
                              BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_STORE_ACCESS) |
                              BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE);
    if (t.cause < 64 && BIT(t.cause) & accesses)
        t.tinst = 0; /* zero or the instruction */
    if (s->hlvx && t.cause == CAUSE_INSN_ACCESS)
        t.cause = CAUSE_LOAD_ACCESS; /* QEMU: fetches' causes, */
    if (s->hlvx && (t.cause == CAUSE_INSN_PAGE || t.cause == CAUSE_LOAD_GUEST)) {
        t.cause = CAUSE_LOAD_PAGE; /* and 12 for both stages */
        t.tinst = 0;
    }
    if ((t.cause == CAUSE_ILLEGAL || t.cause == CAUSE_VIRTUAL) && may_be_zero(t.tval))
        t.tval = 0; /* zero or the instruction */
    if (may_be_zero(t.tinst))
        t.tinst = 0;
    if (t.cause >> 63 && t.cause != CAUSE_NONE)
        t.cause = first_in_order(t.cause);
    if (t.cause == CAUSE_BREAKPOINT) {
        t.tval = 0;                /* QEMU: that of another mapping of the same instruction */
        t.hstatus &= ~HSTATUS_GVA; /* QEMU: clear, though stval is a guest's address */
    }
    return t;
}

static void gather(const struct step *s, const struct outcome *o, uint64_t *f)
{
    const struct seen trap = comparable(s, o->trap), *t = &trap;
    const uint64_t state[FIELDS] = {t->cause,    t->tval,
                                    t->tval2,    t->tinst,
                                    t->epc,      t->hstatus,
                                    t->status,   space_digest(),
                                    o->f[0],     o->f[1],
                                    o->f[2],     o->f[3],
                                    o->f_missed, STATE(READ) STATE_H(READ_H)};
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

void record_begins(unsigned number, const struct step *s)
{
    static const char *const stages[] = {"satp", "vsatp", "hgatp"};
    if (!verbose)
        return;
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

void record_step(const struct step *s, const struct outcome *o)
{
    uint64_t f[ALL_FIELDS];
    gather(s, o, f);
    if (verbose)
        print_changes(s, f);
    for (unsigned i = 0; i < ALL_FIELDS; i++) {
        digest = mix(digest ^ f[i]) + i;
        before[i] = f[i];
    }
}

uint64_t record_digest(void)
{
    return digest;
}
