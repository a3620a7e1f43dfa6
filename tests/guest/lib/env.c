/* SPDX-License-Identifier: BSD-2-Clause */
#include "env.h"
#include "test.h"

#define CODE_WORDS 32u

extern char image_start[], image_end[];

uint8_t frames[FRAMES][PAGE] __attribute__((aligned(2097152)));
struct env env;
struct guest regs;
static uint32_t code[CODE_WORDS] __attribute__((aligned(4096)));
static unsigned code_len; /* bytes before the ECALL */
#define E4  INSN_ECALL, INSN_ECALL, INSN_ECALL, INSN_ECALL
#define E16 E4, E4, E4, E4
const uint32_t vs_vector[64] __attribute__((aligned(256))) = {E16, E16, E16, E16};

const char *name_of(enum mode mode)
{
    static const char *const names[] = {"U", "HS", "VU", "VS"};
    return names[mode];
}

const char *mode_name(uint64_t mode)
{
    static const char *const names[] = {"Sv39", "Sv48", "Sv57"};
    return mode == MODE_BARE ? "Bare" : names[mode - MODE_SV39];
}

void fence_all(void)
{
    __asm__ volatile("hfence.gvma; hfence.vvma; sfence.vma; fence.i" ::: "memory");
}

bool env_has_vs(uint64_t mode)
{
    uint64_t old = csr_read(vsatp);
    csr_write(vsatp, 0);
    csr_write(vsatp, FIELD_PUT(ATP_MODE, mode));
    bool has = FIELD_GET(ATP_MODE, csr_read(vsatp)) == mode;
    csr_write(vsatp, old);
    return has;
}

bool env_has_g(uint64_t mode)
{
    uint64_t old = csr_read(hgatp);
    csr_write(hgatp, FIELD_PUT(ATP_MODE, mode));
    bool has = FIELD_GET(ATP_MODE, csr_read(hgatp)) == mode;
    csr_write(hgatp, old);
    return has;
}

static void build_g(uint64_t mode)
{
    const uint64_t ram = 0x80000000UL;
    env.g = pt_new(mode, true, 0);
    env.alias = GPA_ALIAS;
    pt_map(&env.g, ram, ram, PTE_FULL | PTE_U, 2);
    pt_map(&env.g, ram + GPA_ALIAS, ram, PTE_FULL | PTE_U, 2);
}

static void build_vs(uint64_t mode)
{
    env.vs = pt_new(mode, false, env.alias);
    for (uint64_t p = (uint64_t)image_start & -MEGAPAGE; p < (uint64_t)image_end; p += MEGAPAGE) {
        pt_map(&env.vs, p, p + env.alias, PTE_FULL, 1);
        pt_map(&env.vs, p + VU_OFFSET, p + env.alias, PTE_FULL | PTE_U, 1);
    }
}

void env_set(uint64_t vs_mode, uint64_t g_mode)
{
    csr_write(vsatp, 0);
    csr_write(hgatp, 0);
    pt_reset();
    env = (struct env){.vs_mode = vs_mode, .g_mode = g_mode};
    if (g_mode != MODE_BARE) {
        build_g(g_mode);
        csr_write(hgatp, pt_atp(&env.g, 1));
    }
    if (vs_mode != MODE_BARE) {
        build_vs(vs_mode);
        csr_write(vsatp, pt_atp(&env.vs, 1));
    }
    fence_all();
}

void env_split_g(unsigned level)
{
    const uint64_t ram = 0x80000000UL;
    *pt_entry(&env.g, ram, 2) = *pt_entry(&env.g, ram + env.alias, 2) = 0;
    for (uint64_t p = (uint64_t)image_start & -MEGAPAGE; p < (uint64_t)image_end;
         p += level_size(level))
        pt_map(&env.g, p + env.alias, p, PTE_FULL | PTE_U, level);
    fence_all();
}

void vs_map(uint64_t va, const void *p, uint64_t flags, unsigned level)
{
    pt_map(&env.vs, va, (uint64_t)p + env.alias, flags, level);
}

uint64_t addr_in(enum mode mode, const void *p)
{
    uint64_t pa = (uint64_t)p;
    if (mode == MODE_U || mode == MODE_HS)
        return pa;
    if (env.vs_mode == MODE_BARE)
        return pa + env.alias;
    return mode == MODE_VU ? pa + VU_OFFSET : pa;
}

uint64_t code_pc(enum mode mode)
{
    return addr_in(mode, code);
}

struct trap run_at(enum mode mode, uint64_t pc)
{
    regs.x[0] = pc;
    return guest_run(&regs, mode);
}

static void put_code(const uint32_t *insn, unsigned n)
{
    uint16_t *to = (uint16_t *)code;
    for (unsigned i = 0; i <= n; i++) {
        uint32_t word = i < n ? insn[i] : INSN_ECALL;
        *to++ = (uint16_t)word;
        if ((word & 3) == 3)
            *to++ = (uint16_t)(word >> 16);
        if (i + 1 == n)
            code_len = (unsigned)((char *)to - (char *)code);
    }
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
}

/* Calls the code as a function: a0 and a1 in and out. */
static void call_code(uint64_t *a0, uint64_t *a1)
{
    register uint64_t r0 __asm__("a0") = *a0;
    register uint64_t r1 __asm__("a1") = *a1;
    __asm__ volatile("jalr %2"
                     : "+r"(r0), "+r"(r1)
                     : "r"(code)
                     : "ra", "a2", "a3", "a4", "a5", "memory");
    *a0 = r0;
    *a1 = r1;
}

static struct trap run_in_hs(uint64_t a0, uint64_t a1)
{
    *(uint16_t *)((char *)code + code_len) = (uint16_t)INSN_RET;
    *(uint16_t *)((char *)code + code_len + 2) = (uint16_t)(INSN_RET >> 16);
    __asm__ volatile("fence.i" ::: "memory");
    catch_begin();
    call_code(&a0, &a1);
    catch_end();
    regs.x[A0] = a0;
    regs.x[A1] = a1;
    return me()->caught;
}

struct trap run_code(enum mode mode, const uint32_t *insn, unsigned n, uint64_t a0, uint64_t a1)
{
    put_code(insn, n);
    if (mode == MODE_HS)
        return run_in_hs(a0, a1);
    regs.x[A0] = a0;
    regs.x[A1] = a1;
    return run_at(mode, code_pc(mode));
}

struct trap run_insn(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1)
{
    return run_code(mode, &insn, 1, a0, a1);
}

bool completed(const struct trap *t)
{
    if (t->scause == CAUSE_NONE)
        return true;
    if (t->scause != CAUSE_ECALL_U && t->scause != CAUSE_ECALL_VS)
        return false;
    uint64_t end = (uint64_t)code + code_len;
    return (t->sepc & (VU_OFFSET - 1)) == (end & (VU_OFFSET - 1));
}

uint64_t cause_of(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1)
{
    struct trap t = run_insn(mode, insn, a0, a1);
    return completed(&t) ? CAUSE_NONE : t.scause;
}

uint64_t hs_csr_read(unsigned csr, uint64_t *val)
{
    uint64_t cause = cause_of(MODE_HS, INSN_CSRRS(A0, csr, X0), 0, 0);
    *val = regs.x[A0];
    return cause;
}

uint64_t hs_csr_write(unsigned csr, uint64_t val)
{
    return cause_of(MODE_HS, INSN_CSRRW(X0, csr, A0), val, 0);
}

uint64_t hs_csr_get(unsigned csr)
{
    uint64_t val;
    uint64_t cause = hs_csr_read(csr, &val);
    if (cause != CAUSE_NONE)
        test_fatal("a read of CSR 0x%x in HS: expected to work, seen cause %lu", csr, cause);
    return val;
}

uint64_t hs_csr_put(unsigned csr, uint64_t val)
{
    uint64_t cause = hs_csr_write(csr, val);
    if (cause != CAUSE_NONE)
        test_fatal("a write of CSR 0x%x in HS: expected to work, seen cause %lu", csr, cause);
    return hs_csr_get(csr);
}

void vs_vector_set(unsigned vectored)
{
    csr_write(vstvec, addr_in(MODE_VS, vs_vector) | vectored);
}

bool taken_in_vs(const struct trap *t)
{
    uint64_t base = addr_in(MODE_VS, vs_vector);
    return t->scause == CAUSE_ECALL_VS && t->sepc >= base && t->sepc < base + sizeof vs_vector;
}

unsigned vs_vector_entry(const struct trap *t)
{
    return (unsigned)((t->sepc - addr_in(MODE_VS, vs_vector)) / 4);
}
