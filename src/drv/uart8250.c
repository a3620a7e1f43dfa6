/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 8250 and 16550: registers 0 THR/RBR, 5 LSR (bit 0 data ready, bit 5 THR empty), at reg-offset +
 * (n << reg-shift), reg-io-width bytes wide. Speed and format are left as the loader set them;
 * interrupts are the operating system's.
 */
#include "drv/driver.h"

#define RBR      0
#define IIR      2
#define LSR      5
#define LSR_DR   0x01
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define PATIENCE 1000000 /* then the character is lost, not the hart */

static struct {
    uintptr_t base;
    unsigned shift;
    unsigned width;
} uart;

#define READY_TRIES 1000000 /* longer than a character takes at the slowest */

static uint32_t reg_read(unsigned n)
{
    uintptr_t a = uart.base + ((uintptr_t)n << uart.shift);
    switch (uart.width) {
    case 1:
        return *(volatile uint8_t *)a;
    case 2:
        return *(volatile uint16_t *)a;
    default:
        return read32(a);
    }
}

static void reg_write(unsigned n, uint8_t v)
{
    uintptr_t a = uart.base + ((uintptr_t)n << uart.shift);
    switch (uart.width) {
    case 1:
        *(volatile uint8_t *)a = v;
        break;
    case 2:
        *(volatile uint16_t *)a = v;
        break;
    default:
        write32(a, v);
    }
}

static void put(char c)
{
    for (unsigned i = 0; i < PATIENCE && !(reg_read(LSR) & LSR_THRE); i++) {
    }
    reg_write(RBR, (uint8_t)c);
}

static int get(void)
{
    return reg_read(LSR) & LSR_DR ? (int)(reg_read(RBR) & 0xff) : -1;
}

static const struct console_ops ops = {.put = put, .get = get};

/* An optional cell. */
static int option(const void *fdt, int node, const char *name, uint32_t other, uint32_t *value)
{
    int err = tree_u32(fdt, node, name, value);
    if (err == ERR_MISSING) {
        *value = other;
        return 0;
    }
    return err;
}

static void use(uintptr_t base, unsigned shift, unsigned width)
{
    uart.base = base;
    uart.shift = shift;
    uart.width = width;
    drivers.console = &ops;
}

/* Does what is at `at` come to the point where it would take a character? Memory and other devices
 * don't. */
static bool takes_characters(uintptr_t at, unsigned shift, unsigned width)
{
    uint32_t lsr = 0;
    for (unsigned i = 0; i < READY_TRIES; i++) {
        if (!answers_read(at + ((uintptr_t)LSR << shift), width, &lsr) || (lsr & 0xff) == 0xff) {
            return false;
        }
        if (lsr & LSR_THRE) {
            return true;
        }
    }
    return false;
}

static int probe(const void *fdt, int node)
{
    struct tree_range reg;
    uint32_t shift, width, offset;
    int err = device_reg(fdt, node, 0, 1, 1, &reg);
    err = err != 0 ? err : option(fdt, node, "reg-shift", 0, &shift);
    err = err != 0 ? err : option(fdt, node, "reg-io-width", 1, &width);
    err = err != 0 ? err : option(fdt, node, "reg-offset", 0, &offset);
    if (err != 0) {
        return err;
    }
    if (shift > 3 || (width != 1 && width != 2 && width != 4) || offset % width != 0 ||
        (shift == 0 && width != 1)) {
        return tree_refuse(fdt, node, "reg-shift, reg-io-width, reg-offset", ERR_INVALID,
                           "no such UART");
    }
    if (reg.size < offset || reg.size - offset < (UINT64_C(6) << shift)) {
        return tree_refuse(fdt, node, "reg", ERR_RANGE, "too small for a UART");
    }
    if (!takes_characters(reg.base + offset, shift, width == 1 ? 1 : 4)) {
        return tree_refuse(fdt, node, "reg", ERR_MISSING, "no UART answers there");
    }
    use(reg.base + offset, shift, width);
    return 0;
}

/* At rest: nothing to send (LSR bits 5 and 6), no interrupt (IIR bit 0), nothing above. */
bool uart8250_guess(uintptr_t at, unsigned shift)
{
    uint32_t lsr, iir;
    unsigned width = shift == 0 ? 1 : 4;
    if (!answers_read(at + ((uintptr_t)LSR << shift), width, &lsr) ||
        !answers_read(at + ((uintptr_t)IIR << shift), width, &iir) ||
        (lsr & ~(uint32_t)LSR_DR) != (LSR_THRE | LSR_TEMT) || (iir & 0x3f) != 1) {
        return false;
    }
    use(at, shift, width);
    return true;
}

static const char *const compatible[] = {"ns16550a", "ns16550", "ns8250", "snps,dw-apb-uart", NULL};
const struct driver drv_uart8250 = {compatible, probe};
