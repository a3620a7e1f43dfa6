// SPDX-License-Identifier: BSD-2-Clause
// The SBI calls that KVM hands to user space: the console. Guest output is watched for markers.
#include "vmm.h"
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SBI_PUTCHAR           0x01ul
#define SBI_GETCHAR           0x02ul
#define SBI_DBCN              0x4442434eul
#define DBCN_WRITE            0ul
#define DBCN_READ             1ul
#define DBCN_WRITE_BYTE       2ul
#define SBI_ERR_NOT_SUPPORTED (-2l)
#define SBI_ERR_INVALID_PARAM (-3l)

_Atomic uint64_t exit_total;

static struct {
    pthread_mutex_t lock; // protects the rest
    struct count_line line;
    bool count;
} console = {.lock = PTHREAD_MUTEX_INITIALIZER};

void console_init(bool count)
{
    console.count = count;
}

void console_write(const char *s, size_t n)
{
    pthread_mutex_lock(&console.lock);
    fwrite(s, 1, n, stdout);
    fflush(stdout);
    if (console.count)
        count_watch(&console.line, s, n, exit_total);
    pthread_mutex_unlock(&console.lock);
}

ssize_t console_read(void *to, size_t n)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&in, 1, 0) <= 0 || (in.revents & POLLIN) == 0)
        return 0;
    return read(STDIN_FILENO, to, n);
}

static long dbcn(const struct guest *g, struct kvm_run *run, unsigned long *value)
{
    const __typeof__(run->riscv_sbi.args[0]) *a = run->riscv_sbi.args;
    if (run->riscv_sbi.function_id == DBCN_WRITE_BYTE) {
        char c = (char)a[0];
        console_write(&c, 1);
        return 0;
    }
    if (run->riscv_sbi.function_id > DBCN_WRITE_BYTE)
        return SBI_ERR_NOT_SUPPORTED;
    char *buf = a[2] == 0 ? guest_ptr(g, a[1], a[0]) : NULL;
    if (buf == NULL)
        return SBI_ERR_INVALID_PARAM;
    if (run->riscv_sbi.function_id == DBCN_WRITE) {
        console_write(buf, a[0]);
        *value = a[0];
    } else {
        ssize_t n = console_read(buf, a[0]);
        *value = n > 0 ? (unsigned long)n : 0;
    }
    return 0;
}

void sbi_exit(const struct guest *g, struct kvm_run *run)
{
    unsigned long value = 0;
    long error = SBI_ERR_NOT_SUPPORTED;
    unsigned char in;
    char out;

    switch (run->riscv_sbi.extension_id) {
    case SBI_PUTCHAR:
        out = (char)run->riscv_sbi.args[0];
        console_write(&out, 1);
        error = 0;
        break;
    case SBI_GETCHAR:
        error = console_read(&in, 1) == 1 ? in : -1;
        break;
    case SBI_DBCN:
        error = dbcn(g, run, &value);
        break;
    default:
        break;
    }
    run->riscv_sbi.ret[0] = (unsigned long)error;
    run->riscv_sbi.ret[1] = value;
}
