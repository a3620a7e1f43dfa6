/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe.h"
#include "test.h"

/* Page-aligned together, so that one page of the image serves all. */
__asm__(
    ".text\n"
    ".balign 64\n"
    "probe_code:\n"
    ".option push\n"
    ".option norvc\n"
    "    ld a0, 0(a0)\n"
    "    ecall\n"
    "    sd a1, 0(a0)\n"
    "    ecall\n"
    "    jr a0\n"
    "    ecall\n"
    ".option pop\n");
extern const uint32_t probe_code[6];

const char *access_name(enum access access)
{
    static const char *const names[] = {"load", "store", "fetch"};
    return names[access];
}

uint64_t page_fault(enum access access)
{
    static const uint64_t causes[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_INSN_PAGE};
    return causes[access];
}

uint64_t guest_page_fault(enum access access)
{
    static const uint64_t causes[] = {CAUSE_LOAD_GUEST, CAUSE_STORE_GUEST, CAUSE_INSN_GUEST};
    return causes[access];
}

uint64_t access_fault(enum access access)
{
    static const uint64_t causes[] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_INSN_ACCESS};
    return causes[access];
}

struct trap probe(enum mode mode, enum access access, uint64_t va, uint64_t *val)
{
    regs.x[A0] = va;
    regs.x[A1] = *val;
    struct trap t = run_at(mode, addr_in(mode, &probe_code[2 * access]));
    if (access == LOAD)
        *val = regs.x[A0];
    return t;
}

bool probe_worked(const struct trap *t, enum mode mode, enum access access, uint64_t va)
{
    uint64_t pc = access == FETCH ? va : addr_in(mode, &probe_code[2 * access + 1]);
    return t->scause == (mode == MODE_VS ? CAUSE_ECALL_VS : CAUSE_ECALL_U) && t->sepc == pc;
}

uint64_t probe_cause(enum mode mode, enum access access, uint64_t va)
{
    uint64_t val = MARK(0x57);
    struct trap t = probe(mode, access, va, &val);
    return probe_worked(&t, mode, access, va) ? CAUSE_NONE : t.scause;
}

void probe_data_reaches(enum mode mode, uint64_t va, void *p)
{
    static uint32_t n;
    volatile uint64_t *q = p;
    uint64_t mark = MARK(++n), val = 0;
    *q = mark;
    __asm__ volatile("fence rw, rw" ::: "memory");
    struct trap t = probe(mode, LOAD, va, &val);
    if (probe_worked(&t, mode, LOAD, va))
        check_eq(val, mark, "value loaded");
    else
        fail("expected a load from 0x%lx to work, seen cause %lu, htval 0x%lx", va, t.scause,
             t.htval);
    val = MARK(++n);
    t = probe(mode, STORE, va, &val);
    if (probe_worked(&t, mode, STORE, va))
        check_eq(*q, val, "memory after a store");
    else
        fail("expected a store to 0x%lx to work, seen cause %lu, htval 0x%lx", va, t.scause,
             t.htval);
    __asm__ volatile("fence.i" ::: "memory");
}

void probe_reaches(enum mode mode, uint64_t va, void *p)
{
    uint64_t val = 0;
    probe_data_reaches(mode, va, p);
    struct trap t = probe(mode, FETCH, va, &val);
    if (!probe_worked(&t, mode, FETCH, va))
        fail("expected a fetch from 0x%lx to work, seen cause %lu at 0x%lx", va, t.scause, t.sepc);
}

void probe_faults(enum mode mode, enum access access, uint64_t va, uint64_t cause, uint64_t stval,
                  uint64_t gpa, uint64_t htinst)
{
    uint64_t val = MARK(0x57);
    struct trap t = probe(mode, access, va, &val);
    if (probe_worked(&t, mode, access, va)) {
        fail("expected the %s to raise cause %lu, seen it work", access_name(access), cause);
        return;
    }
    check_eq(t.scause, cause, "scause");
    check_eq(t.stval, stval, "stval");
    check_eq(t.htval, gpa >> 2, "htval");
    if (htinst != ANY_INST)
        check_eq(t.htinst, htinst, "htinst");
    const uint64_t h = HSTATUS_SPV | HSTATUS_GVA;
    check_bits(t.hstatus, h, h, "hstatus.SPV and GVA");
    check_bits(t.sstatus, SSTATUS_SPP, mode == MODE_VS ? SSTATUS_SPP : 0, "sstatus.SPP");
    check_eq(t.sepc, access == FETCH ? va : addr_in(mode, &probe_code[2 * access]), "sepc");
}
