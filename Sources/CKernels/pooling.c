#include "pooling.h"

#include <string.h>

#include "variants.h"

// Channels compared side by side, so that maxima stay in registers while the taps pass by.
enum { block = 64 };

RELIC_VARIANTS
void relic_max_pool(
    relic_pool pool, const float *restrict x, float *restrict y, uint8_t *restrict tap) {
  for (ptrdiff_t row = 0; row < pool.out_height; row++)
    for (ptrdiff_t column = 0; column < pool.out_width; column++)
      for (ptrdiff_t first = 0; first < pool.channels; first += block) {
        const ptrdiff_t width = pool.channels - first < block ? pool.channels - first : block;
        float best[block];
        int32_t where[block];
        for (ptrdiff_t c = 0; c < block; c++) {
          best[c] = -__builtin_inff();
          where[c] = 0;
        }
        for (ptrdiff_t ky = 0; ky < pool.kernel; ky++) {
          const ptrdiff_t iy = row * pool.stride - pool.padding + ky;
          if (iy < 0 || iy >= pool.height) continue;
          for (ptrdiff_t kx = 0; kx < pool.kernel; kx++) {
            const ptrdiff_t ix = column * pool.stride - pool.padding + kx;
            if (ix < 0 || ix >= pool.width) continue;
            const float *source = x + (iy * pool.width + ix) * pool.channels + first;
            const int32_t t = (int32_t)(ky * pool.kernel + kx);
            if (width == block) {
              for (ptrdiff_t c = 0; c < block; c++) {
                const int wins = (source[c] > best[c]) | (source[c] != source[c]);
                where[c] = wins ? t : where[c];
                best[c] = wins ? source[c] : best[c];
              }
            } else {
              for (ptrdiff_t c = 0; c < width; c++) {
                const int wins = (source[c] > best[c]) | (source[c] != source[c]);
                where[c] = wins ? t : where[c];
                best[c] = wins ? source[c] : best[c];
              }
            }
          }
        }
        const ptrdiff_t out = (row * pool.out_width + column) * pool.channels + first;
        for (ptrdiff_t c = 0; c < width; c++) {
          y[out + c] = best[c];
          tap[out + c] = (uint8_t)where[c];
        }
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
void relic_mean_rows(size_t rows, size_t channels, const float *restrict x, float *restrict y) {
  for (size_t c = 0; c < channels; c++) y[c] = 0;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) y[c] += x[r * channels + c];
  for (size_t c = 0; c < channels; c++) y[c] /= (float)rows;
}
