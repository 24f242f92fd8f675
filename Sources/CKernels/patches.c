#include "patches.h"

#include "lanes.h"
#include "variants.h"

// Copies and clears runs too short for the library's functions to pay: the last block overlaps.
INLINE void copy(float *to, const float *from, ptrdiff_t count) {
  if (count > 8 * width) {
    memcpy(to, from, (size_t)count * sizeof(float));
  } else if (count >= width) {
    lanes value;
    for (ptrdiff_t i = 0; i + width <= count; i += width) {
      load(&value, from + i);
      store(to + i, &value);
    }
    load(&value, from + count - width);
    store(to + count - width, &value);
  } else {
    for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i];
  }
}

INLINE void clear(float *to, ptrdiff_t count) {
  if (count > 8 * width)
    memset(to, 0, (size_t)count * sizeof(float));
  else
    for (ptrdiff_t i = 0; i < count; i++) to[i] = 0;
}

RELIC_VARIANTS
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
        clear(panel, length);
      } else {
        const ptrdiff_t before = (from - left) * grid.channels;
        const ptrdiff_t inside = (to - from) * grid.channels;
        clear(panel, before);
        copy(panel + before, source + (y * grid.width + from) * grid.channels, inside);
        clear(panel + before + inside, length - before - inside);
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
