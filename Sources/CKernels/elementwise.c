#include "elementwise.h"

#include <stdint.h>
#include <string.h>

#include "subnormals.h"
#include "variants.h"

RELIC_VARIANTS
void relic_add_scaled(size_t count, float a, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

RELIC_VARIANTS
static void move_towards(size_t count, float t, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += t * (x[i] - y[i]);
}

void relic_move_towards(size_t count, float t, const float *x, float *y) {
  const unsigned mode = begin_without_subnormals();
  move_towards(count, t, x, y);
  end_without_subnormals(mode);
}

RELIC_VARIANTS
void relic_weigh(
    size_t count, float a, const float *restrict x, const float *restrict other,
    float *restrict y) {
  if (other)
    for (size_t i = 0; i < count; i++) y[i] = a * x[i] + other[i];
  else
    for (size_t i = 0; i < count; i++) y[i] = a * x[i];
}

RELIC_VARIANTS
int relic_is_finite(size_t count, const float *x) {
  // The exponent of an infinity or of a NaN has all its bits set.
  const uint32_t exponent = 0x7f800000;
  int found = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    found |= (bits & exponent) == exponent;
  }
  return !found;
}
