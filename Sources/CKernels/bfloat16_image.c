#include "bfloat16_image.h"

#include <string.h>

#include "bfloat16.h"
#include "bfloat16_rounding.h"
#include "variants.h"

void relic_round_padded(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t padding, const float *x,
    uint16_t *padded) {
  const ptrdiff_t row = width * channels, side = padding * channels, line = row + 2 * side;
  memset(padded, 0, (size_t)(padding * line) * sizeof *padded);
  padded += padding * line;
  for (ptrdiff_t y = 0; y < height; y++, padded += line) {
    memset(padded, 0, (size_t)side * sizeof *padded);
    relic_to_bfloat16((size_t)row, x + y * row, padded + side);
    memset(padded + side + row, 0, (size_t)side * sizeof *padded);
  }
  memset(padded, 0, (size_t)(padding * line + 1) * sizeof *padded);
}

RELIC_VARIANTS
void relic_max_pool_rounded(relic_pool pool, const uint16_t *restrict x, uint16_t *restrict y) {
  const ptrdiff_t channels = pool.channels;
  for (ptrdiff_t row = 0; row < pool.out_height; row++)
    for (ptrdiff_t column = 0; column < pool.out_width; column++, y += channels) {
      for (ptrdiff_t c = 0; c < channels; c++) y[c] = 0xff80;
      for (ptrdiff_t ky = 0; ky < pool.kernel; ky++) {
        const ptrdiff_t down = row * pool.stride - pool.padding + ky;
        if (down < 0 || down >= pool.height) continue;
        for (ptrdiff_t kx = 0; kx < pool.kernel; kx++) {
          const ptrdiff_t right = column * pool.stride - pool.padding + kx;
          if (right < 0 || right >= pool.width) continue;
          const uint16_t *source = x + (down * pool.width + right) * channels;
          for (ptrdiff_t c = 0; c < channels; c++) {
            const int is_larger = widened(source[c]) > widened(y[c]);
            y[c] = is_larger ? source[c] : y[c];
          }
        }
      }
    }
}

RELIC_VARIANTS
void relic_mean_rows_rounded(
    size_t rows, size_t channels, const uint16_t *restrict x, float *restrict y) {
  for (size_t c = 0; c < channels; c++) y[c] = 0;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) y[c] += widened(x[r * channels + c]);
  for (size_t c = 0; c < channels; c++) y[c] /= (float)rows;
}

RELIC_VARIANTS
void relic_add_rounded(
    size_t count, const uint16_t *restrict a, const uint16_t *restrict b, uint16_t *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = rounded(widened(a[i]) + widened(b[i]));
}

RELIC_VARIANTS
void relic_scale_channels_rounded(
    size_t rows, size_t channels, const uint16_t *restrict x, const float *restrict gate,
    uint16_t *restrict y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++)
      y[r * channels + c] = rounded(widened(x[r * channels + c]) * gate[c]);
}
