/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/sha256.h"

#include <mbedtls/sha256.h>
#include <string.h>

void sha256(const void *data, size_t size, uint8_t digest[SHA256_SIZE])
{
    (void)!mbedtls_sha256(data, size, digest, 0); /* fails only for another last argument */
}
