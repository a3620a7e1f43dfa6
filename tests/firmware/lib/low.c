/* SPDX-License-Identifier: BSD-2-Clause */
#include "low.h"

#define CODE_WORDS 32u

extern char image_start[], image_end[];

uint8_t frames[FRAMES][PAGE] __attribute__((aligned(FRAMES * PAGE)));
struct regs low;
struct pt low_pt, low_g;
static uint32_t code[CODE_WORDS] __attribute__((aligned(256)));
static unsigned code_len; /* bytes before the ECALL */
static bool paged;        /* U and VU have the image VU_OFFSET higher */
#define E4  INSN_ECALL, INSN_ECALL, INSN_ECALL, INSN_ECALL
#define E16 E4, E4, E4, E4
const uint32_t vector[64] __attribute__((aligned(256))) = {E16, E16, E16, E16};

const char *mode_name(enum mode mode)
{
    static const char *const names[] = {"U", "S", "VU", "VS", "M"};
    return names[mode];
}

void low_fence(void)
{
    __asm__ volatile("sfence.vma; fence.i" ::: "memory");
    if (has_h)
        __asm__ volatile("hfence.gvma; hfence.vvma" ::: "memory");
}

void low_reset(void)
{
    pt_reset();
    paged = false;
    low = (struct regs){.x[A7] = NO_SBI_CALL};
}

static void map_image(void)
{
    low_pt = pt_new(MODE_SV39, false, 0);
    for (uint64_t p = (uint64_t)image_start & -MEGAPAGE; p < (uint64_t)image_end; p += MEGAPAGE) {
        pt_map(&low_pt, p, p, PTE_FULL, 1);
        pt_map(&low_pt, p + VU_OFFSET, p, PTE_FULL | PTE_U, 1);
    }
    paged = true;
}

void low_pages(void)
{
    pt_reset();
    map_image();
    csr_write(satp, pt_atp(&low_pt, 0));
    low_fence();
}

void low_two_stages(void)
{
    pt_reset();
    map_image();
    low_g = pt_new(MODE_SV39, true, 0);
    pt_map(&low_g, 0x80000000UL, 0x80000000UL, PTE_FULL | PTE_U, 2);
    csr_write(hgatp, pt_atp(&low_g, 1));
    csr_write(vsatp, pt_atp(&low_pt, 1));
    low_fence();
}

static uint64_t addr_in(enum mode mode, const void *p)
{
    return (uint64_t)p + (paged && (mode == MODE_U || mode == MODE_VU) ? VU_OFFSET : 0);
}

uint64_t code_pc(enum mode mode)
{
    return addr_in(mode, code);
}

uint64_t ecall_cause(enum mode mode)
{
    static const uint64_t causes[] = {CAUSE_ECALL_U, CAUSE_ECALL_S, CAUSE_ECALL_U, CAUSE_ECALL_VS,
                                      CAUSE_ECALL_M};
    return causes[mode];
}

static void put_code(const uint32_t *insn, unsigned n, uint32_t last)
{
    uint16_t *to = (uint16_t *)code;
    for (unsigned i = 0; i <= n; i++) {
        uint32_t word = i < n ? insn[i] : last;
        if (i == n)
            code_len = (unsigned)((char *)to - (char *)code);
        *to++ = (uint16_t)word;
        if ((word & 3) == 3)
            *to++ = (uint16_t)(word >> 16);
    }
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
}

/* Calls the code as a function: a0 and a1 in and out. */
static void call_code(uint64_t a0, uint64_t a1)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    __asm__ volatile("jalr %2"
                     : "+r"(r0), "+r"(r1)
                     : "r"(code)
                     : "ra", "t0", "t1", "t2", "a2", "a3", "a4", "a5", "memory");
    low.x[A0] = r0;
    low.x[A1] = r1;
}

static struct trap run_in_m(uint64_t a0, uint64_t a1)
{
    catch_begin();
    call_code(a0, a1);
    catch_end();
    return me()->caught;
}

struct trap run_at(enum mode mode, uint64_t pc)
{
    low.x[0] = pc;
    return lower_run(&low, mode);
}

struct trap run_code(enum mode mode, const uint32_t *insn, unsigned n, uint64_t a0, uint64_t a1)
{
    put_code(insn, n, mode == MODE_M ? INSN_RET : INSN_ECALL);
    if (mode == MODE_M)
        return run_in_m(a0, a1);
    low.x[A0] = a0;
    low.x[A1] = a1;
    return run_at(mode, code_pc(mode));
}

/* mstatus is what it is only while the code runs. */
uint64_t run_as_status;
__asm__(
    ".text\n.balign 4\n"
    "call_as:\n" /* a0, a1; a2 mstatus, a3 code, a4 struct regs, a5 where mstatus goes */
    "    mv t6, ra\n"
    "    csrw mstatus, a2\n"
    "    jalr a3\n"
    "    csrrwi t5, mstatus, 0\n"
    "    sd a0, 80(a4)\n"
    "    sd a1, 88(a4)\n"
    "    sd t5, 0(a5)\n"
    "    mv ra, t6\n"
    "    ret\n");
void call_as(uint64_t a0, uint64_t a1, uint64_t status, const uint32_t *at, struct regs *r,
             uint64_t *status_then);

struct trap run_as(enum mode mode, uint64_t status, const uint32_t *insn, unsigned n, uint64_t a0,
                   uint64_t a1)
{
    irq_off();
    put_code(insn, n, INSN_RET);
    status |= MSTATUS_MPRV;
    status |= FIELD_PUT(MSTATUS_MPP, mode == MODE_M ? 3 : mode == MODE_S || mode == MODE_VS);
    status |= mode == MODE_VS || mode == MODE_VU ? MSTATUS_MPV : 0;
    catch_begin();
    call_as(a0, a1, status, code, &low, &run_as_status);
    catch_end();
    return me()->caught;
}

struct trap run_insn(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1)
{
    return run_code(mode, &insn, 1, a0, a1);
}

bool completed(const struct trap *t)
{
    if (t->mcause == CAUSE_NONE)
        return true;
    if (t->mcause < CAUSE_ECALL_U || t->mcause > CAUSE_ECALL_VS)
        return false;
    return (t->mepc & (VU_OFFSET - 1)) == (uint64_t)code + code_len;
}

uint64_t cause_of(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1)
{
    struct trap t = run_insn(mode, insn, a0, a1);
    return completed(&t) ? CAUSE_NONE : t.mcause;
}

uint64_t m_csr_read(unsigned csr, uint64_t *val)
{
    uint64_t cause = cause_of(MODE_M, INSN_CSRRS(A0, csr, X0), 0, 0);
    *val = low.x[A0];
    return cause;
}

uint64_t m_csr_write(unsigned csr, uint64_t val)
{
    return cause_of(MODE_M, INSN_CSRRW(X0, csr, A0), val, 0);
}

uint64_t csr_get(unsigned csr)
{
    uint64_t val;
    uint64_t cause = m_csr_read(csr, &val);
    if (cause != CAUSE_NONE)
        test_fatal("a read of CSR 0x%x in M: expected to work, seen cause %lu", csr, cause);
    return val;
}

uint64_t csr_put(unsigned csr, uint64_t val)
{
    uint64_t cause = m_csr_write(csr, val);
    if (cause != CAUSE_NONE)
        test_fatal("a write of CSR 0x%x in M: expected to work, seen cause %lu", csr, cause);
    return csr_get(csr);
}

bool taken_in(const struct trap *t, enum mode mode)
{
    uint64_t base = (uint64_t)vector;
    return t->mcause == ecall_cause(mode) && t->mepc >= base && t->mepc < base + sizeof vector;
}

unsigned vector_entry(const struct trap *t)
{
    return (unsigned)((t->mepc - (uint64_t)vector) / 4);
}
