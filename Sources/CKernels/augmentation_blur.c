#include <math.h>

#include "augmentation.h"
#include "variants.h"

static inline size_t reflected(ptrdiff_t index, size_t count) {
  if (index < 0) return (size_t)-index;
  return (size_t)index < count ? (size_t)index : 2 * (count - 1) - (size_t)index;
}

RELIC_VARIANTS
void relic_blur_plane(size_t height, size_t width, size_t radius, const float *restrict weights,
                      const uint8_t *restrict source, float *restrict row, float *restrict sums,
                      uint8_t *restrict out) {
  for (size_t y = 0; y < height; y++) {
    float *inner = row + radius;
    for (size_t x = 0; x < width; x++) inner[x] = 0;
    for (size_t k = 0; k <= 2 * radius; k++) {
      const uint8_t *line = source + reflected((ptrdiff_t)(y + k) - (ptrdiff_t)radius, height) * width;
      for (size_t x = 0; x < width; x++) inner[x] += weights[k] * (float)line[x];
    }
    for (size_t x = 1; x <= radius; x++) {
      inner[-(ptrdiff_t)x] = inner[x];
      inner[width - 1 + x] = inner[width - 1 - x];
    }
    for (size_t x = 0; x < width; x++) sums[x] = weights[0] * row[x];
    for (size_t k = 1; k <= 2 * radius; k++) {
      for (size_t x = 0; x < width; x++) sums[x] += weights[k] * row[x + k];
    }
    // Half to even, as torch.round; the sum of weights may exceed 1 by a rounding error.
    for (size_t x = 0; x < width; x++) {
      float value = rintf(sums[x]);
      out[y * width + x] = (uint8_t)(int32_t)(value > 255 ? 255 : value);
    }
  }
}
