/* SPDX-License-Identifier: BSD-2-Clause */
/* fw_dynamic's block and the payload that it names: nothing is read outside of memory that there
 * is, and what is found lies in it. */
#include "input.h"

#include "boot/memory.h"
#include "boot/next.h"
#include "lib/log.h"

#define RAM_SIZE 0x4000

static void swallow(char c)
{
    (void)c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct place p = {0};
    struct next next;
    uint64_t info[6];
    uint8_t *ram = aligned_alloc(4096, RAM_SIZE); /* its ends are watched */

    log_open(swallow);
    memset(ram, 0, RAM_SIZE);
    for (unsigned i = 0; i < 6; i++) {
        info[i] = take_value(&in);
    }
    if (take_below(&in, 8)) {
        info[3] = 1;
    }
    unsigned at = take_below(&in, RAM_SIZE);
    if (take_below(&in, 8)) {
        info[2] = (uintptr_t)ram + at;
    }
    for (unsigned i = at; i < RAM_SIZE && in.left > 0; i++) {
        ram[i] = (uint8_t)take(&in, 1);
    }
    must(place_add_ram(&p, (uintptr_t)ram, RAM_SIZE) == 0);
    if (next_find(take_below(&in, 8) ? info : NULL, (uintptr_t)ram, &p, &next) == 0) {
        must(next.pc % 2 == 0 && next.pc != 0);
        must(next.image.size == 0 || place_is_ram(&p, next.image.base, next.image.size));
        must(next.image.base == next.pc);
    }
    free(ram);
    return 0;
}
