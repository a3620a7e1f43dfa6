/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware goes to where it runs. */
#ifndef BOOT_LOAD_H
#define BOOT_LOAD_H

#include "boot/firmware.h"
#include "core/world.h"

/* The block's size in memory, whole pages, and how much room firmware may want behind its device
 * tree, which it changes where it is. */
#define LOAD_INFO_SIZE 0x1000
#define LOAD_TREE_ROOM 0x10000

/*
 * Copies the firmware's file to its load address, zeros what is behind it up to asked->size, writes
 * fw_dynamic's block at `info`, and fills in fw. All that is read is gone afterwards. Every hart
 * that is going to run it needs a fence.i.
 */
void load_firmware(const struct firmware_asked *asked, const struct next *next, uint64_t boot_hart,
                   uint64_t info, uint64_t fdt, struct firmware *fw);

#endif
