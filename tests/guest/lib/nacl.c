/* SPDX-License-Identifier: BSD-2-Clause */
#include "nacl.h"
#include "csr.h"
#include "test.h"

struct nacl_area nacl_area __attribute__((aligned(4096)));

unsigned nacl_index(unsigned csr)
{
    return ((csr & 0xc00) >> 2) | (csr & 0xff);
}

uint64_t nacl_shown(unsigned csr)
{
    return shm.csr[nacl_index(csr)];
}

void nacl_put(unsigned csr, uint64_t v)
{
    unsigned i = nacl_index(csr);
    shm.csr[i] = v;
    shm.dirty[i / 64] |= BIT(i % 64);
}

uint64_t nacl_call(uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    return ERR(sbi_call(SBI_EXT_NACL, fid, a0, a1, a2).error);
}

bool nacl_begin(void)
{
    if (!sbi_probe(SBI_EXT_NACL)) {
        check(!exact, "NACL is there");
        note("no nested acceleration");
        return false;
    }
    nacl_call(SET_SHMEM, ~0UL, ~0UL, 0);
    for (unsigned i = 0; i < NACL_WORDS; i++)
        shm.word[i] = 0;
    for (unsigned i = 0; i < PAGE; i++)
        nacl_area.before[i] = nacl_area.after[i] = 0x5a;
    check_eq(nacl_call(SET_SHMEM, (uint64_t)&shm, 0, 0), 0, "error of set_shmem");
    return true;
}

void nacl_end(void)
{
    check_eq(nacl_call(SET_SHMEM, ~0UL, ~0UL, 0), 0, "error of set_shmem, to end it");
    for (unsigned i = 0; i < PAGE; i++)
        if (nacl_area.before[i] != 0x5a || nacl_area.after[i] != 0x5a)
            test_fatal("expected the pages around the shared memory to be left alone, seen byte %u",
                       i);
}

struct trap nacl_run(enum mode mode, uint64_t pc, uint64_t hstatus)
{
    bool v = mode == MODE_VS || mode == MODE_VU;
    irq_off();
    csr_write(sepc, pc);
    csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SPIE);
    csr_set(sstatus, SSTATUS_SPIE | (mode == MODE_VS ? SSTATUS_SPP : 0));
    for (unsigned i = 1; i < 32; i++)
        shm.x[i] = regs.x[i];
    shm.swap_hstatus = hstatus | (v ? HSTATUS_SPV : 0);
    shm.swap = 1;
    long err = nacl_enter();
    check_eq(ERR(err), 0, "error of sync_sret");
    shm.swap = 0;
    for (unsigned i = 1; i < 32; i++)
        regs.x[i] = me()->x[i];
    return me()->trap;
}

/* The H CSRs that there are. */
static unsigned find_csrs(uint16_t *csrs)
{
    unsigned n = 0;
    uint64_t val;
    for (unsigned csr = 0; csr < 4096; csr++) {
        if ((csr & 0x300) == 0x200 && hs_csr_read(csr, &val) == CAUSE_NONE)
            csrs[n++] = (uint16_t)csr;
    }
    return n;
}

void nacl_check_shown(const char *when)
{
    static uint16_t csrs[1024];
    static unsigned n;
    if (n == 0)
        n = find_csrs(csrs);
    for (unsigned i = 0; i < n; i++) {
        uint64_t val;
        hs_csr_read(csrs[i], &val);
        context("%s, CSR 0x%x", when, csrs[i]);
        check_eq(nacl_shown(csrs[i]), val, "the value shown");
    }
    context("%s", "");
}
