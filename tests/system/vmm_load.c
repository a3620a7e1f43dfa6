// SPDX-License-Identifier: BSD-2-Clause
// Guest RAM, and what is loaded into it.
#define _GNU_SOURCE
#include "vmm.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DTB_ROOM        0x10000ul
#define IMAGE_MAGIC     0x05435352u // "RSC\x05" at offset 56 of a RISC-V Image
#define IMAGE_MAGIC_OFF 56
#define IMAGE_SIZE_OFF  16

void *guest_ptr(const struct guest *g, uint64_t gpa, uint64_t len)
{
    if (gpa < RAM_BASE || len > g->size || gpa - RAM_BASE > g->size - len)
        return NULL;
    return g->ram + (gpa - RAM_BASE);
}

// Maps RAM at a multiple of 2 MiB, so that guest and host huge pages coincide.
void guest_map(struct guest *g, const struct options *o)
{
    size_t len = o->mem + SIZE_2MIB;
    uint8_t *p =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        die_errno("cannot map %zu bytes of guest RAM", len);
    g->ram = (uint8_t *)(((uintptr_t)p + SIZE_2MIB - 1) & ~(SIZE_2MIB - 1));
    g->size = o->mem;
    if (o->thp != THP_DEFAULT)
        (void)madvise(g->ram, g->size, o->thp == THP_ALWAYS ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

static int file_open(const char *path, uint64_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        die_errno("cannot open %s", path);
    *size = (uint64_t)st.st_size;
    return fd;
}

static void file_read(const struct guest *g, const char *path, int fd, uint64_t gpa, uint64_t size)
{
    uint8_t *to = guest_ptr(g, gpa, size);
    if (to == NULL)
        die("%s (%llu bytes) does not fit into guest RAM", path, (unsigned long long)size);
    for (uint64_t done = 0; done < size;) {
        ssize_t n = read(fd, to + done, size - done);
        if (n <= 0)
            die_errno("cannot read %s", path);
        done += (uint64_t)n;
    }
    close(fd);
}

// Returns the end of what the kernel uses, its BSS included.
static uint64_t kernel_load(const struct guest *g, const char *path)
{
    uint64_t size;
    uint64_t footprint;
    uint32_t magic;
    int fd = file_open(path, &size);
    file_read(g, path, fd, LOAD_BASE, size);
    const uint8_t *head = guest_ptr(g, LOAD_BASE, 64);
    memcpy(&magic, head + IMAGE_MAGIC_OFF, sizeof(magic));
    memcpy(&footprint, head + IMAGE_SIZE_OFF, sizeof(footprint));
    if (size < 64 || magic != IMAGE_MAGIC)
        die("%s is not a RISC-V Linux Image", path);
    return LOAD_BASE + (footprint > size ? footprint : size);
}

static uint64_t bare_load(const struct guest *g, const char *path)
{
    uint64_t size;
    int fd = file_open(path, &size);
    file_read(g, path, fd, LOAD_BASE, size);
    return LOAD_BASE + size;
}

// Kernel at +2 MiB, initrd at the end of RAM, the device tree in the 2 MiB below it.
void guest_load(struct guest *g, const struct options *o)
{
    uint64_t used = o->bare != NULL ? bare_load(g, o->bare) : kernel_load(g, o->kernel);
    uint64_t top = RAM_BASE + g->size;
    if (o->initrd != NULL) {
        uint64_t size;
        int fd = file_open(o->initrd, &size);
        if (size > g->size / 2)
            die("%s does not fit into guest RAM", o->initrd);
        g->initrd_start = (top - size) & ~0xffful;
        g->initrd_end = g->initrd_start + size;
        file_read(g, o->initrd, fd, g->initrd_start, size);
        top = g->initrd_start;
    }
    g->dtb = (top - DTB_ROOM) & ~(SIZE_2MIB - 1);
    if (g->dtb < used)
        die("too little guest RAM: kernel, initrd and device tree overlap");
}
