/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SBI calls of four harts in any order, with any arguments, NACL's shared memory among them: the
 * caller's registers are as the specification leaves them, every hart's state stays legal, nothing
 * outside the world's memory is touched (the sanitizer watches its ends), and nobody waits for
 * ever.
 */
#define FAKE_OWN_FENCES
#include "fake_host.h"

#include "hart_any.h"
#include "input.h"

#include "core/nacl.h"

#undef assume /* cmocka and the proofs have their own */

uint64_t any(void)
{
    return 0;
}

void proof_skip(void)
{
    abort();
}

void proof_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

static unsigned now; /* the hart that calls */
static unsigned waits;

/* All others do what is asked of them. */
void host_relax(void)
{
    must(waits++ < 1000);
    for (unsigned i = 0; i < HARTS; i++) {
        if (i != now) {
            (void)request_serve(&harts[i]);
        }
    }
}

void host_ipi(unsigned index)
{
    must(index < HARTS);
}

void host_fence_i(void)
{
}

void host_fence_vma(uint64_t va, uint64_t size, bool all_ids, uint64_t asid)
{
    (void)all_ids;
    (void)asid;
    must(size == UINT64_MAX || (va % 4096 == 0 && size % 4096 == 0));
}

void host_fence_guest(struct vhart *vh, const struct fence *f, uint64_t hgatp)
{
    (void)vh;
    (void)hgatp;
    must(f->kind == FENCE_VVMA || f->kind == FENCE_GVMA || f->kind == FENCE_VMA);
}

/* What wakes: an interrupt; or, for a stopped hart, a start by another. */
static void wake(void)
{
    struct vhart *vh = &harts[now];
    host_relax();
    fake.pending = true;
    if (vh->hsm == HSM_STOPPED) {
        vh->start_pc = ram_pa(0x100);
        vh->start_opaque = 7;
        vh->hsm = HSM_START_PENDING;
        request_post(vh, REQUEST_START);
    }
}

static const uint64_t eids[] = {EID_BASE, EID_TIME, EID_IPI,  EID_RFENCE, EID_HSM,
                                EID_SRST, EID_DBCN, EID_PMU,  EID_SUSP,   EID_FWFT,
                                EID_NACL, EID_NACL, EID_NACL, EID_HEARTH, 0x0A484541};

/* An address in the world's memory more often than not. */
static uint64_t take_argument(struct input *in)
{
    switch (take_below(in, 6)) {
    case 0:
        return ram_pa(take(in, 3) % (RAM_SIZE + 16));
    case 1:
        return ram_pa((take(in, 1) << 12) % RAM_SIZE);
    case 2:
        return take_below(in, 8);
    case 3:
        return UINT64_MAX;
    default:
        return take_value(in);
    }
}

static void call(struct input *in)
{
    struct vhart *vh = &harts[now];
    unsigned which = take_below(in, (unsigned)ARRAY_LEN(eids) + 2);
    uint64_t eid = which < ARRAY_LEN(eids) ? eids[which]
                   : which & 1             ? take_below(in, 10)
                                           : take(in, 4);
    bool legacy = eid < 9;
    uint64_t before[32], pc = vh->h.pc;
    unsigned resumes = seen.resumes, resets = seen.resets;

    for (unsigned i = 10; i < 16; i++) {
        vh->h.x[i] = take_argument(in);
    }
    vh->h.x[16] = take_below(in, 20);
    vh->h.x[17] = eid;
    memcpy(before, vh->h.x, sizeof(before));
    sbi_call(vh);
    must(vh->h.x[0] == 0);
    if (vh->h.pc != pc + 4 || seen.resumes != resumes || seen.resets != resets) {
        must(eid == EID_NACL || eid == EID_HSM || eid == EID_SUSP || legacy);
        return; /* not a return: entered elsewhere, or a guest */
    }
    for (unsigned i = 1; i < 32; i++) {
        must(i == 10 || (i == 11 && !legacy) || vh->h.x[i] == before[i]);
    }
    long error = (long)vh->h.x[10];
    must(legacy || (error <= 0 && error >= -14));
}

/* The hart is back in HS, as after a trap of its guest. */
static void back(void)
{
    struct vhart *vh = &harts[now];
    if (vh->h.v || vh->h.prv != PRV_S) {
        struct trap t = {.cause = CAUSE_ECALL_VS};
        (void)hart_trap(&vh->h, &t);
        vh->h.prv = PRV_S; /* HS, whatever it had delegated */
        vh->h.v = 0;
    }
}

static void scribble(struct input *in)
{
    uint64_t at = take(in, 3) % (RAM_SIZE - 8), v = take_value(in);
    memcpy(ram + at, &v, 8);
}

/* NACL: HS sets a CSR and its dirty bit, or asks for a fence. */
static void scribble_nacl(struct input *in)
{
    struct nacl_shmem *m = harts[now].nacl;
    if (m == NULL) {
        return;
    }
    unsigned i = take_below(in, 1024);
    m->csr[i] = take_value(in);
    m->dirty[i / 64] |= BIT(i % 64);
    m->hfence[i % NACL_HFENCES].config = take_value(in) | NACL_PENDING;
    m->hfence[i % NACL_HFENCES].page_count = take_value(in);
    m->hfence[i % NACL_HFENCES].page_number = take_value(in);
    m->autoswap_flags = take(in, 1);
    m->autoswap_hstatus = take_value(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};

    fake_reset();
    fake.on_wait = wake;
    while (in.left > 0) {
        waits = 0;
        seen.printed_size = 0;
        fake.pending = false;
        now = take_below(&in, HARTS);
        back();
        switch (take_below(&in, 5)) {
        case 0:
            scribble(&in);
            break;
        case 1:
            scribble_nacl(&in);
            break;
        case 2:
            harts[now].h.time = fake.time = take_value(&in);
            (void)request_serve(&harts[now]);
            break;
        default:
            call(&in);
            break;
        }
        for (unsigned i = 0; i < HARTS; i++) {
            must(harts[i].hsm == HSM_STARTED);
            must(hart_is_legal(&harts[i].h));
        }
    }
    return 0;
}
