/* SPDX-License-Identifier: BSD-2-Clause */
/* A hart's way from boot to its guest. */
#include "host/m/m.h"
#include "core/request.h"
#include "drv/drv.h"
#include "sbi/sbi.h"
#include "spec/board.h"

#define NEVER (~UINT64_C(0))

/* The hart as its reset leaves it, in virtual M, and nothing of another life in hardware. */
static void reset(struct vhart *vh)
{
    struct hart *h = &vh->h;

    vh->resident = RESIDENT_NONE;
    hart_reset(h, h->isa, h->hartid);
    board_reset(h, vh->custom);
    h->stimecmp = NEVER;
    h->vstimecmp = NEVER;
    if (machine.sstc) {
        hw_write(CSR_stimecmp, NEVER);
    }
    vh->shadow_atp = 0;
    vh->shadow.asid_base =
        machine.asid_mask < 2 * SHADOW_ROOTS - 1 ? 0 : machine.asid_mask + 1 - SHADOW_ROOTS;
    shadow_flush(&vh->shadow);
    hw_write(CSR_mie, vh->m_irqs);
    vh->seip = BIT(IRQ_SEI); /* whoever has been here before may have set it */
    hw_write(CSR_satp, 0);
    hw_sfence_all();
}

void host_reset_hs(struct vhart *vh)
{
    struct hart *h = &vh->h;

    reset(vh);
    hart_enter_s(h, 0, h->hartid, 0);
    h->menvcfg &= ~ENVCFG_ADUE; /* FWFT switches it on */
    m_hs_changed(vh);
}

/* The first instruction of the world's firmware. */
static _Noreturn void start_firmware(struct vhart *vh)
{
    const struct firmware *f = vh->world->firmware;
    struct hart *h = &vh->h;

    reset(vh);
    h->pc = f->entry;
    h->x[10] = h->hartid;
    h->x[11] = f->fdt;
    h->x[12] = f->info;
    hw_write(CSR_scounteren, 0);
    if (machine.menvcfg) {
        hw_write(CSR_senvcfg, 0);
    }
    m_hs_changed(vh);
    m_pmp_changed(vh);
    host_lines(vh);
    __atomic_store_n(&vh->hsm, HSM_STARTED, __ATOMIC_SEQ_CST);
    request_serve(vh); /* its interrupt may have been cleared with those of another life */
    m_load(vh);
    m_launch(vh);
}

static void hart_setup(struct vhart *vh)
{
#define WORD(name, word, mask) .name = (word), .name##_mask = (mask),
    vh->words = (struct quick_words){QUICK_WORDS(WORD)};
#undef WORD
    __asm__ volatile("mv tp, %0" ::"r"(vh));
    vh->stack = align_down((uint64_t)(uintptr_t)__builtin_frame_address(0) - 256, 16);
    hw_write(CSR_mscratch, (uintptr_t)vh);
    hw_write(CSR_mtvec, (uintptr_t)m_entry);
    hw_write(CSR_mie, 0);
    hw_write(CSR_mideleg, 0);
    m_pmp_setup(vh);
    if (machine.mcountinhibit) {
        hw_write(CSR_mcountinhibit, 0);
    }
    if (machine.mstateen) {
        hw_write(CSR_mstateen0, NEVER);
    }
    if (vh->world->bus != NULL && drivers.msi != NULL) {
        drivers.msi->init();
    }
    drivers.ipi->clear(vh->h.hartid);
    drivers.timer->set(vh->h.hartid, NEVER);
    vh->armed = NEVER;
    vh->plic = machine.smaia ? NULL : external_of(vh->h.hartid);
    vh->poll = vh->plic != NULL ? vh->world->timebase >> POLL_EXTERNAL : NEVER;
    vh->m_irqs = BIT(drivers.ipi->irq) | BIT(IRQ_MTI) | (vh->world->bus != NULL ? BIT(IRQ_MEI) : 0);
    vh->mtip_deadline = NEVER;
    vh->written = true;
}

_Noreturn void host_start(struct vhart *vh, uint64_t pc, uint64_t arg1)
{
    hart_setup(vh);
    if (vh->world->firmware != NULL) {
        start_firmware(vh);
    }
    host_reset_hs(vh);
    sbi_reset(vh);
    vh->h.pc = pc;
    vh->h.x[10] = vh->h.hartid;
    vh->h.x[11] = arg1;
    __atomic_store_n(&vh->hsm, HSM_STARTED, __ATOMIC_SEQ_CST);
    m_load(vh);
    m_launch(vh);
}

_Noreturn void host_start_secondary(struct vhart *vh)
{
    hart_setup(vh);
    if (vh->world->firmware != NULL) {
        start_firmware(vh);
    }
    hsm_wait_for_start(vh);
    if (vh->resident == RESIDENT_NONE) {
        m_load(vh);
    }
    m_launch(vh);
}
