/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/decode.c */
/* cbmc: --unwind 140 */
/* For every word, of 16 and of 32 bits, decode() and insn_transform() say what an independently
 * written table says; no two rows of that table claim one word. */
#include "decode_table.h"
#include "proof.h"

void prove_decode(void);
void prove_decode(void)
{
    uint32_t raw = (uint32_t)any();
    unsigned offset = any_below(8);

    if (!PROVING && any_bool()) { /* else hardly any random word is an instruction */
        const struct row *r = &decode_rows[any_below((unsigned)ARRAY_LEN(decode_rows))];
        raw = (raw & ~r->mask) | r->match;
    }
    struct insn i = decode(raw);
    prove(decode_agrees(raw, &i));
    prove(insn_transform(&i, offset) == decode_transformed(raw, offset));

    uint32_t w = i.length == 4 ? raw : raw & 0xffff;
    unsigned rows = 0;
    for (unsigned n = 0; n < ARRAY_LEN(decode_rows); n++) {
        rows += (w & decode_rows[n].mask) == decode_rows[n].match;
    }
    prove(rows <= 1);
    if (i.op == OP_OTHER) {
        reached();
    } else if (i.length == 2) {
        reached();
    } else {
        reached();
    }
}
