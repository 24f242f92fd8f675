#include "patches.h"

#include <string.h>

#include "variants.h"

void relic_gather_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t first, size_t count,
    const float *x, float *panel) {
  const ptrdiff_t area = grid.grid_height * grid.grid_width;
  ptrdiff_t image = (ptrdiff_t)first / area;
  ptrdiff_t row = (ptrdiff_t)first % area / grid.grid_width;
  ptrdiff_t column = (ptrdiff_t)first % grid.grid_width;
  for (size_t pixel = 0; pixel < count; pixel++) {
    const float *source = x + image * grid.height * grid.width * grid.channels;
    for (size_t r = 0; r < run_count; r++) {
      const ptrdiff_t y = row * grid.stride + runs[r].dy;
      const ptrdiff_t left = column * grid.stride + runs[r].dx;
      const ptrdiff_t right = left + runs[r].count;
      const ptrdiff_t from = left < 0 ? 0 : left;
      const ptrdiff_t to = right > grid.width ? grid.width : right;
      const ptrdiff_t length = runs[r].count * grid.channels;
      if (y < 0 || y >= grid.height || from >= to) {
        memset(panel, 0, (size_t)length * sizeof(float));
      } else {
        const ptrdiff_t before = (from - left) * grid.channels;
        const ptrdiff_t inside = (to - from) * grid.channels;
        if (before > 0) memset(panel, 0, (size_t)before * sizeof(float));
        memcpy(
            panel + before, source + (y * grid.width + from) * grid.channels,
            (size_t)inside * sizeof(float));
        if (before + inside < length)
          memset(panel + before + inside, 0, (size_t)(length - before - inside) * sizeof(float));
      }
      panel += length;
    }
    if (++column == grid.grid_width) {
      column = 0;
      if (++row == grid.grid_height) {
        row = 0;
        image++;
      }
    }
  }
}

RELIC_VARIANTS
void relic_transpose(
    size_t inputs, size_t outputs, const float *restrict a, float *restrict b) {
  for (size_t i = 0; i < inputs; i += 16) {
    const size_t rows = inputs - i < 16 ? inputs - i : 16;
    for (size_t o = 0; o < outputs; o++)
      for (size_t r = 0; r < rows; r++) b[o * inputs + i + r] = a[(i + r) * outputs + o];
  }
}
