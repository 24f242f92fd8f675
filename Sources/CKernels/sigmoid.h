#ifndef RELIC_SIGMOID_H
#define RELIC_SIGMOID_H

#include <stdint.h>

// exp(r) for the remainder r of a range reduction by ln 2, of a number or of lanes: Cephes' polynomial.
#define RELIC_EXP_OF_REMAINDER(r)                                                    \
  ((((((1.9875691500e-4f * (r) + 1.3981999507e-3f) * (r) + 8.3334519073e-3f) * (r) + \
      4.1665795894e-2f) *                                                            \
         (r) +                                                                       \
     1.6666665459e-1f) *                                                             \
        (r) +                                                                        \
    5.0000001201e-1f) *                                                              \
       (r) * (r) +                                                                   \
   (r) + 1.0f)

// exp(x) to 2 ulp for |x| <= 87, beyond which x is clamped: the library's expf is a call that no
// loop can vectorise. Range reduction by ln 2 in two parts.
static inline __attribute__((always_inline)) float relic_exp(float x) {
  x = x > 87.0f ? 87.0f : x;
  x = x < -87.0f ? -87.0f : x;
  // Adding and subtracting 1.5 * 2^23 rounds to an integer, which stands in the sum's low bits: from
  // there it is taken also where x is not a number and could not be converted to an integer.
  const union {
    float value;
    uint32_t bits;
  } shifted = {x * 1.44269504f + 12582912.0f};
  const float n = shifted.value - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  const float mantissa = RELIC_EXP_OF_REMAINDER(r);
  const union {
    uint32_t bits;
    float value;
  } power = {(shifted.bits + 127) << 23};
  return mantissa * power.value;
}

static inline __attribute__((always_inline)) float relic_sigmoid(float x) {
  return 1.0f / (1.0f + relic_exp(-x));
}

#endif
