/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lock-free. A caller fills in its fence_call, publishes it by storing `pending` (release), and
 * posts REQUEST_FENCE to each target. A target takes its request word first and then looks at every
 * hart's `pending` (acquire): a call published after that look is posted after it too, and so is
 * seen by the next. It clears its bit (release) when the fence is done; the caller does not change
 * the call before all bits are clear.
 *
 * SBI 3.0, "RFENCE Extension".
 */
#include "core/request.h"

#include "core/policy.h"
#include "core/world.h"
#include "host/host.h"

#define PAGE             UINT64_C(4096)
#define PAGES_ONE_BY_ONE 64 /* more than that: everything */

void request_post(struct vhart *target, uint32_t bits)
{
    if (__atomic_fetch_or(&target->request, bits, __ATOMIC_ACQ_REL) == 0) {
        host_ipi(target->index);
    }
}

/* Whole pages; size ~0 if there are too many. */
static void range_round(uint64_t *start, uint64_t *size)
{
    if (*size > PAGES_ONE_BY_ONE * PAGE) {
        *size = ~UINT64_C(0);
        return;
    }
    uint64_t first = align_down(*start, PAGE);
    *size = align_up(*start - first + *size, PAGE);
    *start = first;
}

static void fence_guest(struct vhart *vh, const struct fence_call *call)
{
    struct fence f = {.kind = FENCE_VVMA, .id = call->id, .all_ids = true};
    uint64_t start = call->start, size = call->size;

    switch (call->kind) {
    case REMOTE_HFENCE_GVMA_VMID:
        f.kind = FENCE_GVMA;
        f.all_ids = false;
        break;
    case REMOTE_HFENCE_GVMA:
        f.kind = FENCE_GVMA;
        break;
    case REMOTE_HFENCE_VVMA_ASID:
        f.all_ids = false;
        break;
    default:
        break;
    }
    range_round(&start, &size);
    f.all_addresses = size == ~UINT64_C(0);
    if (f.all_addresses) {
        host_fence_guest(vh, &f, call->hgatp);
        return;
    }
    if (f.kind == FENCE_GVMA && size != 0) {
        f.address = start;
        f.more_pages = size / PAGE - 1;
        host_fence_guest(vh, &f, call->hgatp);
        return;
    }
    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        f.address = start + offset;
        host_fence_guest(vh, &f, call->hgatp);
    }
}

void fence_here(struct vhart *vh, const struct fence_call *call)
{
    uint64_t start = call->start, size = call->size;

    switch (call->kind) {
    case REMOTE_FENCE_I:
        host_fence_i();
        break;
    case REMOTE_SFENCE_VMA:
    case REMOTE_SFENCE_VMA_ASID:
        range_round(&start, &size);
        host_fence_vma(start, size, call->kind == REMOTE_SFENCE_VMA, call->id);
        break;
    default:
        fence_guest(vh, call);
        break;
    }
}

static enum fw_event fence_event(const struct fence_call *call, bool received)
{
    static const uint8_t place[] = {
        [REMOTE_FENCE_I] = 0,          [REMOTE_SFENCE_VMA] = 1,       [REMOTE_SFENCE_VMA_ASID] = 2,
        [REMOTE_HFENCE_GVMA] = 3,      [REMOTE_HFENCE_GVMA_VMID] = 4, [REMOTE_HFENCE_VVMA] = 5,
        [REMOTE_HFENCE_VVMA_ASID] = 6,
    };
    return (enum fw_event)(FW_FENCE_SENT + 2 * place[call->kind] + received);
}

static void fences_serve(struct vhart *vh)
{
    for (unsigned i = 0; i < vh->world->harts; i++) {
        struct fence_call *call = &vharts[i]->call;
        if (__atomic_load_n(&call->pending, __ATOMIC_ACQUIRE) & BIT(vh->index)) {
            fence_here(vh, call);
            pmu_event(&vh->pmu, fence_event(call, true));
            __atomic_fetch_and(&call->pending, ~BIT(vh->index), __ATOMIC_RELEASE);
        }
    }
}

uint32_t request_serve(struct vhart *vh)
{
    if (__atomic_load_n(&vh->request, __ATOMIC_RELAXED) == 0) {
        return 0;
    }
    uint32_t bits = __atomic_exchange_n(&vh->request, 0, __ATOMIC_ACQ_REL);
    if (bits & REQUEST_FENCE) {
        fences_serve(vh);
    }
    if (bits & REQUEST_IPI) {
        pmu_event(&vh->pmu, FW_IPI_RECEIVED);
        host_raise_ssip(vh);
    }
    if (bits & REQUEST_POLICY) {
        vh->world->firmware->policy->changed(vh);
    }
    if (bits & REQUEST_LINES) {
        host_lines(vh);
    }
    return bits;
}

/*
 * The harts of the mask that have to be asked. The barrier pairs with the one in
 * request_fence_all(): either this hart sees that the other is being started, or the other's own
 * fence, made after that, sees whatever was written before this call.
 */
static uint64_t harts_running(uint64_t mask)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint64_t left = mask; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        if (__atomic_load_n(&vharts[i]->hsm, __ATOMIC_SEQ_CST) == HSM_STOPPED) {
            mask &= ~BIT(i);
        }
    }
    return mask;
}

void request_fence(struct vhart *vh, uint64_t mask, const struct fence_call *what)
{
    uint64_t others = harts_running(mask & ~BIT(vh->index));

    vh->call.kind = what->kind;
    vh->call.start = what->start;
    vh->call.size = what->size;
    vh->call.id = what->id;
    vh->call.hgatp = what->hgatp;
    __atomic_store_n(&vh->call.pending, others, __ATOMIC_RELEASE);
    for (uint64_t left = others; left; left &= left - 1) {
        request_post(vharts[__builtin_ctzll(left)], REQUEST_FENCE);
        pmu_event(&vh->pmu, fence_event(what, false));
    }
    if (mask & BIT(vh->index)) {
        fence_here(vh, what);
    }
    while (__atomic_load_n(&vh->call.pending, __ATOMIC_ACQUIRE)) {
        request_serve(vh);
        host_relax();
    }
}

void request_fence_all(struct vhart *vh)
{
    const struct fence f = {.kind = FENCE_GVMA, .all_addresses = true, .all_ids = true};

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    host_fence_i();
    host_fence_vma(0, ~UINT64_C(0), true, 0);
    host_fence_guest(vh, &f, 0);
}

void request_leave(struct vhart *vh)
{
    __atomic_store_n(&vh->hsm, (uint32_t)HSM_STOPPED, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < vh->world->harts; i++) {
        __atomic_and_fetch(&vharts[i]->call.pending, ~BIT(vh->index), __ATOMIC_SEQ_CST);
    }
}
