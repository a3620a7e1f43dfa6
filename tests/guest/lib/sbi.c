/* SPDX-License-Identifier: BSD-2-Clause */
#include "sbi.h"

#define LEGACY_PUTCHAR  1u
#define LEGACY_SHUTDOWN 8u

struct sbi_ret sbi_call6(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2,
                         uint64_t a3, uint64_t a4, uint64_t a5)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r3 __asm__("a3") = a3;
    register uint64_t r4 __asm__("a4") = a4;
    register uint64_t r5 __asm__("a5") = a5;
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = ext;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6), "r"(r7)
                     : "memory");
    return (struct sbi_ret){.error = (long)r0, .value = r1};
}

uint64_t sbi_traps_counted(void)
{
    uint64_t sum = 0, n = sbi_call(SBI_EXT_HEARTH, 0, 0, 0, 0).value;
    for (uint64_t i = 0; i < n; i++)
        sum += sbi_call(SBI_EXT_HEARTH, 1, i, 0, 0).value;
    return sum;
}

void sbi_write(const char *s, uint64_t len)
{
    while (len) {
        struct sbi_ret r = sbi_call(SBI_EXT_DBCN, 0, len, (uint64_t)s, 0);
        uint64_t n = r.value;
        if (r.error || n == 0 || n > len) {
            sbi_call(LEGACY_PUTCHAR, 0, (unsigned char)*s, 0, 0);
            n = 1;
        }
        s += n;
        len -= n;
    }
}

void sbi_shutdown(int failed)
{
    sbi_call(SBI_EXT_SRST, 0, 0, failed ? 1 : 0, 0);
    sbi_call(LEGACY_SHUTDOWN, 0, 0, 0, 0);
    for (;;)
        __asm__ volatile("wfi");
}
