// SPDX-License-Identifier: BSD-2-Clause
// A 16550 without an interrupt line, for guests told console=ttyS0: every access is an MMIO exit.
//
//  offset  read            write
//  0       RBR (DLL)       THR (DLL)     DLL, DLM while LCR.DLAB
//  1       IER (DLM)       IER (DLM)
//  2       IIR             FCR
//  3..7    LCR MCR LSR MSR SCR
#include "vmm.h"
#include <linux/kvm.h>
#include <string.h>

#define LCR_DLAB   0x80u
#define LSR_DR     0x01u
#define LSR_EMPTY  0x60u // THRE and TEMT
#define IIR_NONE   0x01u
#define IIR_THRI   0x02u
#define IIR_RDI    0x04u
#define IER_RDI    0x01u
#define IER_THRI   0x02u
#define IIR_FIFO   0xc0u
#define FCR_ENABLE 0x01u
#define MSR_READY  0xb0u // DCD, DSR, CTS

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };

static struct {
    uint8_t reg[8]; // what was written
    uint8_t dl[2];
    uint8_t rx;
    bool rx_full;
} uart;

// Linux polls a port without an interrupt line by timer, and goes by what IIR says.
static uint8_t iir(void)
{
    uint8_t fifo = (uart.reg[IIR] & FCR_ENABLE) != 0 ? IIR_FIFO : 0;
    uart.rx_full = uart.rx_full || console_read(&uart.rx, 1) == 1;
    if ((uart.reg[IER] & IER_RDI) != 0 && uart.rx_full)
        return fifo | IIR_RDI;
    if ((uart.reg[IER] & IER_THRI) != 0)
        return fifo | IIR_THRI;
    return fifo | IIR_NONE;
}

static uint8_t uart_read(unsigned r)
{
    if (r <= IER && (uart.reg[LCR] & LCR_DLAB) != 0)
        return uart.dl[r];
    switch (r) {
    case RBR:
        uart.rx_full = false;
        return uart.rx;
    case IIR:
        return iir();
    case LSR:
        uart.rx_full = uart.rx_full || console_read(&uart.rx, 1) == 1;
        return (uint8_t)(LSR_EMPTY | (uart.rx_full ? LSR_DR : 0));
    case MSR:
        return MSR_READY;
    default:
        return uart.reg[r];
    }
}

static void uart_write(unsigned r, uint8_t value)
{
    if (r <= IER && (uart.reg[LCR] & LCR_DLAB) != 0) {
        uart.dl[r] = value;
    } else if (r == RBR) {
        char c = (char)value;
        console_write(&c, 1);
    } else {
        uart.reg[r] = value;
    }
}

// The guest's own lock keeps two harts from using the port at once.
bool uart_exit(struct kvm_run *run)
{
    uint64_t addr = run->mmio.phys_addr;
    if (addr < UART_BASE || addr - UART_BASE >= sizeof(uart.reg) || run->mmio.len != 1)
        return false;
    unsigned r = (unsigned)(addr - UART_BASE);
    if (run->mmio.is_write)
        uart_write(r, run->mmio.data[0]);
    else
        run->mmio.data[0] = uart_read(r);
    return true;
}
