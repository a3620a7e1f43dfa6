/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SiFive UART: 0x00 txdata (bit 31 full), 0x04 rxdata (bit 31 empty), 0x08 txctrl (bit 0 txen),
 * 0x0c rxctrl (bit 0 rxen). The divisor is left as the loader set it.
 */
#include "drv/driver.h"

#define TXDATA   0x00
#define RXDATA   0x04
#define TXCTRL   0x08
#define RXCTRL   0x0c
#define BUSY     BIT(31) /* txdata full, rxdata empty */
#define ENABLE   1
#define PATIENCE 1000000

static uintptr_t base;

static void put(char c)
{
    for (unsigned i = 0; i < PATIENCE && (read32(base + TXDATA) & BUSY); i++) {
    }
    write32(base + TXDATA, (uint8_t)c);
}

static int get(void)
{
    uint32_t v = read32(base + RXDATA);
    return v & BUSY ? -1 : (int)(v & 0xff);
}

static const struct console_ops ops = {.put = put, .get = get};

static void use(uintptr_t at)
{
    base = at;
    write32(base + TXCTRL, read32(base + TXCTRL) | ENABLE);
    write32(base + RXCTRL, read32(base + RXCTRL) | ENABLE);
    drivers.console = &ops;
}

static int probe(const void *fdt, int node)
{
    struct tree_range reg;
    int err = device_reg(fdt, node, 0, 0x1c, 4, &reg);
    if (err != 0) {
        return err;
    }
    err = answers(fdt, node, reg.base);
    if (err == 0) {
        use(reg.base);
    }
    return err;
}

/* At rest: not full, nothing received, and only the bits of txctrl that exist. */
bool uart_sifive_guess(uintptr_t at)
{
    uint32_t tx, rx, control;
    if (!answers_read(at + TXDATA, 4, &tx) || !answers_read(at + RXDATA, 4, &rx) ||
        !answers_read(at + TXCTRL, 4, &control) || tx != 0 || !(rx & BUSY) ||
        (control & ~UINT32_C(0x70003)) != 0) {
        return false;
    }
    use(at);
    return true;
}

static const char *const compatible[] = {"sifive,uart0", NULL};
const struct driver drv_uart_sifive = {compatible, probe};
