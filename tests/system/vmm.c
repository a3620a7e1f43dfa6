// SPDX-License-Identifier: BSD-2-Clause
// vmm: options, the virtual machine, and one thread per vCPU.
#define _GNU_SOURCE
#include "vmm.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define REG_CORE(i) (KVM_REG_RISCV | KVM_REG_SIZE_U64 | KVM_REG_RISCV_CORE | (i))
#define CORE_PC     0u
#define CORE_A0     10u
#define CORE_A1     11u
// KVM_REG_RISCV_SBI_EXT | KVM_REG_RISCV_SBI_SINGLE | KVM_RISCV_SBI_EXT_DBCN (Linux 6.8)
#define REG_SBI_DBCN    (KVM_REG_RISCV | KVM_REG_SIZE_U64 | (0x08u << 24) | 9u)
#define STATUS_RESET    3
#define STATUS_TIMEOUT  124
#define DEFAULT_MEM_MIB 256
#define DEFAULT_APPEND  ""

static struct guest guest;
static struct options opt = {.mem = DEFAULT_MEM_MIB << 20, .cpus = 1, .append = DEFAULT_APPEND};
static int vcpu_fd[MAX_VCPUS];
static pthread_t vcpu_thread[MAX_VCPUS];
static size_t run_size;

static void complain(const char *why, const char *fmt, va_list ap)
{
    fflush(stdout);
    fputs("vmm: ", stderr);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "%s%s\n", why != NULL ? ": " : "", why != NULL ? why : "");
}

void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    complain(NULL, fmt, ap);
    va_end(ap);
    _exit(1);
}

void die_errno(const char *fmt, ...)
{
    const char *why = strerror(errno);
    va_list ap;
    va_start(ap, fmt);
    complain(why, fmt, ap);
    va_end(ap);
    _exit(1);
}

// Ends the VMM from any thread; the other vCPUs are stopped by the kernel.
__attribute__((noreturn)) static void finish(int status)
{
    if (opt.count)
        count_report("end", exit_total);
    fflush(stdout);
    _exit(status);
}

static void system_event(const struct kvm_run *run)
{
    switch (run->system_event.type) {
    case KVM_SYSTEM_EVENT_SHUTDOWN:
        finish(0);
    case KVM_SYSTEM_EVENT_RESET:
        fprintf(stderr, "vmm: the guest asked for a reset\n");
        finish(STATUS_RESET);
    default:
        die("system event %u from the guest", run->system_event.type);
    }
}

static void exit_handle(unsigned id, struct kvm_run *run)
{
    switch (run->exit_reason) {
    case KVM_EXIT_RISCV_SBI:
        sbi_exit(&guest, run);
        break;
    case KVM_EXIT_SYSTEM_EVENT:
        system_event(run);
        break;
    case KVM_EXIT_INTR:
        break;
    case KVM_EXIT_MMIO:
        if (opt.uart && uart_exit(run))
            break;
        die("vCPU %u: %s of %u bytes at guest-physical 0x%llx, where nothing is", id,
            run->mmio.is_write ? "store" : "load", run->mmio.len,
            (unsigned long long)run->mmio.phys_addr);
    default:
        die("vCPU %u: unexpected exit %u", id, run->exit_reason);
    }
}

static void pin(pthread_t thread, unsigned cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &set);
    pthread_setaffinity_np(thread, sizeof(set), &set);
}

static void *vcpu_run(void *arg)
{
    unsigned id = (unsigned)(uintptr_t)arg;
    struct kvm_run *run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu_fd[id], 0);
    if (run == MAP_FAILED)
        die_errno("cannot map vCPU %u", id);
    if (opt.pin)
        pin(pthread_self(), id);
    for (;;) {
        if (ioctl(vcpu_fd[id], KVM_RUN, 0) < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            die_errno("vCPU %u: KVM_RUN", id);
        }
        exit_total++;
        exit_handle(id, run);
    }
}

static int vm_create(int kvm)
{
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    if (vm < 0)
        die_errno("KVM_CREATE_VM");
    struct kvm_userspace_memory_region ram = {
        .guest_phys_addr = RAM_BASE,
        .memory_size = guest.size,
        .userspace_addr = (uintptr_t)guest.ram,
    };
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &ram) < 0)
        die_errno("KVM_SET_USER_MEMORY_REGION");
    return vm;
}

// KVM starts vCPU 0 and leaves the others stopped until the guest's HSM call.
static void vcpu_create(int vm, unsigned id)
{
    int fd = ioctl(vm, KVM_CREATE_VCPU, (unsigned long)id);
    if (fd < 0)
        die_errno("KVM_CREATE_VCPU %u", id);
    vcpu_fd[id] = fd;
    isa_drop(fd, opt.drop);
    (void)!reg_set(fd, REG_SBI_DBCN, 1); // before Linux 6.8: only the legacy console
    if (id != 0)
        return;
    if (reg_set(fd, REG_CORE(CORE_PC), LOAD_BASE) < 0 || reg_set(fd, REG_CORE(CORE_A0), id) < 0 ||
        reg_set(fd, REG_CORE(CORE_A1), guest.dtb) < 0)
        die_errno("cannot set the registers of vCPU 0");
}

static void vm_setup(void)
{
    struct hart_isa isa;
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0)
        die_errno("cannot open /dev/kvm");
    if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        die("KVM's API version is not %d", KVM_API_VERSION);
    run_size = (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    guest_map(&guest, &opt);
    int vm = vm_create(kvm);
    guest_load(&guest, &opt);
    for (unsigned id = 0; id < opt.cpus; id++)
        vcpu_create(vm, id);
    isa_read(vcpu_fd[0], &isa);
    dt_write(&guest, &opt, &isa);
}

static void on_alarm(int sig)
{
    static const char text[] = "vmm: the guest did not end in time\n";
    (void)sig;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(STATUS_TIMEOUT);
}

// Moves every vCPU thread to the next hart, again and again: KVM's vcpu_load and vcpu_put.
__attribute__((noreturn)) static void migrate_forever(void)
{
    for (unsigned step = 0;; step++) {
        usleep(opt.migrate * 1000);
        for (unsigned id = 0; id < opt.cpus; id++)
            pin(vcpu_thread[id], id + step);
    }
}

static const char usage_text[] =
    "usage: vmm (--kernel IMAGE | --bare FILE) [options]\n"
    "  --initrd CPIO  --append TEXT  --mem MIB (256)  --cpus N (1)\n"
    "  --thp always|never   huge pages for guest RAM (the kernel's default otherwise)\n"
    "  --drop EXT[,EXT]     extensions hidden from the guest\n"
    "  --uart               a 16550 at 0x10000000 besides the SBI console, for console=ttyS0\n"
    "  --no-seed            no rng-seed in the device tree\n"
    "  --pin                vCPU n stays on hart n\n"
    "  --migrate MS         move the vCPUs between harts every MS milliseconds\n"
    "  --timeout S          give up after S seconds, with status 124\n"
    "  --count              instructions and time at the start, at every guest line that holds\n"
    "                       \"HEARTH-L2: \", and at the end\n"
    "Guest RAM is at 0x80000000; FILE is entered at 0x80200000 in VS-mode, a0 hart, a1 tree.\n"
    "Status: 0 the guest powered off, 3 it asked for a reset, 1 anything else.\n";

__attribute__((noreturn)) static void usage(int status)
{
    fputs(usage_text, status == 0 ? stdout : stderr);
    exit(status);
}

static unsigned long number(const char *s, unsigned long min, unsigned long max)
{
    char *rest;
    unsigned long n = strtoul(s, &rest, 0);
    if (*s == '\0' || *rest != '\0' || n < min || n > max) {
        fprintf(stderr, "vmm: %s is not a number from %lu to %lu\n", s, min, max);
        exit(2);
    }
    return n;
}

static enum thp thp_parse(const char *s)
{
    if (strcmp(s, "always") == 0)
        return THP_ALWAYS;
    if (strcmp(s, "never") == 0)
        return THP_NEVER;
    usage(2);
}

static void option(int c, const char *arg)
{
    switch (c) {
    case 'k':
        opt.kernel = arg;
        break;
    case 'i':
        opt.initrd = arg;
        break;
    case 'a':
        opt.append = arg;
        break;
    case 'b':
        opt.bare = arg;
        break;
    case 'd':
        opt.drop = arg;
        break;
    case 'm':
        opt.mem = number(arg, 4, 1ul << 20) << 20;
        break;
    case 'c':
        opt.cpus = (unsigned)number(arg, 1, MAX_VCPUS);
        break;
    case 't':
        opt.timeout = (unsigned)number(arg, 0, 86400);
        break;
    case 'g':
        opt.migrate = (unsigned)number(arg, 1, 10000);
        break;
    case 'T':
        opt.thp = thp_parse(arg);
        break;
    case 'n':
        opt.no_seed = true;
        break;
    case 'u':
        opt.uart = true;
        break;
    case 'p':
        opt.pin = true;
        break;
    case 'C':
        opt.count = true;
        break;
    default:
        usage(c == 'h' ? 0 : 2);
    }
}

static const struct option long_options[] = {
    {"kernel", required_argument, NULL, 'k'},  {"initrd", required_argument, NULL, 'i'},
    {"append", required_argument, NULL, 'a'},  {"bare", required_argument, NULL, 'b'},
    {"drop", required_argument, NULL, 'd'},    {"mem", required_argument, NULL, 'm'},
    {"cpus", required_argument, NULL, 'c'},    {"timeout", required_argument, NULL, 't'},
    {"migrate", required_argument, NULL, 'g'}, {"thp", required_argument, NULL, 'T'},
    {"no-seed", no_argument, NULL, 'n'},       {"uart", no_argument, NULL, 'u'},
    {"pin", no_argument, NULL, 'p'},           {"count", no_argument, NULL, 'C'},
    {"help", no_argument, NULL, 'h'},          {0},
};

int main(int argc, char **argv)
{
    int c;
    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        option(c, optarg);
    if (optind != argc || (opt.kernel == NULL) == (opt.bare == NULL))
        usage(2);
    console_init(opt.count);
    if (opt.count)
        count_start();
    vm_setup();
    if (opt.timeout != 0) {
        signal(SIGALRM, on_alarm);
        alarm(opt.timeout);
    }
    for (unsigned id = 0; id < opt.cpus; id++) {
        errno = pthread_create(&vcpu_thread[id], NULL, vcpu_run, (void *)(uintptr_t)id);
        if (errno != 0)
            die_errno("cannot start the thread of vCPU %u", id);
    }
    if (opt.migrate != 0)
        migrate_forever();
    for (unsigned id = 0; id < opt.cpus; id++)
        pthread_join(vcpu_thread[id], NULL);
    return 1; // vcpu_run never returns
}
