/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy "protect": once the operating system runs, the firmware sees neither its memory nor
 * its registers, and cannot say where it goes on.
 *
 * With the first switch to the operating system all memory but the firmware's own is closed to
 * virtual M, on every hart before any instruction of the operating system (closed()). A trap from
 * below puts the registers and the CSRs of S, VS and H away; the firmware gets the arguments that
 * the call defines, and zeros (entering()). Its way back is to what was put away, with a0 and a1 of
 * a call's answer; or to where the operating system itself has asked a hart to start (leaving()).
 * It gets calls and M-level interrupts only: exceptions go to S, as if delegated.
 */
#include <string.h>

#include "core/policy.h"
#include "core/request.h"
#include "core/world.h"
#include "host/host.h"

#define EID_HSM  0x48534D
#define EID_PMU  0x504D55
#define EID_DBCN 0x4442434E

enum { HSM_START, HSM_STOP, HSM_STATUS, HSM_SUSPEND };
enum { PMU_SNAPSHOT = 7, PMU_EVENT_INFO = 8 }; /* by shared memory */

#define NON_RETENTIVE BIT(31)
#define NOT_SUPPORTED (~UINT64_C(1))

/* The calls that the firmware may see, and how many arguments they have. */
static const struct {
    uint32_t eid;
    uint8_t arguments;
} passes[] = {
    {0x10, 1},       /* Base */
    {EID_HSM, 3},    /* HSM */
    {EID_PMU, 5},    /* PMU: counter_config_matching */
    {0x53525354, 2}, /* SRST */
    {0x43505043, 2}, /* CPPC */
    {0x46574654, 3}, /* FWFT */
    {0x01, 1},       /* legacy: putchar, getchar, clear_ipi, shutdown */
    {0x02, 0},       {0x03, 0}, {0x08, 0},
};

/* mstatus, as far as it is S's; the enables of mie that are not M's. */
#define STATUS_OF_S                                                                                \
    (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_FS | STATUS_VS | STATUS_SUM | STATUS_MXR |     \
     STATUS_UBE)
#define MISALIGNED (BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_STORE_MISALIGNED))

/* Where the operating system is as the firmware sees it. */
#define NOWHERE UINT64_C(0)

/* Some hart's operating system runs: never again false. */
static uint32_t running;

static bool closed(const struct world *w)
{
    (void)w;
    return __atomic_load_n(&running, __ATOMIC_ACQUIRE) != 0;
}

/* --- calls --- */

static enum policy_call refuse(struct hart *h)
{
    h->x[10] = NOT_SUPPORTED;
    h->x[11] = 0;
    h->pc += 4;
    return POLICY_ANSWERED;
}

/* hart_start: the one way to another address than where a hart left off. */
static void note_start(struct vhart *vh)
{
    const uint64_t *x = vh->h.x;
    struct vhart *target = vhart_by_id(vh->world, x[10]);

    if (target != NULL && target != vh) {
        target->os.start_pc = x[11];
        target->os.start_opaque = x[12];
        __atomic_store_n(&target->os.start, true, __ATOMIC_RELEASE);
    }
}

static bool by_memory(const uint64_t *x)
{
    return (x[17] == EID_PMU && (x[16] == PMU_SNAPSHOT || x[16] == PMU_EVENT_INFO)) ||
           (x[17] == EID_HSM && x[16] == HSM_SUSPEND && (x[10] & NON_RETENTIVE) != 0);
}

static enum policy_call call(struct vhart *vh)
{
    struct hart *h = &vh->h;

    if (h->x[17] == EID_DBCN) {
        return POLICY_BUILT_IN;
    }
    for (unsigned i = 0; i < ARRAY_LEN(passes); i++) {
        if (h->x[17] == passes[i].eid && !by_memory(h->x)) {
            vh->os.arguments = passes[i].arguments;
            if (h->x[17] == EID_HSM && h->x[16] == HSM_START) {
                note_start(vh);
            }
            return POLICY_FIRMWARE;
        }
    }
    return refuse(h);
}

/* --- the way in --- */

/* The CSRs of S, H and VS, which follow each other in struct hart. */
#define LOW_FIRST offsetof(struct hart, stvec)
#define LOW_END   offsetof(struct hart, mhpmcounter)
_Static_assert(LOW_END - LOW_FIRST == sizeof(((struct os_context *)0)->csr), "all of them");

static void *low(struct hart *h)
{
    return &h->stvec;
}

/* Nothing of the operating system's, but the timers, which the host goes by. */
static void low_hide(struct hart *h)
{
    uint64_t stimecmp = h->stimecmp, vstimecmp = h->vstimecmp;

    memset(low(h), 0, LOW_END - LOW_FIRST);
    h->stimecmp = stimecmp;
    h->vstimecmp = vstimecmp;
    h->vsstatus = FIELD_PUT(STATUS_UXL, UXL_64);
    h->hstatus = FIELD_PUT(HSTATUS_VSXL, UXL_64);
}

static bool stops(const struct hart *h)
{
    return h->mcause == CAUSE_ECALL_HS && h->x[17] == EID_HSM && h->x[16] == HSM_STOP;
}

static void put_away(struct hart *h, struct os_context *os)
{
    os->call = h->mcause == CAUSE_ECALL_HS;
    os->pc = h->mepc;
    os->prv = (uint8_t)FIELD_GET(STATUS_MPP, h->mstatus);
    os->v = FIELD_GET(STATUS_MPV, h->mstatus) != 0;
    os->mstatus = h->mstatus & STATUS_OF_S;
    os->mie = h->mie;
    memcpy(os->x, h->x, sizeof(os->x));
    memcpy(os->csr, low(h), sizeof(os->csr));
}

static void entering(struct vhart *vh)
{
    struct hart *h = &vh->h;
    struct os_context *os = &vh->os;
    unsigned shown = h->mcause == CAUSE_ECALL_HS ? os->arguments : 0;

    os->valid = !stops(h);
    put_away(h, os);
    if (!os->valid) {
        os->start = false;
        host_units_clear(vh);
    }
    memset(h->x, 0, sizeof(h->x));
    for (unsigned i = 10; i < 10 + shown; i++) {
        h->x[i] = os->x[i];
    }
    if (os->call) {
        h->x[16] = os->x[16];
        h->x[17] = os->x[17];
    }
    h->mepc = NOWHERE;
    h->mtval = h->mtval2 = h->mtinst = 0;
    h->mstatus &= ~(STATUS_OF_S | STATUS_GVA);
    h->medeleg = os->medeleg;
    low_hide(h);
    vh->written = true;
}

/* --- the way out --- */

/* The answer of a call is a0 and a1; nothing else comes from the firmware. */
static void take_up(struct hart *h, struct os_context *os)
{
    if (os->call) {
        os->x[10] = h->x[10];
        os->x[11] = h->x[11];
    }
    memcpy(h->x, os->x, sizeof(h->x));
    memcpy(low(h), os->csr, sizeof(os->csr));
    h->pc = os->pc + (os->call ? 4 : 0);
    h->prv = os->prv;
    h->v = os->v;
    h->mstatus = (h->mstatus & ~STATUS_OF_S) | os->mstatus;
    h->mie = (h->mie & IRQS_M) | (os->mie & ~IRQS_M);
    os->valid = false;
}

/* SBI, HSM: "satp 0, sstatus.SIE 0, a0 hartid, a1 opaque". */
static void begin(struct hart *h, struct os_context *os)
{
    memset(h->x, 0, sizeof(h->x));
    h->x[10] = h->hartid;
    h->x[11] = os->start_opaque;
    h->pc = os->start_pc;
    h->prv = PRV_S;
    h->v = 0;
    h->mstatus &= ~STATUS_OF_S;
    h->mie &= IRQS_M;
    low_hide(h);
    os->start = false;
}

/* Every hart has closed the memory to its firmware when this returns. */
static void close_all(struct vhart *vh)
{
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    host_reach_changed(vh);
    vh->os.closed = true;
    for (unsigned i = 0; i < vh->world->harts; i++) {
        if (vharts[i] != vh) {
            request_post(vharts[i], REQUEST_POLICY);
        }
    }
    for (unsigned i = 0; i < vh->world->harts; i++) {
        while (!__atomic_load_n(&vharts[i]->os.closed, __ATOMIC_ACQUIRE) &&
               __atomic_load_n(&vharts[i]->hsm, __ATOMIC_RELAXED) != HSM_STOPPED) {
            request_serve(vh);
            host_relax();
        }
    }
}

static void changed(struct vhart *vh)
{
    host_reach_changed(vh);
    __atomic_store_n(&vh->os.closed, true, __ATOMIC_RELEASE);
}

static bool leaving(struct vhart *vh)
{
    struct hart *h = &vh->h;
    struct os_context *os = &vh->os;

    if (!closed(vh->world)) {
        close_all(vh);
    } else if (os->valid && h->pc == NOWHERE + (os->call ? 4 : 0)) {
        take_up(h, os);
    } else if (__atomic_load_n(&os->start, __ATOMIC_ACQUIRE) && !os->valid) {
        begin(h, os);
    } else {
        return false;
    }
    /* exceptions are the operating system's own; misaligned accesses Hearth's, unless delegated */
    os->medeleg = h->medeleg;
    h->medeleg =
        (isa_medeleg(h->isa) & ~(BIT(CAUSE_ECALL_HS) | MISALIGNED)) | (os->medeleg & MISALIGNED);
    h->mcounteren |= COUNTEREN_CY | COUNTEREN_TM | COUNTEREN_IR;
    vh->written = true;
    return true;
}

const struct policy policy_protect = {
    .name = "protect",
    .call = call,
    .entering = entering,
    .leaving = leaving,
    .changed = changed,
    .closed = closed,
};
