#include <math.h>

#include "augmentation.h"
#include "variants.h"

// Sixteen neighbouring values at any address; narrower registers take it in parts.
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

static inline size_t reflected(ptrdiff_t index, size_t count) {
  if (index < 0) return (size_t)-index;
  return (size_t)index < count ? (size_t)index : 2 * (count - 1) - (size_t)index;
}

RELIC_VARIANTS
void relic_blur_plane(
    size_t height, size_t width, size_t radius, const float *restrict weights,
    uint8_t *restrict plane, float *restrict scratch) {
  size_t padded = (width + 15) / 16 * 16;
  float *restrict floats = scratch, *restrict row = scratch + height * padded,
                  *restrict sums = row + padded + 2 * radius;
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) floats[y * padded + x] = (float)plane[y * width + x];
  }
  for (size_t y = 0; y < height; y++) {
    float *inner = row + radius;
    for (size_t x = 0; x < padded; x += 16) {
      lanes sum = {0};
      for (size_t k = 0; k <= 2 * radius; k++) {
        size_t line = reflected((ptrdiff_t)(y + k) - (ptrdiff_t)radius, height);
        sum += weights[k] * *(const lanes *)(floats + line * padded + x);
      }
      *(lanes *)(inner + x) = sum;
    }
    for (size_t x = 1; x <= radius; x++) {
      inner[-(ptrdiff_t)x] = inner[x];
      inner[width - 1 + x] = inner[width - 1 - x];
    }
    for (size_t x = 0; x < padded; x += 16) {
      lanes sum = {0};
      for (size_t k = 0; k <= 2 * radius; k++) sum += weights[k] * *(const lanes *)(row + x + k);
      *(lanes *)(sums + x) = sum;
    }
    // Half to even, as torch.round; the sum of weights may exceed 1 by a rounding error.
    for (size_t x = 0; x < width; x++) {
      float value = rintf(sums[x]);
      plane[y * width + x] = (uint8_t)(int32_t)(value > 255 ? 255 : value);
    }
  }
}
