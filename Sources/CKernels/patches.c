#include "patches.h"

#include "lanes.h"
#include "variants.h"

// Copies and clears runs too short for the library's functions to pay: the last block overlaps.
INLINE void copy(float *to, const float *from, ptrdiff_t count) {
  if (count > 8 * width) {
    memcpy(to, from, (size_t)count * sizeof(float));
  } else if (count >= width) {
    lanes first, last;
    load(&last, from + count - width);
    for (ptrdiff_t i = 0; i + width < count; i += width) {
      load(&first, from + i);
      store(to + i, &first);
    }
    store(to + count - width, &last);
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

// One run of `count` patches side by side, whose rows are `depth` floats apart; `line` is the
// input's row it reads, or null outside the input.
INLINE void gather_run(
    const relic_patch_grid *grid, const relic_tap_run *run, ptrdiff_t column, ptrdiff_t count,
    ptrdiff_t depth, const float *line, float *panel) {
  const ptrdiff_t channels = grid->channels, length = run->count * channels;
  for (ptrdiff_t i = 0; i < count; i++, panel += depth) {
    const ptrdiff_t left = (column + i) * grid->stride + run->dx;
    const ptrdiff_t right = left + run->count;
    if (line && left >= 0 && right <= grid->width) {
      copy(panel, line + left * channels, length);
      continue;
    }
    const ptrdiff_t from = left < 0 ? 0 : left;
    const ptrdiff_t to = right > grid->width ? grid->width : right;
    if (!line || from >= to) {
      clear(panel, length);
      continue;
    }
    const ptrdiff_t before = (from - left) * channels, inside = (to - from) * channels;
    clear(panel, before);
    copy(panel + before, line + from * channels, inside);
    clear(panel + before + inside, length - before - inside);
  }
}

RELIC_VARIANTS
void relic_gather_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t first, size_t count,
    const float *x, float *panel) {
  const ptrdiff_t area = grid.grid_height * grid.grid_width;
  const ptrdiff_t size = grid.width * grid.channels;
  ptrdiff_t depth = 0;
  for (size_t r = 0; r < run_count; r++) depth += runs[r].count * grid.channels;
  ptrdiff_t pixel = (ptrdiff_t)first;
  const ptrdiff_t end = pixel + (ptrdiff_t)count;
  while (pixel < end) {
    const ptrdiff_t row = pixel % area / grid.grid_width, column = pixel % grid.grid_width;
    const ptrdiff_t rest = grid.grid_width - column;
    const ptrdiff_t columns = rest < end - pixel ? rest : end - pixel;
    const float *image = x + pixel / area * grid.height * size;
    float *target = panel;
    for (size_t r = 0; r < run_count; r++) {
      const ptrdiff_t y = row * grid.stride + runs[r].dy;
      const float *line = y >= 0 && y < grid.height ? image + y * size : 0;
      gather_run(&grid, &runs[r], column, columns, depth, line, target);
      target += runs[r].count * grid.channels;
    }
    panel += columns * depth;
    pixel += columns;
  }
}

RELIC_VARIANTS
void relic_transpose(
    size_t rows, size_t columns, const float *restrict a, size_t a_stride, float *restrict b,
    size_t b_stride) {
  for (size_t i = 0; i < rows; i += 16) {
    const size_t count = rows - i < 16 ? rows - i : 16;
    for (size_t j = 0; j < columns; j++)
      for (size_t r = 0; r < count; r++) b[j * b_stride + i + r] = a[(i + r) * a_stride + j];
  }
}

RELIC_VARIANTS
void relic_copy_rows(
    size_t rows, size_t columns, const float *restrict a, size_t a_stride, float *restrict b,
    size_t b_stride) {
  for (size_t i = 0; i < rows; i++) copy(b + i * b_stride, a + i * a_stride, (ptrdiff_t)columns);
}
