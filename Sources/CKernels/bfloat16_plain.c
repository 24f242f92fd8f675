#include "bfloat16_block.h"

#include <string.h>

#include "bfloat16_rounding.h"
#include "sigmoid.h"
#include "variants.h"

static inline __attribute__((always_inline)) void store_row(
    const relic_block *block, size_t row, const float *z) {
  const relic_sums *sums = &block->sums;
  const size_t first = block->targets[row];
  for (size_t c = 0; c < block->columns; c++) {
    float y = z[c];
    if (sums->scale) y = y * sums->scale[c] + sums->shift[c];
    if (sums->residual) y += widened(sums->residual[first + c]);
    if (sums->activation == relic_relu) y = y < 0 ? 0 : y;
    if (sums->activation == relic_silu_activation) y = y * relic_sigmoid(y);
    if (sums->floats)
      sums->floats[first + c] = sums->adds ? sums->floats[first + c] + y : y;
    else if (sums->half)
      ((_Float16 *)sums->half)[first + c] = (_Float16)y;
    else
      sums->rounded[first + c] = rounded(y);
  }
}

RELIC_VARIANTS
void relic_block_plain(const relic_block *block) {
  const size_t width = 16 * block->vectors;
  for (size_t row = 0; row < block->rows; row++) {
    float z[panel_width] = {0};
    for (size_t run = 0; run < block->runs; run++) {
      const uint16_t *right = block->right + 2 * width * block->pairs * block->kinds[run];
      const uint16_t *left = block->places[run * block->places_stride + row];
      for (size_t pair = 0; pair < block->pairs; pair++, left += block->step) {
        const float a = widened(left[0]), b = widened(left[1]);
        for (size_t c = 0; c < width; c++)
          z[c] += a * widened(right[2 * c]) + b * widened(right[2 * c + 1]);
        right += 2 * width;
      }
    }
    store_row(block, row, z);
  }
}
