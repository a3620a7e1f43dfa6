/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual devices of a world with firmware, made of what the drivers found. */
#ifndef BOOT_DEVICES_H
#define BOOT_DEVICES_H

#include "core/world.h"

/* Sets w->bus. After drv_probe(), when it is known which harts the world has. What is wrong has
 * been said. */
int devices_make(struct world *w) must_check;

#endif
