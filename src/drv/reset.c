/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways out of the machine: SiFive's test device (0x5555 pass, 0x7777 reset, 0x3333 | code << 16
 * fail; the only one with a failure code), syscon-poweroff and syscon-reboot (a value written to a
 * register of another device), and gpio-restart and gpio-poweroff on a SiFive GPIO (0x08 output_en,
 * 0x0c output_val).
 */
#include "drv/driver.h"

#define TEST_PASS       0x5555
#define TEST_RESET      0x7777
#define TEST_FAIL       0x3333
#define GPIO_OUTPUT_EN  0x08
#define GPIO_OUTPUT_VAL 0x0c
#define GPIO_ACTIVE_LOW 1
#define EFFECT_PATIENCE 10000000 /* the machine may take a while to go */

/* A register to be changed: at = (at & ~mask) | value. */
struct change {
    uintptr_t at;
    uint32_t mask, value;
    unsigned width;
};

/* What ends the machine and what starts it again, in the order in which they are tried. */
static uintptr_t test;
static struct {
    struct change syscon;
    struct change gpio, gpio_enable;
} shutdown, restart;

static void apply(const struct change *c)
{
    if (c->at == 0) {
        return;
    }
    if (c->width == 1) {
        volatile uint8_t *p = (volatile uint8_t *)c->at;
        *p = (uint8_t)((*p & ~c->mask) | c->value);
    } else {
        write32(c->at, c->mask == UINT32_MAX ? c->value : (read32(c->at) & ~c->mask) | c->value);
    }
    for (volatile unsigned i = 0; i < EFFECT_PATIENCE; i++) {
    }
}

static bool can(enum reset_kind kind)
{
    if (kind == RESET_SHUTDOWN) {
        return test != 0 || shutdown.syscon.at != 0 || shutdown.gpio.at != 0;
    }
    return test != 0 || restart.syscon.at != 0 || restart.gpio.at != 0;
}

static void reset(enum reset_kind kind, bool failure)
{
    uint32_t how = kind != RESET_SHUTDOWN ? TEST_RESET : failure ? TEST_FAIL | 1 << 16 : TEST_PASS;
    struct change c = {.at = test, .mask = UINT32_MAX, .value = how, .width = 4};
    apply(&c);
    apply(kind == RESET_SHUTDOWN ? &shutdown.syscon : &restart.syscon);
    c = kind == RESET_SHUTDOWN ? shutdown.gpio_enable : restart.gpio_enable;
    if (c.at != 0) {
        write32(c.at, read32(c.at) | c.value);
    }
    apply(kind == RESET_SHUTDOWN ? &shutdown.gpio : &restart.gpio);
}

static const struct reset_ops ops = {.can = can, .reset = reset};

static int test_probe(const void *fdt, int node)
{
    struct tree_range reg;
    int err = device_reg(fdt, node, 0, 4, 4, &reg);
    if (err != 0) {
        return err;
    }
    if ((err = answers(fdt, node, reg.base)) != 0) {
        return err;
    }
    test = reg.base;
    drivers.reset = &ops;
    return 0;
}

/* The first region of the node that a property names by phandle. */
static int named_region(const void *fdt, int node, const char *property, uint32_t phandle,
                        struct tree_range *reg)
{
    int device = fdt_node_offset_by_phandle(fdt, phandle);
    if (device < 0) {
        return tree_refuse(fdt, node, property, ERR_INVALID, "names a device that doesn't exist");
    }
    return device_reg(fdt, device, 0, 4, 1, reg);
}

/* Binding syscon-reboot: value with mask; only one of them means all the bits of it. */
static int syscon_values(const void *fdt, int node, uint32_t *value, uint32_t *mask)
{
    int has_value = tree_u32(fdt, node, "value", value);
    int has_mask = tree_u32(fdt, node, "mask", mask);
    if (has_value != 0 && has_mask != 0) {
        return tree_refuse(fdt, node, "value", ERR_MISSING, "neither value nor mask");
    }
    if (has_value != 0) {
        *value = *mask;
        *mask = UINT32_MAX;
    } else if (has_mask != 0) {
        *mask = UINT32_MAX;
    }
    return 0;
}

static int syscon_probe(const void *fdt, int node, struct change *to)
{
    uint32_t regmap, offset, value, mask, width = 4;
    struct tree_range reg;
    int err = tree_u32(fdt, node, "regmap", &regmap);
    if (err == ERR_MISSING) {
        return tree_refuse(fdt, node, "regmap", err, "missing");
    }
    err = err != 0 ? err : named_region(fdt, node, "regmap", regmap, &reg);
    err = err != 0 ? err : syscon_values(fdt, node, &value, &mask);
    if (err != 0) {
        return err;
    }
    if (tree_u32(fdt, node, "offset", &offset) != 0 || offset > reg.size - 1 ||
        reg.size - offset < 4) {
        return tree_refuse(fdt, node, "offset", ERR_RANGE, "is not within the register map");
    }
    int device = fdt_node_offset_by_phandle(fdt, regmap);
    if (tree_u32(fdt, device, "reg-io-width", &width) == 0 && width != 1 && width != 4) {
        return tree_refuse(fdt, device, "reg-io-width", ERR_UNSUPPORTED, "is neither 1 nor 4");
    }
    if (width == 4 && (reg.base + offset) % 4 != 0) {
        return tree_refuse(fdt, node, "offset", ERR_INVALID, "is not aligned");
    }
    *to = (struct change){
        .at = reg.base + offset, .mask = mask, .value = value & mask, .width = width};
    drivers.reset = &ops;
    return 0;
}

static int poweroff_probe(const void *fdt, int node)
{
    return syscon_probe(fdt, node, &shutdown.syscon);
}

static int reboot_probe(const void *fdt, int node)
{
    return syscon_probe(fdt, node, &restart.syscon);
}

/* gpios = <controller pin flags>; a controller that isn't known is no error: then this way out is
 * not there. */
static int gpio_probe(const void *fdt, int node, struct change *to, struct change *enable)
{
    int length;
    struct tree_range reg;
    const fdt32_t *p = fdt_getprop(fdt, node, "gpios", &length);
    if (p == NULL || length != 12 || fdt32_to_cpu(p[1]) > 31) {
        return tree_refuse(fdt, node, "gpios", ERR_INVALID,
                           "is not a controller, a pin up to 31 and flags");
    }
    int err = named_region(fdt, node, "gpios", fdt32_to_cpu(p[0]), &reg);
    if (err != 0) {
        return err;
    }
    int device = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(p[0]));
    if (fdt_node_check_compatible(fdt, device, "sifive,gpio0") != 0) {
        return 0;
    }
    if ((err = device_reg(fdt, device, 0, 0x40, 4, &reg)) != 0) {
        return err;
    }
    uint32_t pin = (uint32_t)BIT(fdt32_to_cpu(p[1]));
    bool low = fdt32_to_cpu(p[2]) & GPIO_ACTIVE_LOW;
    *to = (struct change){
        .at = reg.base + GPIO_OUTPUT_VAL, .mask = pin, .value = low ? 0 : pin, .width = 4};
    *enable =
        (struct change){.at = reg.base + GPIO_OUTPUT_EN, .mask = pin, .value = pin, .width = 4};
    drivers.reset = &ops;
    return 0;
}

static int gpio_restart_probe(const void *fdt, int node)
{
    return gpio_probe(fdt, node, &restart.gpio, &restart.gpio_enable);
}

static int gpio_poweroff_probe(const void *fdt, int node)
{
    return gpio_probe(fdt, node, &shutdown.gpio, &shutdown.gpio_enable);
}

static const char *const sifive_test[] = {"sifive,test1", "sifive,test0", NULL};
static const char *const syscon_poweroff[] = {"syscon-poweroff", NULL};
static const char *const syscon_reboot[] = {"syscon-reboot", NULL};
static const char *const gpio_restart[] = {"gpio-restart", NULL};
static const char *const gpio_poweroff[] = {"gpio-poweroff", NULL};
const struct driver drv_test = {sifive_test, test_probe};
const struct driver drv_syscon_poweroff = {syscon_poweroff, poweroff_probe};
const struct driver drv_syscon_reboot = {syscon_reboot, reboot_probe};
const struct driver drv_gpio_restart = {gpio_restart, gpio_restart_probe};
const struct driver drv_gpio_poweroff = {gpio_poweroff, gpio_poweroff_probe};
