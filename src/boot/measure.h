/* SPDX-License-Identifier: BSD-2-Clause */
/* The measured boot: SHA-256 of what runs next, said and written into the tree (docs/binding.md).
 */
#ifndef BOOT_MEASURE_H
#define BOOT_MEASURE_H

#include "lib/sha256.h"
#include "spec/mem.h"

#define MEASURE_MAX 3

struct measure {
    struct {
        const char *what; /* a node's name */
        struct mem_range range;
        uint8_t digest[SHA256_SIZE];
    } item[MEASURE_MAX];
    unsigned count;
};

/* How much larger the tree may become. */
#define MEASURE_ROOM 1024

/* Hashes the range, which can be read, and says what came out. size 0: nothing is done. */
void measure_add(struct measure *m, const char *what, struct mem_range range);

/* /chosen/hearth/measured, with a node for each; one that is there already is replaced. 0, or a
 * negative enum err with a line said. */
int measure_tree(void *fdt, const struct measure *m) must_check;

/* Has the range this digest? */
bool measure_is(struct mem_range range, const uint8_t digest[SHA256_SIZE]) must_check;

#endif
