// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#define PREFIX "HEARTH-L2: "

static char hart_stack[8192] __attribute__((aligned(16)));

static void print(const char *s)
{
    unsigned long n = 0;
    while (s[n] != '\0')
        n++;
    sbi_call(SBI_DBCN, 0, n, (unsigned long)s, 0);
}

static unsigned append(char *to, unsigned at, const char *s)
{
    for (unsigned i = 0; s[i] != '\0'; i++)
        to[at++] = s[i];
    return at;
}

// One SBI call a line, so that a marker costs the same everywhere.
void mark(const char *text)
{
    char line[128];
    unsigned n = append(line, append(line, 0, PREFIX), text);
    line[n++] = '\n';
    line[n] = '\0';
    print(line);
}

void guest_fail(const char *text)
{
    print(PREFIX "FAILED ");
    print(text);
    print("\n");
    for (;;)
        sbi_call(SBI_SRST, 0, 1, 1, 0); // cold reboot, system failure
}

void guest_end(void)
{
    for (;;)
        sbi_call(SBI_SRST, 0, 0, 0, 0);
}

__attribute__((weak)) void hart_main(void)
{
}

void hart_start(unsigned long hart)
{
    struct sbiret r = sbi_call(SBI_HSM, 0, hart, (unsigned long)hart_entry,
                               (unsigned long)(hart_stack + sizeof(hart_stack)));
    if (r.error != 0)
        guest_fail("no second hart");
}

__attribute__((interrupt("supervisor"), aligned(4))) void trap(void);
void trap(void)
{
    trap_handle(csr_read(scause));
}

__attribute__((weak)) void trap_handle(unsigned long cause)
{
    (void)cause;
    guest_fail("unexpected trap");
}
