/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drivers over memory that stands in for registers. Sources: ACLINT 1.0-rc4, PLIC 1.0.0, AIA 1.0
 * chapter 4 (sourcecfg, smsiaddrcfg), bindings sifive,clint.yaml, sifive,plic-1.0.0.yaml,
 * riscv,aplic.yaml, syscon-reboot.yaml, gpio-restart.yaml, 8250.yaml.
 */
#include "drv/driver.h"

#include "spec/hart.h"
#include "tree_fixture.h"

static struct tree t;
static uint32_t registers[0x400000 / 4] __attribute__((aligned(0x10000)));

/* On the machine, answers.S. */
static bool there = true;
bool answers_read(uintptr_t at, unsigned width, uint32_t *value)
{
    *value = width == 1 ? *(uint8_t *)at : *(uint32_t *)at;
    return there;
}

static bool line;
bool external_line(void)
{
    return line;
}

static uint32_t *reg(uint64_t offset)
{
    return &registers[offset / 4];
}

static void set_reg(const char *path, uint64_t offset, uint64_t size)
{
    uint64_t base = (uintptr_t)registers + offset;
    tree_set_cells(&t, path, "reg", (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                   (uint32_t)size);
}

/* A tree with a node for the device, directly below the root. */
static void device(const char *compatible, uint64_t size)
{
    memset(registers, 0, sizeof(registers));
    memset(&drivers, 0, sizeof(drivers));
    there = true;
    tree_make(&t);
    tree_add(&t, "/", "device");
    tree_set_string(&t, "/device", "compatible", compatible);
    set_reg("/device", 0, size);
}

static int probe(const struct driver *d)
{
    return d->probe(t.blob, tree_node(&t, "/device"));
}

static void refused(const struct driver *d, const char *property)
{
    said_clear();
    assert_true(probe(d) < 0);
    assert_said("/device", property);
}

static void clint_registers_follow_the_tree(void **state)
{
    (void)state;
    device("sifive,clint0", 0x10000);
    tree_set_cells(&t, "/device", "interrupts-extended", 12, 3, 12, 7, 10, 3, 10, 7, 11, 3, 11, 7);
    assert_int_equal(probe(&drv_clint), 0);
    drivers.ipi->send(1); /* third of the list */
    assert_int_equal(*reg(8), 1);
    drivers.ipi->send(2);
    assert_int_equal(*reg(0), 1);
    drivers.ipi->clear(1);
    assert_int_equal(*reg(8), 0);
    drivers.timer->set(1, 0x123456789abcdef0);
    assert_int_equal(*reg(0x4010), 0x9abcdef0);
    assert_int_equal(*reg(0x4014), 0x12345678);
    *reg(0xbff8) = 5;
    *reg(0xbffc) = 1;
    assert_int_equal(drivers.timer->time(), 0x100000005);
    memset(registers, 0, 0x10000);
    drivers.ipi->send(64); /* shares a slot with hart 0 */
    drivers.ipi->send(7);
    drivers.timer->set(7, 1);
    for (unsigned i = 0; i < 0x10000; i += 4) {
        assert_int_equal(*reg(i), 0);
    }
    assert_int_equal(drivers.ipi->irq, IRQ_MSI);
    assert_int_equal(drivers.closed_count, 1);
    assert_int_equal(drivers.closed[0].base, (uintptr_t)registers);
    assert_int_equal(drivers.closed[0].size, 0x10000);
}

static void clint_refused(void **state)
{
    (void)state;
    device("sifive,clint0", 0xbfff);
    refused(&drv_clint, "reg");
    device("sifive,clint0", 0x10000);
    refused(&drv_clint, "interrupts-extended");
    tree_set_cells(&t, "/device", "interrupts-extended", 77, 3, 77, 7);
    refused(&drv_clint, "interrupts-extended");
    there = false;
    refused(&drv_clint, "nothing answers");
    tree_drop(&t, "/device", "reg");
    refused(&drv_clint, "reg");
    device("riscv,aclint-mswi", 4); /* two harts, one register */
    tree_set_cells(&t, "/device", "interrupts-extended", 12, 3, 11, 3);
    refused(&drv_aclint_mswi, "reg");
}

static void mtimer_has_two_regions(void **state)
{
    uint64_t time = (uintptr_t)registers + 0xbff8, compare = (uintptr_t)registers + 0x4000;
    (void)state;
    device("riscv,aclint-mtimer", 0x10);
    tree_set_cells(&t, "/device", "interrupts-extended", 11, 7, 12, 7);
    refused(&drv_aclint_mtimer, "reg");
    tree_set_cells(&t, "/device", "reg", (uint32_t)(time >> 32), (uint32_t)time, 0, 8,
                   (uint32_t)(compare >> 32), (uint32_t)compare, 0, 0x7ff8);
    assert_int_equal(probe(&drv_aclint_mtimer), 0);
    drivers.timer->set(2, 9);
    assert_int_equal(*reg(0x4008), 9);
    *reg(0xbff8) = 3;
    assert_int_equal(drivers.timer->time(), 3);
}

/* Contexts: 0 hart 0 M; 1, 2 hart 1 M, S; 3, 4 hart 2 M, S. */
#define ENABLE(c)    reg(0x2000 + 0x80 * (uint64_t)(c))
#define THRESHOLD(c) reg(0x200000 + 0x1000 * (uint64_t)(c))

static void plic(void)
{
    device("sifive,plic-1.0.0", 0x400000);
    tree_set_cells(&t, "/device", "riscv,ndev", 95);
    tree_set_cells(&t, "/device", "interrupts-extended", 10, 11, 11, 11, 11, 9, 12, 11, 12, 9);
}

static void plic_starts_closed(void **state)
{
    (void)state;
    plic();
    memset(registers, 0xa5, sizeof(registers));
    assert_int_equal(probe(&drv_plic), 0);
    for (unsigned c = 0; c < 5; c++) {
        assert_int_equal(ENABLE(c)[0] | ENABLE(c)[1] | ENABLE(c)[2], 0);
        assert_int_equal(ENABLE(c)[3], 0xa5a5a5a5); /* beyond the sources */
        assert_int_equal(*THRESHOLD(c), UINT32_MAX);
    }
    assert_int_equal(*reg(4), 0);
    assert_int_equal(*reg(4 * 95), 0);
    assert_int_equal(*reg(4 * 96), 0xa5a5a5a5);
}

static void plic_capture_and_release(void **state)
{
    (void)state;
    plic();
    assert_int_equal(probe(&drv_plic), 0);
    ENABLE(2)[0] = 0x400;
    ENABLE(2)[2] = 0x80000000;
    *THRESHOLD(2) = 3;
    ENABLE(4)[0] = 0xffff;
    *THRESHOLD(4) = 0;

    external_capture(external_of(1));
    assert_int_equal(ENABLE(1)[0], 0x400); /* M sees what S would */
    assert_int_equal(ENABLE(1)[2], 0x80000000);
    assert_int_equal(*THRESHOLD(1), 3);
    assert_int_equal(*THRESHOLD(2), UINT32_MAX); /* and S nothing */
    assert_int_equal(ENABLE(2)[0], 0x400);
    assert_int_equal(ENABLE(3)[0], 0); /* the other hart is as it was */
    assert_int_equal(*THRESHOLD(4), 0);

    ENABLE(2)[0] = 0x800; /* another hart moves an interrupt meanwhile */
    external_capture(external_of(1));
    assert_int_equal(ENABLE(1)[0], 0x800);
    assert_int_equal(*THRESHOLD(1), 3);

    external_release(external_of(1));
    assert_int_equal(*THRESHOLD(1), UINT32_MAX);
    assert_int_equal(*THRESHOLD(2), 3);
    external_release(external_of(1));
    assert_int_equal(*THRESHOLD(2), 3);

    *THRESHOLD(2) = 5; /* HS writes; then the next guest */
    external_capture(external_of(1));
    assert_int_equal(*THRESHOLD(1), 5);
    external_release(external_of(1));
    assert_int_equal(*THRESHOLD(2), 5);
}

static void plic_hart_without_s_context(void **state)
{
    (void)state;
    plic();
    assert_int_equal(probe(&drv_plic), 0);
    *THRESHOLD(0) = 1;
    external_capture(external_of(0));
    external_release(external_of(0));
    assert_null(external_of(99));
    assert_int_equal(*THRESHOLD(0), 1);
}

static void plic_refused(void **state)
{
    (void)state;
    plic();
    tree_set_cells(&t, "/device", "riscv,ndev", 1024);
    refused(&drv_plic, "riscv,ndev");
    tree_drop(&t, "/device", "riscv,ndev");
    refused(&drv_plic, "riscv,ndev");
    plic();
    set_reg("/device", 0, 0x203000); /* three contexts' worth of thresholds */
    refused(&drv_plic, "reg");
    plic();
    set_reg("/device", 4, 0x3ff000);
    refused(&drv_plic, "reg");
}

/* M-level domain /device sends to M-level IMSIC 50; its child 60 to S-level IMSIC 51, two harts,
 * one guest file each. */
static void aplic(void)
{
    device("riscv,aplic", 0x8000);
    tree_set_cells(&t, "/device", "riscv,num-sources", 96);
    tree_set_cells(&t, "/device", "msi-parent", 50);
    tree_set_cells(&t, "/device", "riscv,children", 60);
    tree_set_cells(&t, "/device", "riscv,delegation", 60, 1, 96);
    tree_add(&t, "/", "child");
    tree_set_cells(&t, "/child", "phandle", 60);
    tree_set_cells(&t, "/child", "msi-parent", 51);
    tree_add(&t, "/", "imsic-m");
    tree_set_cells(&t, "/imsic-m", "phandle", 50);
    tree_set_cells(&t, "/imsic-m", "interrupts-extended", 11, 11, 12, 11);
    tree_set_cells(&t, "/imsic-m", "reg", 0, 0x24000000, 0, 0x2000);
    tree_add(&t, "/", "imsic-s");
    tree_set_cells(&t, "/imsic-s", "phandle", 51);
    tree_set_cells(&t, "/imsic-s", "interrupts-extended", 11, 9, 12, 9);
    tree_set_cells(&t, "/imsic-s", "reg", 0, 0x28000000, 0, 0x4000);
    tree_set_cells(&t, "/imsic-s", "riscv,guest-index-bits", 1);
}

static void aplic_delegates_and_says_where_msis_go(void **state)
{
    (void)state;
    aplic();
    memset(registers, 0xff, 0x8000);
    assert_int_equal(probe(&drv_aplic), 0);
    assert_int_equal(*reg(0), 0);
    for (unsigned i = 1; i <= 96; i++) {
        assert_int_equal(*reg(4 * i), 0x400); /* D, child 0 */
    }
    assert_int_equal(*reg(4 * 97), UINT32_MAX);
    assert_int_equal(*reg(0x1bc0), 0x24000);
    assert_int_equal(FIELD_GET(MASK(15, 12), (uint64_t)*reg(0x1bc4)),
                     1); /* LHXW: one bit for two harts */
    assert_int_equal(FIELD_GET(MASK(22, 20), (uint64_t)*reg(0x1bc4)), 0); /* LHXS */
    assert_int_equal(*reg(0x1bc8), 0x28000);
    assert_int_equal(FIELD_GET(MASK(22, 20), (uint64_t)*reg(0x1bcc)),
                     1); /* LHXS: a guest file between harts */
    assert_int_equal(FIELD_GET(MASK(15, 12), (uint64_t)*reg(0x1bcc)), 1); /* LHXW, for QEMU */
}

static void aplic_of_s_is_left_alone(void **state)
{
    (void)state;
    aplic();
    tree_set_cells(&t, "/device", "msi-parent", 51);
    assert_int_equal(probe(&drv_aplic), 0);
    assert_int_equal(*reg(4), 0);
    assert_int_equal(*reg(0x1bc8), 0);
}

static void aplic_refused(void **state)
{
    (void)state;
    aplic();
    tree_set_cells(&t, "/device", "riscv,delegation", 60, 1, 97);
    refused(&drv_aplic, "riscv,delegation");
    tree_set_cells(&t, "/device", "riscv,delegation", 61, 1, 96);
    refused(&drv_aplic, "riscv,children");
    tree_set_cells(&t, "/device", "riscv,delegation", 60, 1);
    refused(&drv_aplic, "riscv,delegation");
    tree_set_cells(&t, "/device", "msi-parent", 99);
    refused(&drv_aplic, "msi-parent");
}

static void test_device(void **state)
{
    (void)state;
    device("sifive,test1", 0x1000);
    assert_int_equal(probe(&drv_test), 0);
    assert_true(drivers.reset->can(RESET_SHUTDOWN) && drivers.reset->can(RESET_COLD));
    drivers.reset->reset(RESET_SHUTDOWN, false);
    assert_int_equal(*reg(0), 0x5555);
    drivers.reset->reset(RESET_SHUTDOWN, true);
    assert_int_equal(*reg(0), 0x13333);
    drivers.reset->reset(RESET_WARM, false);
    assert_int_equal(*reg(0), 0x7777);
}

static void syscon_and_gpio(void **state)
{
    (void)state;
    device("syscon-reboot", 0x1000);
    tree_add(&t, "/", "syscon");
    tree_set_cells(&t, "/syscon", "phandle", 70);
    set_reg("/syscon", 0x1000, 0x100);
    tree_set_cells(&t, "/device", "regmap", 70);
    tree_set_cells(&t, "/device", "offset", 0x10);
    tree_set_cells(&t, "/device", "value", 0xf5);
    tree_set_cells(&t, "/device", "mask", 0x0f);
    assert_int_equal(probe(&drv_syscon_reboot), 0);
    *reg(0x1010) = 0xa0;
    drivers.reset->reset(RESET_COLD, false);
    assert_int_equal(*reg(0x1010), 0xa5); /* the bits outside of the mask stay */

    tree_set_cells(&t, "/device", "offset", 0xfd);
    refused(&drv_syscon_reboot, "offset");
    tree_set_cells(&t, "/device", "regmap", 71);
    refused(&drv_syscon_reboot, "regmap");

    tree_set_string(&t, "/syscon", "compatible", "sifive,gpio0");
    tree_set_cells(&t, "/device", "gpios", 70, 10, 1); /* active low */
    assert_int_equal(probe(&drv_gpio_poweroff), 0);
    *reg(0x100c) = UINT32_MAX;
    drivers.reset->reset(RESET_SHUTDOWN, false);
    assert_int_equal(*reg(0x1008), 1u << 10);
    assert_int_equal(*reg(0x100c), ~(1u << 10));
    tree_set_cells(&t, "/device", "gpios", 70, 32, 1);
    refused(&drv_gpio_poweroff, "gpios");
}

static void uart_strides(void **state)
{
    (void)state;
    device("ns16550a", 0x100);
    tree_set_cells(&t, "/device", "reg-shift", 2);
    tree_set_cells(&t, "/device", "reg-io-width", 4);
    refused(&drv_uart8250, "reg"); /* memory: never ready */
    *reg(5 * 4) = 0xff;
    refused(&drv_uart8250, "reg");
    *reg(5 * 4) = 0x20;
    assert_int_equal(probe(&drv_uart8250), 0);
    *reg(5 * 4) = 0x21; /* ready for more, and something came */
    *reg(0) = 'x';
    assert_int_equal(drivers.console->get(), 'x');
    drivers.console->put('y');
    assert_int_equal(*reg(0), 'y');
    *reg(5 * 4) = 0x20;
    assert_int_equal(drivers.console->get(), -1);
    *reg(5 * 4) = 0; /* stuck: comes back all the same */
    drivers.console->put('z');
}

static void uart_refused(void **state)
{
    (void)state;
    device("ns16550a", 5);
    refused(&drv_uart8250, "reg");
    tree_set_cells(&t, "/device", "reg-io-width", 3);
    refused(&drv_uart8250, "reg-io-width");
    tree_set_cells(&t, "/device", "reg-shift", 0, 2);
    refused(&drv_uart8250, "reg-shift");
    assert_null(drivers.console);
}

static void more_harts_than_slots(void **state)
{
    static struct by_hart b;
    (void)state;
    said_clear();
    for (uint64_t i = 0; i < SLOTS; i++) { /* all want the same slot */
        assert_int_equal(by_hart_add(&b, i * SLOTS, 0x1000 + i), 0);
    }
    for (uint64_t i = 0; i < SLOTS; i++) {
        assert_int_equal(by_hart_at(&b, i * SLOTS), 0x1000 + i);
    }
    assert_int_equal(by_hart_at(&b, 1), 0);
    assert_true(by_hart_add(&b, 1, 1) < 0);
    assert_said("more than 64 harts", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clint_registers_follow_the_tree),
        cmocka_unit_test(clint_refused),
        cmocka_unit_test(mtimer_has_two_regions),
        cmocka_unit_test(plic_starts_closed),
        cmocka_unit_test(plic_capture_and_release),
        cmocka_unit_test(plic_hart_without_s_context),
        cmocka_unit_test(plic_refused),
        cmocka_unit_test(aplic_delegates_and_says_where_msis_go),
        cmocka_unit_test(aplic_of_s_is_left_alone),
        cmocka_unit_test(aplic_refused),
        cmocka_unit_test(test_device),
        cmocka_unit_test(syscon_and_gpio),
        cmocka_unit_test(uart_strides),
        cmocka_unit_test(uart_refused),
        cmocka_unit_test(more_harts_than_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
