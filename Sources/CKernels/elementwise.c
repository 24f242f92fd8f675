#include "elementwise.h"

#include "variants.h"

RELIC_VARIANTS
void relic_add_scaled(size_t count, float a, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

RELIC_VARIANTS
void relic_move_towards(size_t count, float t, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += t * (x[i] - y[i]);
}
