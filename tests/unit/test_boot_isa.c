/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extensions that the operating system is told of. Rules: unprivileged specification, "ISA
 * Extension Naming Conventions": single letters in canonical order, h last of them, before the
 * multi-letter names; binding riscv/extensions.yaml.
 */
#include "boot/isa_string.h"

#include "lib/err.h"
#include "spec/hart.h"
#include "tree_fixture.h"

static struct isa_sight see = {.hypervisor = true};

static void fixes(const char *in, const char *out)
{
    char got[256];
    int n = isa_string_fix(in, &see, got, sizeof(got));
    assert_true(n > 0);
    assert_string_equal(got, out);
    assert_int_equal(n, (int)strlen(out) + 1);
}

static void h_is_the_last_single_letter(void **state)
{
    (void)state;
    fixes("rv64imac", "rv64imach_sstc");
    fixes("rv64imafdc_zicsr_zifencei", "rv64imafdch_zicsr_zifencei_sstc");
    fixes("rv64imafdcv_zba", "rv64imafdcvh_zba_sstc");
    fixes("rv64imafdczicsr_zba", "rv64imafdch_zicsr_zba_sstc");
    fixes("rv64i2p1m2p0_zicsr2p0", "rv64i2p1m2p0h_zicsr2p0_sstc");
}

static void h_is_not_added_twice(void **state)
{
    (void)state;
    fixes("rv64imafdch_sstc", "rv64imafdch_sstc");
    fixes("rv64imac_shcounterenw",
          "rv64imach_shcounterenw_sstc"); /* an h in another name is not H */
}

static void what_is_not_virtual_goes(void **state)
{
    (void)state;
    fixes("rv64imac_smrnmi_sstc_ssnpm_svadu", "rv64imach_sstc_svadu_svade");
    fixes("rv64imac_zicfilp_zicfiss", "rv64imach_sstc");
    fixes("rv64imac_smrnmix", "rv64imach_smrnmix_sstc"); /* only whole names */
}

static void other_strings_are_refused(void **state)
{
    char got[16];
    (void)state;
    assert_int_equal(isa_string_fix("rv32imac", &see, got, sizeof(got)), ERR_INVALID);
    assert_int_equal(isa_string_fix("", &see, got, sizeof(got)), ERR_INVALID);
    assert_int_equal(isa_string_fix("rv6", &see, got, sizeof(got)), ERR_INVALID);
    assert_int_equal(isa_string_fix("rv64imac_zicsr_z", &see, got, sizeof(got)), ERR_RANGE);
    assert_int_equal(isa_string_fix("rv64imac_zicsr", &see, got, sizeof(got)), ERR_RANGE);
    assert_int_equal(isa_string_fix("rv64imac", &see, got, sizeof(got)), 15);
    assert_int_equal(isa_string_fix("rv64imac", &see, got, 0), ERR_RANGE);
}

static void list_is(const char *in, size_t in_size, const char *out, size_t out_size)
{
    char got[256];
    int n = isa_list_fix(in, in_size, &see, got, sizeof(got));
    assert_int_equal(n, (int)out_size);
    assert_memory_equal(got, out, out_size);
}
#define LIST(in, out) list_is(in, sizeof(in), out, sizeof(out))

static void the_list_likewise(void **state)
{
    (void)state;
    LIST("i\0m\0a\0zicsr", "i\0m\0a\0h\0zicsr\0sstc");
    LIST("i\0m", "i\0m\0h\0sstc");
    LIST("i\0h\0sstc", "i\0h\0sstc");
    LIST("i\0ssnpm\0sstc\0smrnmi", "i\0h\0sstc");
    LIST("i\0zk\0zkn\0zkr\0sscsrind", "i\0h\0zkn\0sstc"); /* zk is zkr as well */
    char got[8];
    assert_int_equal(isa_list_fix("i\0m\0zicsr", 10, &see, got, sizeof(got)), ERR_RANGE);
    assert_int_equal(isa_list_fix("", 0, &see, got, sizeof(got)), 7);
}

/* Firmware, and with it the operating system above, may be shown a hart without H; it isn't shown
 * what its M-mode lacks. */
static void firmware_sees_less(void **state)
{
    (void)state;
    see = (struct isa_sight){.hypervisor = true, .machine = true};
    fixes("rv64imac_smepmp_zba", "rv64imach_zba_sstc");
    LIST("i\0smcntrpmf\0smcsrind\0zba", "i\0h\0zba\0sstc");
    see.hypervisor = false;
    fixes("rv64imac_zba", "rv64imac_zba_sstc");
    LIST("i\0m\0zba", "i\0m\0zba\0sstc");
    LIST("i\0h", "i\0sstc");
    see = (struct isa_sight){.hypervisor = true};
    fixes("rv64imac_smepmp", "rv64imach_smepmp_sstc");
}

/* Binding riscv/extensions.yaml, "svadu": "Only Svadu present in DT => Supervisor must assume Svadu
 * to be always enabled"; with both, "turned-off at boot time", as FWFT has it. */
static void svadu_is_off_at_first(void **state)
{
    (void)state;
    fixes("rv64imac_svadu_svvptc", "rv64imach_svadu_svvptc_sstc_svade");
    fixes("rv64imac_sstc_svade_svadu", "rv64imach_sstc_svade_svadu");
    fixes("rv64imac_svade", "rv64imach_svade_sstc");
    LIST("i\0svadu\0sstc", "i\0h\0svadu\0sstc\0svade");
    LIST("i\0svade\0svadu", "i\0h\0svade\0svadu\0sstc");
    see.machine = true;
    fixes("rv64imac_svadu", "rv64imach_svadu_sstc");
    see.machine = false;
}

static void what_no_csr_shows_is_read(void **state)
{
    (void)state;
    assert_int_equal(isa_string_ext("rv64imac_svinval_zicbom"), BIT(EXT_SVINVAL) | BIT(EXT_ZICBOM));
    assert_int_equal(isa_string_ext("rv64imac_svinvalx_xsvpbmt"), 0);
    assert_int_equal(isa_string_ext("rv64imacsvnapot"), BIT(EXT_SVNAPOT));
    assert_int_equal(isa_string_ext("x"), 0);
    assert_int_equal(isa_list_ext("i\0svpbmt\0sscofpmf", 18), BIT(EXT_SVPBMT) | BIT(EXT_SSCOFPMF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h_is_the_last_single_letter), cmocka_unit_test(h_is_not_added_twice),
        cmocka_unit_test(what_is_not_virtual_goes),    cmocka_unit_test(other_strings_are_refused),
        cmocka_unit_test(the_list_likewise),           cmocka_unit_test(what_no_csr_shows_is_read),
        cmocka_unit_test(svadu_is_off_at_first),       cmocka_unit_test(firmware_sees_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
