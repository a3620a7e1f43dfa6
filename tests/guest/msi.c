/* SPDX-License-Identifier: BSD-2-Clause */
/* MSIs to a hart that goes into its guest and out of it meanwhile: each comes, whenever. */
#include "csr.h"
#include "env.h"
#include "fdt.h"
#include "test.h"
#include "worker.h"

#define IDENTITY    1u
#define EIDELIVERY  0x70u
#define EITHRESHOLD 0x72u
#define EIP0        0x80u
#define EIE0        0xc0u
#define CSR_STOPI   0xdb0u

static struct imsic {
    uint64_t node[2]; /* of M-level and S-level files */
    unsigned nodes;
    uint32_t intc[2]; /* phandles of the first two harts' interrupt controllers */
    uint64_t page[2]; /* their S-level files (no guest files: a page a hart) */
} imsic;

static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static uint64_t unit(const char *node)
{
    uint64_t v = 0;
    while (*node && *node != '@')
        node++;
    for (node += *node == '@'; *node; node++)
        v = v * 16 + (uint64_t)(*node <= '9' ? *node - '0' : *node - 'a' + 10);
    return v;
}

static bool find_intc(const struct fdt_prop *p, void *arg)
{
    (void)arg;
    if (p->depth != 4 || !fdt_named(p->path[1], "cpus") || !same(p->name, "phandle"))
        return false;
    for (unsigned i = 0; i < 2; i++)
        if (unit(p->path[2]) == harts[i].hartid)
            imsic.intc[i] = fdt_u32(p->data);
    return false;
}

static bool find_imsics(const struct fdt_prop *p, void *arg)
{
    static const char last[] = "riscv,imsics";
    (void)arg;
    if (same(p->name, "compatible") && p->len >= sizeof last && imsic.nodes < 2 &&
        same((const char *)p->data + p->len - sizeof last, last))
        imsic.node[imsic.nodes++] = unit(p->path[p->depth - 1]);
    return false;
}

/* Of the node for S-level files: its lines are SEI's. */
static bool find_file(const struct fdt_prop *p, void *arg)
{
    uint64_t base = unit(p->path[p->depth - 1]);
    (void)arg;
    if (!same(p->name, "interrupts-extended") || imsic.nodes == 0 ||
        (base != imsic.node[0] && base != imsic.node[1]))
        return false;
    for (uint32_t i = 0; i + 8 <= p->len; i += 8)
        for (unsigned h = 0; h < 2; h++)
            if (fdt_u32(p->data + i) == imsic.intc[h] && fdt_u32(p->data + i + 4) == IRQ_SEI)
                imsic.page[h] = base + (i / 8) * PAGE;
    return false;
}

static bool setup(void)
{
    watchdog_seconds(18);
    imsic = (struct imsic){0};
    if (harts_count < 2) {
        note("one hart: nothing to try");
        return false;
    }
    fdt_each(dtb, find_intc, 0);
    fdt_each(dtb, find_imsics, 0);
    fdt_each(dtb, find_file, 0);
    if (imsic.page[1] == 0)
        note("no IMSIC on this machine");
    return imsic.page[1] != 0;
}

/* The reads change nothing; under the emulator they make the receiver's CSR writes wait. */
static void msi_send(unsigned hart)
{
    volatile uint32_t *page = (volatile uint32_t *)imsic.page[hart];
    for (unsigned i = 0; i < 20; i++)
        (void)*page;
    *page = IDENTITY;
}

static void file_write(unsigned reg, uint64_t v)
{
    csr_write(0x150, reg); /* siselect */
    csr_write(0x151, v);   /* sireg */
}

static void file_open(void)
{
    file_write(EIDELIVERY, 1);
    file_write(EITHRESHOLD, 0);
    file_write(EIP0, 0);
    file_write(EIE0, BIT(IDENTITY));
}

static void file_close(void)
{
    file_write(EIE0, 0);
    file_write(EIDELIVERY, 0);
}

static uint64_t claim(void)
{
    uint64_t top;
    __asm__ volatile("csrrw %0, 0x15c, x0" : "=r"(top)::"memory"); /* stopei */
    return top >> 16;
}

/*
 * Takes one MSI: the guest is entered and left up to 15 times, or reads stopi so often; then the
 * hart stays where it is, so that nothing makes good what was lost on the way.
 */
static void receive_one(struct work *w, uint64_t n)
{
    for (uint64_t i = n % 16 + 1; i != 0; i--) {
        csr_write(hvip, i & 1 ? BIT(IRQ_VSSI) : i & 2 ? BIT(IRQ_VSEI) : 0);
        w->guest.x[0] = w->entry;
        w->guest.x[A0] = n % 16;
        struct trap t = guest_run(&w->guest, MODE_VS);
        w->cause = t.scause;
        if (t.scause == CAUSE_IRQ(IRQ_SEI))
            break;
    }
    while (!(csr_read(sip) & BIT(IRQ_SEI)) || claim() != IDENTITY)
        ;
}

static void receive(struct work *w)
{
    uint64_t old = csr_read(sie);
    irq_off();
    worker_install(w);
    file_open();
    csr_write(sie, BIT(IRQ_SEI));
    csr_write(hie, 0);
    csr_write(vsstatus, 0);
    w->seen = 0;
    w->ready = true;
    while (w->limit) {
        receive_one(w, w->seen);
        w->seen++;
        msi_send(0);
    }
    csr_write(hvip, 0);
    file_close();
    csr_write(sie, old);
}

extern char guest_call[], guest_topi[];
__asm__(
    ".text\n.balign 64\n"
    "guest_call: ecall\n"
    "guest_topi: csrr t0, 0xdb0\n"
    "            addi a0, a0, -1\n"
    "            bgtz a0, guest_topi\n"
    "1:          j 1b\n");

/* Sleeps until n have been taken, three seconds at most. */
static bool taken(const struct work *w, uint64_t n)
{
    uint64_t end = rdtime() + 3 * timebase;
    timer_set(end);
    while (w->seen < n && rdtime() < end) {
        __asm__ volatile("wfi");
        claim();
    }
    timer_clear();
    return w->seen == n;
}

/* One after another, each awaited, for four seconds. */
static void send_to(const char *guest)
{
    struct work *w = &works[1];
    uint64_t n = 0, over = rdtime() + 4 * timebase, old = csr_read(sie);
    irq_off();
    file_open();
    csr_set(sie, BIT(IRQ_SEI));
    w->limit = 1;
    w->entry = (uint64_t)guest;
    w->ready = false;
    worker_give(1, receive);
    while (!w->ready)
        ;
    do {
        msi_send(1);
        n++;
    } while (taken(w, n) && rdtime() < over);
    check_eq(w->seen, n, "MSIs taken, the last of them within three seconds");
    w->limit = 0;
    msi_send(1); /* the receiver comes to its end, even where it has not seen the last */
    worker_wait(1);
    file_close();
    csr_write(sie, old);
}

static void while_calling(void)
{
    if (!setup())
        return;
    workers_setup();
    if (worker_start(1))
        send_to(guest_call);
}

/* A register of AIA that traps where H is emulated. */
static void while_reading_stopi(void)
{
    uint64_t v;
    if (!setup())
        return;
    workers_setup();
    if (hs_csr_read(CSR_STOPI, &v) == CAUSE_NONE && worker_start(1))
        send_to(guest_topi);
}

TESTS("msi", {"while_calling", "AIA: interrupt files, mip.SEIP", while_calling},
      {"while_reading_stopi", "AIA: interrupt files, mip.SEIP", while_reading_stopi});
