/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4), by Mbed TLS. Pure. */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include "lib/bits.h"

#define SHA256_SIZE 32

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE]);

#endif
