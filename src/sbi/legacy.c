/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Legacy Extensions". */
#include "core/guestmem.h"
#include "drv/drv.h"
#include "host/host.h"
#include "lib/log.h"
#include "sbi/ext.h"

/* Clears SSIP. Returns whether it was pending. */
static long ipi_clear(struct vhart *vh)
{
    host_unload(vh);
    bool pending = (vh->h.mip & BIT(IRQ_SSI)) != 0;
    vh->h.mip &= ~BIT(IRQ_SSI);
    return pending;
}

static uint64_t harts_of_word(const struct vhart *vh, uint64_t hartids)
{
    uint64_t harts = 0;

    for (unsigned i = 0; i < vh->world->harts; i++) {
        uint64_t hartid = vharts[i]->hartid;
        if (hartid < 64 && (hartids & BIT(hartid))) {
            harts |= BIT(i);
        }
    }
    return harts;
}

/*
 * Reads the hart mask at a virtual address: one word, enough for hart ids below 64; harts that
 * don't exist are left out. A null pointer, as the first implementation had it, means all. A fault
 * becomes the caller's own at the ecall: then false.
 */
static bool harts_read(struct vhart *vh, uint64_t va, uint64_t *harts)
{
    const struct access_as as = {.access = ACCESS_LOAD, .prv = PRV_S};
    uint64_t word = ~UINT64_C(0);
    struct trap t;

    host_unload(vh);
    if (va != 0 && !guest_load(vh, as, va, &word, sizeof(word), &t)) {
        vh->h.pc -= 4;
        host_reflect(vh, &t);
        return false;
    }
    *harts = harts_of_word(vh, word);
    return true;
}

static long harts_call(struct vhart *vh, uint64_t eid, const uint64_t *a)
{
    static const uint8_t kind[] = {REMOTE_FENCE_I, REMOTE_SFENCE_VMA, REMOTE_SFENCE_VMA_ASID};
    uint64_t harts;

    if (!harts_read(vh, a[0], &harts)) {
        return SBI_LEFT;
    }
    if (eid == 4) {
        ipi_send(vh, harts);
        return SBI_SUCCESS;
    }
    struct fence_call call = {.kind = kind[eid - 5], .start = a[1], .size = a[2], .id = a[3]};
    if (eid == 5 || (call.start == 0 && call.size == 0)) {
        call.size = ~UINT64_C(0);
    }
    if (call.size != 0) {
        request_fence(vh, harts, &call);
    }
    return SBI_SUCCESS;
}

static long putchar_call(uint64_t c)
{
    char byte = (char)c;

    log_bytes(&byte, 1);
    return SBI_SUCCESS;
}

long legacy_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    switch (fid) {
    case 0: /* sbi_set_timer */
        return time_call(vh, 0, a, value);
    case 1: /* sbi_console_putchar */
        return putchar_call(a[0]);
    case 2: /* sbi_console_getchar */
        return drivers.console ? drivers.console->get() : -1;
    case 3: /* sbi_clear_ipi */
        return ipi_clear(vh);
    case 8: /* sbi_shutdown: doesn't return */
        (void)system_reset(RESET_SHUTDOWN, 0);
        return hsm_call(vh, 1, a, value);
    default: /* sbi_send_ipi, sbi_remote_* */
        return harts_call(vh, fid, a);
    }
}
