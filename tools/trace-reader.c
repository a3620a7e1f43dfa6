// SPDX-License-Identifier: BSD-2-Clause
// Reads Hearth's trace where it stands (src/core/trace_area.h): on these harts through /dev/mem, or
// on an emulator's host in the file that is the machine's memory.
#define _GNU_SOURCE
#include "core/trace_area.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define AREA_PROPERTY "/proc/device-tree/chosen/hearth/trace-area"
#define HARTS_MAX     64

static struct {
    const char *ram; // NULL: /dev/mem
    uint64_t at, base;
    const char *json;
    double every; // seconds between tables; 0: one, at once
    pid_t until;  // the table goes on while this process lives; 0: for ever
    bool clear;   // the screen before each table
    bool by_instret;
} opt = {.base = 0x80000000};

static const uint8_t *area;
static struct trace_head head; // a copy, checked
static volatile sig_atomic_t stopped;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("trace: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    exit(1);
}

static uint64_t area_from_tree(void)
{
    uint64_t cell[2];
    FILE *f = fopen(AREA_PROPERTY, "rb");
    if (f == NULL || fread(cell, sizeof(cell), 1, f) != 1)
        die("no %s: Hearth was started without `trace` in /chosen/hearth", AREA_PROPERTY);
    fclose(f);
    return be64toh(cell[0]);
}

static const void *map(int fd, uint64_t offset, uint64_t size)
{
    const void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)offset);
    if (p == MAP_FAILED)
        die("can't map %" PRIu64 " bytes at %#" PRIx64 ": %s", size, offset, strerror(errno));
    return p;
}

static bool head_is_sound(const struct trace_head *h)
{
    return h->magic == TRACE_MAGIC && h->version == TRACE_VERSION && h->harts <= HARTS_MAX &&
           h->causes < TRACE_CAUSES && h->record_size == sizeof(struct trace_record) &&
           h->records != 0 && (h->records & (h->records - 1)) == 0 && h->records <= UINT32_MAX &&
           h->part_size <= UINT32_MAX && TRACE_RING + h->records * h->record_size <= h->part_size &&
           h->timebase != 0;
}

static void area_open(void)
{
    struct stat st;
    const char *path = opt.ram != NULL ? opt.ram : "/dev/mem";
    uint64_t offset = opt.ram != NULL ? opt.at - opt.base : area_from_tree();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        die("%s: %s", path, strerror(errno));
    if (opt.ram != NULL && offset + TRACE_HEAD_SIZE > (uint64_t)st.st_size)
        die("%s: ends before the trace", path);
    const struct trace_head *h = map(fd, offset, TRACE_HEAD_SIZE);
    memcpy(&head, h, sizeof(head));
    if (!head_is_sound(&head))
        die("%s: there is no trace at %#" PRIx64, path, offset);
    uint64_t size = TRACE_HEAD_SIZE + head.harts * head.part_size;
    if (opt.ram != NULL && offset + size > (uint64_t)st.st_size)
        die("%s: ends within the trace", path);
    area = map(fd, offset, size);
    for (unsigned i = 0; i <= head.causes; i++)
        head.name[i][TRACE_NAME - 1] = '\0';
}

static const struct trace_hart *part(unsigned hart)
{
    return (const void *)(area + TRACE_HEAD_SIZE + hart * head.part_size);
}

// The ring as it is now, oldest first; what is overwritten meanwhile is left out.
static uint64_t ring_copy(unsigned hart, struct trace_record *to)
{
    const struct trace_hart *t = part(hart);
    const struct trace_record *ring = (const void *)((const uint8_t *)t + TRACE_RING);
    uint64_t end = __atomic_load_n(&t->written, __ATOMIC_ACQUIRE);
    uint64_t first = end > head.records ? end - head.records : 0;
    for (uint64_t i = first; i < end; i++)
        to[i - first] = ring[i & (head.records - 1)];
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    uint64_t later = __atomic_load_n(&t->written, __ATOMIC_RELAXED);
    uint64_t safe = later + 1 > head.records ? later + 1 - head.records : 0;
    uint64_t lost = safe > first ? safe - first : 0;
    lost = lost > end - first ? end - first : lost;
    memmove(to, to + lost, (end - first - lost) * sizeof(*to));
    return end - first - lost;
}

// Instructions of the exits in the rings: a cause and how many, for their medians.
struct spent {
    uint32_t n;
    uint8_t cause;
};

static int by_cause_and_n(const void *a, const void *b)
{
    const struct spent *x = a;
    const struct spent *y = b;
    if (x->cause != y->cause)
        return x->cause < y->cause ? -1 : 1;
    return (x->n > y->n) - (x->n < y->n);
}

// By cause; where the rings have none, as it was.
static void medians(uint64_t *median)
{
    struct trace_record *r = calloc(head.records, sizeof(*r));
    struct spent *s = calloc(head.records * head.harts, sizeof(*s));
    uint64_t n = 0;
    if (r == NULL || s == NULL)
        die("no memory");
    for (unsigned hart = 0; hart < head.harts; hart++) {
        uint64_t records = ring_copy(hart, r);
        for (uint64_t i = 0; i < records; i++, n++)
            s[n] = (struct spent){r[i].spent, r[i].cause};
    }
    qsort(s, n, sizeof(*s), by_cause_and_n);
    for (uint64_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && s[to].cause == s[from].cause; to++)
            ;
        if (s[from].cause < TRACE_CAUSES)
            median[s[from].cause] = s[from + (to - from) / 2].n;
    }
    free(r);
    free(s);
}

// --- the table ---

struct sums {
    struct trace_sum sum[TRACE_CAUSES];
    struct trace_sum all;
};

static struct sums sums_take(void)
{
    struct sums s = {0};
    for (unsigned hart = 0; hart < head.harts; hart++) {
        for (unsigned i = 0; i <= head.causes; i++) {
            struct trace_sum one = *(const volatile struct trace_sum *)&part(hart)->sum[i];
            s.sum[i].count += one.count;
            s.sum[i].instructions += one.instructions;
            if (one.most > s.sum[i].most)
                s.sum[i].most = one.most;
            s.all.count += one.count;
            s.all.instructions += one.instructions;
            if (one.most > s.all.most)
                s.all.most = one.most;
        }
    }
    return s;
}

static void row(const char *name, const struct trace_sum *s, const struct trace_sum *before,
                uint64_t median, uint64_t all)
{
    printf("%-14s %12" PRIu64 " %12" PRIu64 " %15" PRIu64 " %9.1f %9" PRIu64 " %9" PRIu64
           " %6.1f%%\n",
           name, s->count, s->count - before->count, s->instructions,
           s->count != 0 ? (double)s->instructions / (double)s->count : 0, s->most, median,
           all != 0 ? 100 * (double)s->instructions / (double)all : 0);
}

static struct sums *ordered; // for qsort
static int by_instructions(const void *a, const void *b)
{
    const struct trace_sum *x = &ordered->sum[*(const unsigned *)a];
    const struct trace_sum *y = &ordered->sum[*(const unsigned *)b];
    return (x->instructions < y->instructions) - (x->instructions > y->instructions);
}

static void table(struct sums *s, const struct sums *before)
{
    unsigned order[TRACE_CAUSES];
    uint64_t median[TRACE_CAUSES] = {0};
    medians(median);
    if (opt.clear)
        fputs("\033[H\033[J", stdout);
    printf("%-14s %12s %12s %15s %9s %9s %9s %7s\n", "cause", "exits", "since last", "instructions",
           "each", "most", "median", "share");
    for (unsigned i = 0; i <= head.causes; i++)
        order[i] = i;
    ordered = s;
    qsort(order, head.causes + 1, sizeof(order[0]), by_instructions);
    for (unsigned k = 0; k <= head.causes; k++)
        if (s->sum[order[k]].count != 0)
            row(head.name[order[k]], &s->sum[order[k]], &before->sum[order[k]], median[order[k]],
                s->all.instructions);
    row("all", &s->all, &before->all, 0, s->all.instructions);
    fflush(stdout);
}

static void on_signal(int sig)
{
    (void)sig;
    stopped = 1;
}

static void tables(void)
{
    struct sums before = {0};
    struct timespec pause = {.tv_sec = (time_t)opt.every,
                             .tv_nsec = (long)((opt.every - (double)(time_t)opt.every) * 1e9)};
    for (;;) {
        struct sums now = sums_take();
        table(&now, &before);
        before = now;
        if (opt.every <= 0 || stopped || (opt.until != 0 && kill(opt.until, 0) < 0))
            return;
        nanosleep(&pause, NULL);
    }
}

// --- the file: Chrome's trace events, one complete ("X") event an exit and a stay in the guest ---

static const char *mode_name(unsigned mode)
{
    static const char *const name[8] = {"U", "HS", "?", "M", "VU", "VS", "?", "?"};
    return name[mode & 7];
}

// Nanoseconds at which the exit begins. By time, whose steps are coarse, none begins before the
// last one has ended.
static uint64_t begins(const struct trace_record *r, uint64_t last_end)
{
    if (opt.by_instret)
        return r->instret;
    uint64_t ns = (uint64_t)((double)r->time * 1e9 / (double)head.timebase);
    ns = ns > r->spent ? ns - r->spent : 0;
    return ns > last_end ? ns : last_end;
}

static void event(FILE *f, const char *name, const char *kind, unsigned hart, uint64_t from,
                  uint64_t length)
{
    fprintf(f,
            ",\n{\"name\":\"%s\",\"cat\":\"%s\",\"ph\":\"X\",\"pid\":0,\"tid\":%u,\"ts\":%" PRIu64
            ".%03u,\"dur\":%" PRIu64 ".%03u",
            name, kind, hart, from / 1000, (unsigned)(from % 1000), length / 1000,
            (unsigned)(length % 1000));
}

static void exit_event(FILE *f, unsigned hart, const struct trace_record *r, uint64_t from)
{
    unsigned cause = r->cause <= head.causes ? r->cause : head.causes;
    event(f, head.name[cause], "exit", hart, from, r->spent);
    fprintf(f,
            ",\"args\":{\"instructions\":%" PRIu32 ",\"pc\":\"0x%" PRIx64
            "\",\"from\":\"%s\",\"to\":\"%s\",\"%s\":%u,\"instret\":%" PRIu64 ",\"time\":%" PRIu64
            "}}",
            r->spent, r->pc, mode_name(r->from), mode_name(r->to),
            r->mcause & 0x80 ? "interrupt" : "exception", r->mcause & 0x7f, r->instret, r->time);
}

static void hart_events(FILE *f, unsigned hart, struct trace_record *r)
{
    uint64_t n = ring_copy(hart, r);
    uint64_t last_end = 0;
    fprintf(f,
            "%s\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":0,\"tid\":%u,"
            "\"args\":{\"name\":\"hart %" PRIu64 "\"}}",
            hart == 0 ? "" : ",", hart, part(hart)->hartid);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t from = begins(&r[i], last_end);
        if (i != 0 && from > last_end)
            event(f, mode_name(r[i - 1].to), "guest", hart, last_end, from - last_end),
                fputc('}', f);
        exit_event(f, hart, &r[i], from);
        last_end = from + r[i].spent;
    }
}

static void json_write(const char *path)
{
    FILE *f = fopen(path, "w");
    struct trace_record *r = calloc(head.records, sizeof(*r));
    if (f == NULL || r == NULL)
        die("%s: %s", path, strerror(errno));
    fputs(
        "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"exit\":\"1 ns an instruction\"},"
        "\"traceEvents\":[",
        f);
    for (unsigned hart = 0; hart < head.harts; hart++)
        hart_events(f, hart, r);
    fputs("\n]}\n", f);
    if (fclose(f) != 0)
        die("%s: %s", path, strerror(errno));
    free(r);
}

static const char usage_text[] =
    "usage: hearth-trace [--live [S]] [--json FILE] [--ram FILE --at ADDRESS]\n"
    "A table of Hearth's exits by cause, since tracing began, with the instructions spent in each\n"
    "(median: of the last ones)\n"
    "  --live [S]      again every S seconds (1), until interrupted\n"
    "  --clear         and clear the screen before each\n"
    "  --until PID     or until that process has ended\n"
    "  --json FILE     then the last exits of each hart as Chrome's trace events (Perfetto)\n"
    "  --instret       their time is instructions, not the time CSR's\n"
    "  --ram FILE      the machine's memory, instead of /dev/mem; begins at --base (0x80000000)\n"
    "  --at ADDRESS    where the trace is (\"hearth: trace at\"), instead of the device tree's "
    "word\n";

static const struct option options[] = {
    {"live", optional_argument, NULL, 'l'},  {"clear", no_argument, NULL, 'c'},
    {"until", required_argument, NULL, 'u'}, {"json", required_argument, NULL, 'j'},
    {"instret", no_argument, NULL, 'i'},     {"ram", required_argument, NULL, 'r'},
    {"base", required_argument, NULL, 'b'},  {"at", required_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},        {0},
};

static void option(int c)
{
    switch (c) {
    case 'l':
        opt.every = optarg != NULL ? atof(optarg) : 1;
        break;
    case 'c':
        opt.clear = true;
        break;
    case 'u':
        opt.until = (pid_t)atol(optarg);
        break;
    case 'j':
        opt.json = optarg;
        break;
    case 'i':
        opt.by_instret = true;
        break;
    case 'r':
        opt.ram = optarg;
        break;
    case 'b':
        opt.base = strtoull(optarg, NULL, 0);
        break;
    case 'a':
        opt.at = strtoull(optarg, NULL, 0);
        break;
    default:
        fputs(usage_text, c == 'h' ? stdout : stderr);
        exit(c == 'h' ? 0 : 2);
    }
}

int main(int argc, char **argv)
{
    int c;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        option(c);
    if (optind != argc || (opt.ram != NULL && opt.at == 0))
        option('?');
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    area_open();
    tables();
    if (opt.json != NULL)
        json_write(opt.json);
    return 0;
}
