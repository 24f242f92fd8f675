#include "pooling.h"

#include <string.h>

#include "variants.h"

RELIC_VARIANTS
void relic_max_pool(
    relic_pool pool, const float *restrict x, float *restrict y, uint8_t *restrict tap) {
  for (ptrdiff_t row = 0; row < pool.out_height; row++)
    for (ptrdiff_t column = 0; column < pool.out_width; column++) {
      for (ptrdiff_t c = 0; c < pool.channels; c++) {
        y[c] = -__builtin_inff();
        tap[c] = 0;
      }
      for (ptrdiff_t t = 0; t < pool.kernel * pool.kernel; t++) {
        const ptrdiff_t iy = row * pool.stride - pool.padding + t / pool.kernel;
        const ptrdiff_t ix = column * pool.stride - pool.padding + t % pool.kernel;
        if (iy < 0 || iy >= pool.height || ix < 0 || ix >= pool.width) continue;
        const float *source = x + (iy * pool.width + ix) * pool.channels;
        for (ptrdiff_t c = 0; c < pool.channels; c++) {
          tap[c] = source[c] > y[c] ? (uint8_t)t : tap[c];
          y[c] = source[c] > y[c] ? source[c] : y[c];
        }
      }
      y += pool.channels;
      tap += pool.channels;
    }
}

RELIC_VARIANTS
void relic_max_pool_backward(
    relic_pool pool, const float *restrict dy, const uint8_t *restrict tap, float *restrict dx) {
  memset(dx, 0, (size_t)(pool.height * pool.width * pool.channels) * sizeof(float));
  for (ptrdiff_t row = 0; row < pool.out_height; row++)
    for (ptrdiff_t column = 0; column < pool.out_width; column++) {
      for (ptrdiff_t t = 0; t < pool.kernel * pool.kernel; t++) {
        const ptrdiff_t iy = row * pool.stride - pool.padding + t / pool.kernel;
        const ptrdiff_t ix = column * pool.stride - pool.padding + t % pool.kernel;
        if (iy < 0 || iy >= pool.height || ix < 0 || ix >= pool.width) continue;
        float *destination = dx + (iy * pool.width + ix) * pool.channels;
        for (ptrdiff_t c = 0; c < pool.channels; c++)
          destination[c] += tap[c] == (uint8_t)t ? dy[c] : 0.0f;
      }
      dy += pool.channels;
      tap += pool.channels;
    }
}

RELIC_VARIANTS
void relic_mean_rows(
    size_t rows, size_t channels, const float *restrict x, float *restrict y) {
  for (size_t c = 0; c < channels; c++) y[c] = 0;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) y[c] += x[r * channels + c];
  for (size_t c = 0; c < channels; c++) y[c] /= (float)rows;
}
