/* SPDX-License-Identifier: BSD-2-Clause */
/* A sequence of random privileged work: what it does follows from its seed alone, whatever the
 * machine; what it leaves is recorded, so that two machines can be compared. */
#ifndef TWIN_H
#define TWIN_H

#include "top.h"

#define PREPARATIONS 12u /* changes of page tables that a sequence begins with */
#define OPERATIONS   50u
#define STEPS        (PREPARATIONS + OPERATIONS)
#define MAX_INSNS    4u

/* --- random numbers: a stream for every (seed, step) --- */

struct rng {
    uint64_t s;
};

static inline uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

static inline uint64_t rnd(struct rng *r)
{
    return mix(r->s += 0x9e3779b97f4a7c15UL);
}

static inline uint64_t below(struct rng *r, uint64_t n)
{
    return rnd(r) % n;
}

static inline bool percent(struct rng *r, unsigned p)
{
    return below(r, 100) < p;
}

#define pick(r, array) ((array)[below((r), sizeof(array) / sizeof((array)[0]))])

/* --- the surroundings (space.c) --- */

/*
 * Three translations, each with a window of entries that steps rewrite: HS's own (satp) and the
 * VS-stage at TEST_VA, the G-stage at TEST_GPA. The window is pages, then megapages, and a gigapage
 * behind. satp and vsatp map the image at p, U=0, and at p + VU_OFFSET, U=1; hgatp maps all RAM at
 * p and at p + GPA_ALIAS. The tables of the three modes are one tree: Sv48's root points to Sv39's,
 * Sv57's to Sv48's, so that the mode can change while everything stays where it is.
 */
enum stage { STAGE_S, STAGE_VS, STAGE_G, STAGES };

#define W_PAGES 16u /* entries for 4 KiB, */
#define W_MEGAS 4u  /* the first of which, for 2 MiB, points to them; */
#define W_GIGAS 2u  /* likewise */
#define W_SLOTS (W_PAGES + W_MEGAS - 1 + W_GIGAS - 1)

/* Programs write the first pages of each half of frames, and nothing else. */
#define SANDBOX 4u
#define HALF    (FRAMES / 2)

struct change {
    enum stage stage;
    unsigned slot;
    uint64_t pte;
    bool by_address; /* the fence behind it names the address */
};

/* What is the same for a whole sequence. */
struct space {
    uint64_t bias; /* of guest-physical addresses in VS-level tables: 0 or GPA_ALIAS */
    uint64_t satp, vsatp, hgatp;
    bool adue; /* menvcfg.ADUE: A and D are set at the G-stage, and at others as far as henvcfg says
                */
};
extern struct space space;

void space_build(struct rng *r);
struct change change_pick(struct rng *r);
void change_apply(const struct change *c);
void fence_everything(void);
/* A value for satp, vsatp or hgatp. With satp it is always one that HS can live with. */
uint64_t atp_pick(struct rng *r, enum stage stage);
/* Whether programs can be fetched by the two. */
bool space_works(uint64_t vsatp, uint64_t hgatp);
/* An address that programs use in the mode. */
uint64_t address_pick(struct rng *r, enum mode mode);
/* Where a piece of the image is in the mode, under the translations in force. */
uint64_t image_in(enum mode mode, const void *p);
/* Of the windows' entries and the sandbox. */
uint64_t space_digest(void);
/* Prints what of them has changed since the last call, if loud. */
void space_changes(bool loud);

/* --- steps (step.c, insns.c, csrs.c, m/csrs.c) --- */

enum kind { KIND_CHANGE, KIND_RUN };

struct step {
    enum kind kind;
    struct change change;
    enum mode mode;
    bool sie;           /* sstatus.SIE in HS, SPIE below it */
    bool quiet;         /* nothing is left pending */
    bool wild;          /* translations stay as they are, good or bad */
    bool writes_vector; /* stvec or sscratch of HS: interrupts stay off */
    bool reroutes;      /* writes satp or stvec of VS, so that its vector may be out of reach */
    bool vectored;
    bool hlv, hlvx, vstimecmp; /* what is in it */
    bool henvcfg;              /* may clear what those need of it: none comes behind */
    bool waits;                /* wfi: something has to be pending that doesn't interrupt */
    bool status;               /* reads or writes sstatus */
    bool no_hlvx;              /* writes what QEMU takes differently for HLVX: vsstatus.SUM, PMP */
    bool returns;              /* sret or mret: may pass through a guest */
    uint32_t hidden;           /* registers that hold what differs from run to run */
    uint32_t timed;            /* registers that hold the time */
    uint64_t fs, vsfs;         /* sstatus.FS and vsstatus.FS before it */
    unsigned n;
    uint32_t insn[MAX_INSNS];
    char text[MAX_INSNS][56];
    uint64_t x[32];
    unsigned regs;    /* so many of x are given out */
    uint64_t hstatus; /* SPVP and GVA before the program */
    enum mode vsepc_mode;
    enum mode as; /* whose loads and stores its are: the mode, unless MPRV says another */
    /* Of steps of a program in M: */
    uint64_t mstatus; /* MPRV, MPP, MPV, MPIE before the program */
    enum mode mepc_mode, sepc_mode;
    bool msi, mti;           /* are pending */
    bool stimecmp;           /* is in it */
    uint64_t stimecmp_value; /* before it */
};

void step_pick(struct step *s, uint64_t seed, unsigned number);
void insn_pick(struct rng *r, struct step *s);
void csr_pick(struct rng *r, struct step *s);
/* A register holding the value. */
unsigned reg_with(struct step *s, uint64_t value);
void insn_add(struct step *s, uint32_t insn, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* --- run.c --- */

#define FLOATS 4u

/* A trap into the mode that the whole program runs in. */
struct seen {
    uint64_t cause, tval, tval2, tinst, epc, hstatus, status;
};

struct outcome {
    struct seen trap; /* cause is CAUSE_NONE if code in that mode ran through */
    bool hung;
    bool f_missed; /* float registers changed, and FS is not dirty */
    uint64_t x[32];
    uint64_t f[FLOATS];
};

/* Of cbo.* and wrs.nto QEMU doesn't remember the instruction when they trap. */
static inline bool may_be_zero(uint64_t insn)
{
    return (insn & 0x707f) == 0x200f || insn == 0x00d00073;
}

void step_run(const struct step *s, struct outcome *o);
/* Clears what is pending for S and VS, and, in M, all that programs can raise. */
void nothing_pending(void);
extern uint32_t program[16], stub[16]; /* where a step's program is put; only traps */

/* --- the mode that the whole program runs in (hs/top.c, m/top.c) --- */

/* What its trap registers hold if nothing writes them. */
#define UNTOUCHED 0x1eUL
/* Sets SIE, or MIE. */
extern const uint32_t top_enables;

void top_reset(void);
/* Of HS's tables and others, as far as henvcfg says. */
void top_adue(bool on);
/* Before a program of any mode: translations and registers; what is pending; trap registers. */
void top_translate(const struct step *s);
void top_quiet(void);
void top_pend(const struct step *s);
void top_untouched(const struct step *s);
/* Runs the program, in its own mode or below. */
void top_run(const struct step *s, struct outcome *o);
/* Behind it: makes equal what may differ, once it has been seen. */
void top_done(const struct step *s, struct outcome *o);

/* --- record.c --- */

void record_begin(bool verbose);
/* Verbose prints what the step is going to do. */
void record_begins(unsigned number, const struct step *s);
/* Adds the state after a step to the digest; verbose prints what has changed since the last one. */
void record_step(const struct step *s, const struct outcome *o);
uint64_t record_digest(void);
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
