/* SPDX-License-Identifier: BSD-2-Clause */
/* What is built of Mbed TLS: SHA-256 alone, without allocation and without a clock. */
#define MBEDTLS_SHA256_C
