#ifndef RELIC_BFLOAT16_H
#define RELIC_BFLOAT16_H

#include <stddef.h>
#include <stdint.h>

// bfloat16 is the upper half of a float: its 8 bits of exponent and 7 of its fraction. Rounding is to
// nearest even; NaN stays NaN, and what is below the smallest normal float becomes a zero of the same
// sign, as the processor has it.

// 1 if the functions here and in bfloat16_product.h use this processor's instructions (AVX512_BF16),
// else 0: then they give the same numbers by plain loops.
int relic_has_bfloat16(void);

// 1 if those are also faster than instructions for floats, else 0.
int relic_has_fast_bfloat16(void);

void relic_to_bfloat16(size_t count, const float *x, uint16_t *rounded);
void relic_from_bfloat16(size_t count, const uint16_t *rounded, float *x);

// The two in plain C.
void relic_to_bfloat16_plain(size_t count, const float *x, uint16_t *rounded);

#endif
