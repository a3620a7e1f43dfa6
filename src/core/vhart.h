/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtual hart as Hearth runs it: the model's hart, what the host keeps beside it, and how other
 * harts reach it. */
#ifndef CORE_VHART_H
#define CORE_VHART_H

#include "core/shadow.h"
#include "core/exits.h"
#include "core/pmu.h"
#include "spec/hart.h"

#define HARTS_MAX 64 /* one word of hart bits */

/* Which virtual CSRs stand in the hart's S-level CSRs just now. The model's fields of that set are
 * stale meanwhile. RESIDENT_M: none do, and the hart is set up for virtual M (host/m/firmware.c).
 */
enum resident { RESIDENT_NONE, RESIDENT_HS, RESIDENT_VS, RESIDENT_M };

/* What another hart can ask for (vhart.request). */
enum request {
    REQUEST_IPI = 1 << 0,    /* HS's SSIP becomes pending */
    REQUEST_FENCE = 1 << 1,  /* some hart's fence_call names this hart */
    REQUEST_START = 1 << 2,  /* HSM: hsm_state is START_PENDING */
    REQUEST_LINES = 1 << 3,  /* a virtual device's wires to this hart may be others: host_lines() */
    REQUEST_POLICY = 1 << 4, /* what firmware may reach has changed: its policy's changed() */
};

/* SBI HSM states, the values of the specification. */
enum hsm_state {
    HSM_STARTED = 0,
    HSM_STOPPED = 1,
    HSM_START_PENDING = 2,
    HSM_STOP_PENDING = 3,
    HSM_SUSPENDED = 4,
    HSM_SUSPEND_PENDING = 5,
    HSM_RESUME_PENDING = 6,
};

/* A remote fence that this hart has asked of others: they clear their bit in `pending` when it is
 * done. */
struct fence_call {
    uint64_t pending; /* bit a hart index; atomic */
    uint8_t kind;     /* enum remote_fence (request.h) */
    uint64_t start, size, id;
    uint64_t hgatp; /* of the caller, for the VVMA forms */
};

/* What illegal instructions entry.S answers by itself, while HS or VS is resident. */
enum quick {
    QUICK_CSRS = -1, /* accesses of HS to H's CSRs and VS's: none is forbidden */
    QUICK_NONE,
    QUICK_TIME, /* reads of the time: what is resident may, and Hearth gives it */
    QUICK_TIME_AND_CSRS,
};

/*
 * The words of instructions that entry.S compares with, and the bits that count: a load is one
 * instruction, a constant two. The highest digit: a CSR 2xx or 6xx, those of H and VS.
 */
#define QUICK_WORDS(X)                                                                             \
    X(csrr, 0x20002073, 0xb00ff07f)    /* csrrs with rs1 = x0, any rd */                           \
    X(csrw, 0x20001073, 0xb0007fff)    /* csrrw with rd = x0, any rs1 */                           \
    X(hstatus, 0x60001073, 0xfff0707f) /* csrrw of hstatus, any rd and rs1 */                      \
    X(sret, 0x10200073, 0xffffffff)                                                                \
    X(sfence, 0x12000073, 0xfe007fff) /* sfence.vma, any rs1 and rs2 */
struct quick_words {
#define WORD(name, word, mask) uint32_t name, name##_mask;
    QUICK_WORDS(WORD)
#undef WORD
};

/* What hardware must hold while VS runs, worked out of the H CSRs: changes seldom. */
struct vs_environment {
    uint64_t medeleg, mideleg, mcounteren, menvcfg, mvien, mstateen;
    uint64_t traps;       /* of mstatus, but for what hstatus has; and SXL and UXL */
    uint64_t status_mask; /* what counts of the guest's sstatus */
    uint64_t mie, sie;    /* as long as h.mie is mie_of; sie: what it holds if VS left it alone */
    int8_t quick;         /* what vhart.quick is to be */
    uint64_t time_added;
    uint64_t deadline; /* when vstimecmp comes, in mtime; 0: it has */
    bool known;        /* false: work it out again */
    bool differs;      /* menvcfg, mvien or stimecmp are others than HS's */
};

/* The same while HS runs. */
struct hs_environment {
    uint64_t medeleg, mideleg, mcounteren, menvcfg, mstateen;
    uint64_t mie;            /* see above */
    uint64_t traps;          /* TVM, TW, TSR of the virtual mstatus; SXL, UXL */
    uint64_t hvip, vsstatus; /* the bits of them that HS writes */
    int8_t quick;            /* what vhart.quick is to be, without NACL */
    bool stce;               /* stimecmp is the hardware's */
};

struct nacl_shmem;
struct trace_hart;
struct vplic_hart;

/*
 * What the policy "protect" keeps of the operating system while firmware runs (core/protect.c).
 * start: it has asked for this hart to start at start_pc; set by another hart, after those.
 */
#define OS_CSRS                                                                                    \
    ((offsetof(struct hart, mhpmcounter) - offsetof(struct hart, stvec)) / sizeof(uint64_t))
struct os_context {
    bool valid; /* what follows is to be taken up again */
    bool call;  /* it left by an SBI call */
    bool v;
    uint8_t prv;
    uint8_t arguments; /* that the call has */
    uint64_t x[32], pc, mstatus, mie;
    uint64_t csr[OS_CSRS];
    uint64_t medeleg; /* the firmware's, while something below it runs */

    bool start, closed; /* atomic */
    uint64_t start_pc, start_opaque;
};

/* What an LR that was replayed has reserved; at = NULL: nothing. */
struct reservation {
    const void *at;
    unsigned width;
    uint64_t value;
};

struct vhart {
    struct hart h; /* first: entry.S saves into it */

    /* The host's own (host/m) */
    uint64_t stack;                 /* top of this hart's stack */
    struct nacl_shmem *nacl;        /* SBI NACL's (nacl.h); NULL: none */
    int8_t quick;                   /* enum quick */
    bool written;                   /* gp or s0 to s11 in h.x was: entry.S loads them only then */
    const volatile uint64_t *mtime; /* where the time comes from; NULL: the CSR */
    uint64_t time_added;            /* and what is added to it */
    struct trace_hart *trace;       /* its part of the area (trace.h), or NULL */
    struct quick_words words;       /* constant */
    uint64_t fenced;                /* entry.S: an address, for a moment */
    uint64_t armed;                 /* what the M comparator holds */
    uint64_t seip;                  /* the bit of mip.SEIP that M writes, as hardware has it */
    uint64_t m_irqs;     /* in mie always: Hearth's own, and MEI if firmware may be sent it */
    uint64_t shadow_atp; /* satp for the shadow root of the key below */
    struct shadow_key shadow_key;
    bool watching;   /* sret of HS traps because of a VS-level interrupt that HS keeps */
    bool usual;      /* VS resident, and came so as usual: host/m/switch.c */
    uint64_t mie_of; /* the h.mie that hs.mie, vs.mie and watching are of */
    struct vs_environment vs;
    struct hs_environment hs;
    uint64_t pmpcfg[4][2];   /* pmpcfg0 and 2 of each view: host/m/pmp.h */
    struct vplic_hart *plic; /* what is captured while VS runs (drv.h); NULL: nothing */
    bool captured;           /* the PLIC's S context is closed for the guest's sake */
    uint64_t poll;           /* the longest that the comparator may be away while VS runs */
    uint64_t mtip_deadline; /* of the virtual M timer, in mtime; ~0 without firmware (host_lines) */
    uint64_t time_offset;   /* virtual mtime less the physical one */

    /* This hart only */
    struct world *world;
    uint64_t hartid;  /* constant; h.hartid is not while the hart resets h: others ask this */
    unsigned index;   /* dense, 0 .. world->harts - 1 */
    uint8_t resident; /* enum resident */
    uint64_t
        marker; /* scause when hstatus was last known: see host/m/resident.c, m_native_note() */
    uint64_t last_pc; /* of the last instruction that trapped as illegal */
    uint32_t last_raw;
    uint64_t exits[EXIT_COUNT];
    struct shadow shadow;
    uint64_t fwft_locked;      /* FWFT: bit of a feature that is locked */
    bool misaligned_delegated; /* FWFT: HS takes misaligned accesses itself */
    struct pmu pmu;
    uint64_t custom[CUSTOM_MAX]; /* h.custom */

    /* A world with firmware */
    struct reservation reservation;
    bool below; /* something below firmware has run since */
    struct os_context os;
    bool mprv; /* M resident: loads and stores trap (PMP_MPRV) */

    /* Any hart, atomically */
    uint32_t request; /* enum request */
    uint32_t hsm;     /* enum hsm_state */
    uint64_t start_pc,
        start_opaque;       /* valid while hsm is START_PENDING; owned by who set that state */
    struct fence_call call; /* written by this hart; `pending` cleared by others */
};

extern struct vhart *vharts[HARTS_MAX]; /* by index; set at boot, constant afterwards */

/* The hart this code runs on. */
static inline struct vhart *vhart_self(void)
{
    struct vhart *vh;
    __asm__("mv %0, tp" : "=r"(vh));
    return vh;
}

static inline void vhart_count(struct vhart *vh, enum exit_cause cause)
{
    vh->exits[cause]++;
}

/* By hart id, or NULL. */
struct vhart *vhart_by_id(const struct world *w, uint64_t hartid);

#endif
