/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Debug Console Extension". */
#include "drv/drv.h"
#include "lib/log.h"
#include "sbi/ext.h"

#define WRITE_MAX 256 /* bytes a call, so that a slow UART doesn't keep the hart in M for long */

bool dbcn_present(void)
{
    return drivers.console != NULL;
}

static uint64_t console_read(uint8_t *to, uint64_t max)
{
    uint64_t n = 0;

    while (n < max) {
        int c = drivers.console->get();
        if (c < 0) {
            break;
        }
        to[n++] = (uint8_t)c;
    }
    return n;
}

long dbcn_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    char byte = (char)a[0];
    void *memory;

    switch (fid) {
    case 0: /* sbi_debug_console_write */
    case 1: /* sbi_debug_console_read */
        memory = shared_memory(vh, a[1], a[2], a[0]);
        if (!memory) {
            return SBI_ERR_INVALID_PARAM;
        }
        if (fid == 1) {
            *value = console_read(memory, a[0]);
            return SBI_SUCCESS;
        }
        *value = min_u64(a[0], WRITE_MAX);
        log_bytes(memory, *value);
        return SBI_SUCCESS;
    case 2: /* sbi_debug_console_write_byte */
        log_bytes(&byte, 1);
        return SBI_SUCCESS;
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
