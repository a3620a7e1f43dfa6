// SPDX-License-Identifier: BSD-2-Clause
// Jobs of a guest with a virtio disk, whose drivers are modules in its /lib/modules.
#define _GNU_SOURCE
#include "l2init.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DISK  "/dev/vda"
#define CHUNK 65536l

static void module_load(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
        fail(path);
    close(fd);
}

// Loads the drivers; the disk must be there within n seconds.
void job_disk(long n)
{
    module_load("/lib/modules/virtio_mmio.ko");
    module_load("/lib/modules/virtio_blk.ko");
    for (long tenths = 0; access(DISK, R_OK) < 0; tenths++) {
        if (tenths == n * 10)
            fail(DISK);
        usleep(100000);
    }
}

// Reads the first n MiB, past the page cache. Each 4 KiB of the disk begin with their offset.
void job_blk(long n)
{
    uint64_t *chunk = aligned_alloc(4096, CHUNK);
    int fd = open(DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (fd < 0 || chunk == NULL)
        fail(DISK);
    for (long at = 0; at < n << 20; at += CHUNK) {
        if (read(fd, chunk, CHUNK) != CHUNK)
            fail("read of the disk");
        for (long i = 0; i < CHUNK; i += 4096) {
            if (chunk[i / 8] != (uint64_t)(at + i)) {
                errno = EILSEQ;
                fail("the disk's contents");
            }
        }
    }
    free(chunk);
    close(fd);
}
