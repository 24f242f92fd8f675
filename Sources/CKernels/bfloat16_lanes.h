#ifndef RELIC_BFLOAT16_LANES_H
#define RELIC_BFLOAT16_LANES_H

#include <stdint.h>

#include "lanes.h"
#include "sigmoid.h"

typedef uint16_t short_lanes __attribute__((vector_size(32)));
typedef uint32_t bit_lanes __attribute__((vector_size(64)));

// Sixteen bfloat16 numbers as floats.
INLINE void load_rounded(lanes *to, const uint16_t *from) {
  short_lanes values;
  memcpy(&values, from, sizeof values);
  const bit_lanes bits = __builtin_convertvector(values, bit_lanes) << 16;
  memcpy(to, &bits, sizeof bits);
}

// Rounds as bfloat16_rounding.h does.
INLINE void store_rounded(uint16_t *to, const lanes *from) {
  bit_lanes bits;
  memcpy(&bits, from, sizeof bits);
  const bit_lanes magnitude = bits & 0x7fffffff;
  const bit_lanes nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const bit_lanes is_tiny = (bit_lanes)(magnitude < 0x00800000);
  const bit_lanes is_nan = (bit_lanes)(magnitude > 0x7f800000);
  const bit_lanes finite = (is_tiny & (bits >> 16 & 0x8000)) | (~is_tiny & nearest);
  const bit_lanes result = (is_nan & (bits >> 16 | 0x40)) | (~is_nan & finite);
  const short_lanes values = __builtin_convertvector(result, short_lanes);
  memcpy(to, &values, sizeof values);
}

// Where `mask` is all ones a, else b.
INLINE void select(const bit_lanes *mask, const lanes *a, const lanes *b, lanes *to) {
  bit_lanes x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  x = (*mask & x) | (~*mask & y);
  memcpy(to, &x, sizeof x);
}

INLINE void rectify(lanes *x) {
  const lanes zero = {0};
  const bit_lanes is_negative = (bit_lanes)(*x < zero);
  select(&is_negative, &zero, x, x);
}

// x = x * sigmoid(x), by the steps of sigmoid.h.
INLINE void apply_silu(lanes *x) {
  const lanes high = (lanes){0} + 87.0f, low = (lanes){0} - 87.0f;
  lanes minus = -*x;
  const bit_lanes is_high = (bit_lanes)(minus > high), is_low = (bit_lanes)(minus < low);
  select(&is_high, &high, &minus, &minus);
  select(&is_low, &low, &minus, &minus);
  const lanes shifted = minus * 1.44269504f + 12582912.0f;
  const lanes n = shifted - 12582912.0f;
  const lanes r = (minus - n * 0.693359375f) + n * 2.12194440e-4f;
  const lanes mantissa = RELIC_EXP_OF_REMAINDER(r);
  bit_lanes bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  lanes power;
  memcpy(&power, &bits, sizeof power);
  *x = *x / (mantissa * power + 1.0f);
}

#endif
