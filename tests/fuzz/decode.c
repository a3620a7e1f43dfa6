/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, decoded: what the independent table of the proofs says, and nothing else. */
#include "input.h"

#include "decode_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    while (in.left > 0) {
        uint32_t raw = (uint32_t)take(&in, 4);
        unsigned offset = raw >> 7 & 7;
        struct insn i = decode(raw);
        must(decode_agrees(raw, &i));
        must(insn_transform(&i, offset) == decode_transformed(raw, offset));
    }
    return 0;
}
