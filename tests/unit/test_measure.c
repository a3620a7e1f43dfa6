/* SPDX-License-Identifier: BSD-2-Clause */
/* The measured boot: FIPS 180-4's examples by the library as it is built here; what is said, and
 * what the tree says, is the digest of the range. */
#include "boot/measure.h"

#include "lib/tree.h"
#include "tree_fixture.h"

static void digest_is(const char *data, size_t size, const char *hex)
{
    uint8_t d[SHA256_SIZE];
    char is[2 * SHA256_SIZE + 1];
    sha256(data, size, d);
    for (unsigned i = 0; i < SHA256_SIZE; i++) {
        snprintf(is + 2 * i, 3, "%02x", d[i]);
    }
    assert_string_equal(is, hex);
}

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void examples(void **state)
{
    static char million[1000000];
    (void)state;
    memset(million, 'a', sizeof(million));
    digest_is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_is("abc", 3, ABC);
    digest_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    digest_is(million, sizeof(million),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static struct mem_range range_of(const char *s)
{
    return (struct mem_range){(uintptr_t)s, strlen(s)};
}

static void said_and_written(void **state)
{
    static struct tree t;
    struct measure m = {.count = 0};
    int length;
    (void)state;
    tree_make(&t);
    tree_add(&t, "/chosen", "hearth");
    tree_add(&t, "/chosen/hearth", "measured"); /* the loader's lie */
    tree_add(&t, "/chosen/hearth/measured", "lie");
    said_clear();
    measure_add(&m, "firmware", range_of("abc"));
    assert_said("measured firmware, 3 bytes at ", "sha256 " ABC);
    measure_add(&m, "kernel", (struct mem_range){0, 0}); /* there is none */
    measure_add(&m, "initrd", range_of("abcd"));
    assert_int_equal(m.count, 2);
    assert_int_equal(measure_tree(t.blob, &m), 0);
    assert_true(fdt_path_offset(t.blob, "/chosen/hearth/measured/lie") < 0);
    assert_true(fdt_path_offset(t.blob, "/chosen/hearth/measured/kernel") < 0);
    int node = tree_node(&t, "/chosen/hearth/measured/firmware");
    assert_memory_equal(fdt_getprop(t.blob, node, "sha256", &length), m.item[0].digest, 32);
    assert_int_equal(length, 32);
    struct tree_range r;
    assert_int_equal(tree_reg_raw(t.blob, node, 0, &r), 0);
    assert_int_equal(r.base, m.item[0].range.base);
    assert_int_equal(r.size, 3);
    tree_node(&t, "/chosen/hearth/measured/initrd");
}

static void compared(void **state)
{
    uint8_t d[SHA256_SIZE];
    (void)state;
    sha256("abc", 3, d);
    assert_true(measure_is(range_of("abc"), d));
    assert_false(measure_is(range_of("abd"), d));
    d[31] ^= 1;
    assert_false(measure_is(range_of("abc"), d));
}

/* The room that the tree is given is enough for all that can be measured. */
static void room(void **state)
{
    static struct tree t, packed;
    struct measure m = {.count = 0};
    (void)state;
    tree_make(&t);
    said_clear();
    for (unsigned i = 0; i < MEASURE_MAX; i++) {
        measure_add(&m, i == 0 ? "firmware" : i == 1 ? "kernel" : "initrd", range_of("abc"));
    }
    assert_int_equal(fdt_pack(t.blob), 0);
    memcpy(packed.blob, t.blob, sizeof(t.blob));
    int size = (int)fdt_totalsize(packed.blob);
    assert_int_equal(fdt_open_into(packed.blob, t.blob, size + MEASURE_ROOM), 0);
    assert_int_equal(measure_tree(t.blob, &m), 0);
    said_clear();
    assert_int_equal(fdt_open_into(packed.blob, t.blob, size), 0);
    assert_true(measure_tree(t.blob, &m) < 0);
    assert_said("measured", "/chosen/hearth");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(said_and_written),
        cmocka_unit_test(compared),
        cmocka_unit_test(room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
