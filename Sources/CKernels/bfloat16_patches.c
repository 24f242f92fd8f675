#include "bfloat16_slab.h"

// Pixels of the grid that the same runs reach: rows and columns of every image.
typedef struct {
  ptrdiff_t top, bottom, left, right;
  uint64_t runs;
} region;

// What a product of patches reads and writes.
typedef struct {
  relic_patch_grid grid;
  const relic_tap_run *runs;
  size_t run_count;
  const uint16_t *x;
  size_t n;
  const uint16_t *right;
  relic_pixel_steps steps;
  relic_sums sums;
  block_function compute;
} patches;

// The runs that lie inside the image along one axis for one row or column of the grid.
static uint64_t runs_of_row(const patches *all, ptrdiff_t row) {
  uint64_t inside = 0;
  for (size_t r = 0; r < all->run_count; r++) {
    const ptrdiff_t y = row * all->grid.stride + all->runs[r].dy;
    inside |= (uint64_t)(y >= 0 && y < all->grid.height) << r;
  }
  return inside;
}

static uint64_t runs_of_column(const patches *all, ptrdiff_t column) {
  uint64_t inside = 0;
  for (size_t r = 0; r < all->run_count; r++) {
    const ptrdiff_t x = column * all->grid.stride + all->runs[r].dx;
    inside |= (uint64_t)(x >= 0 && x + all->runs[r].count <= all->grid.width) << r;
  }
  return inside;
}

// Multiplies pixels first ..< end of a region, counted over images, rows and columns.
static void multiply_region(const patches *all, const region *part, size_t first, size_t end) {
  const uint16_t *places[most_places];
  size_t targets[most_places], kinds[64], runs = 0;
  ptrdiff_t offsets[64];
  const relic_patch_grid *grid = &all->grid;
  for (size_t r = 0; r < all->run_count; r++)
    if (part->runs >> r & 1) {
      offsets[runs] = (all->runs[r].dy * grid->width + all->runs[r].dx) * grid->channels;
      kinds[runs++] = r;
    }
  const size_t pairs = (size_t)(all->runs[0].count * grid->channels + 1) / 2;
  const size_t depth = 2 * all->run_count * pairs;
  const size_t slab = relic_slab_rows(runs, 2 * runs * pairs, all->n, &all->sums);
  const size_t stride = slab + most_rows;
  const ptrdiff_t height = part->bottom - part->top, width = part->right - part->left;
  const ptrdiff_t inside = (ptrdiff_t)first % (height * width);
  ptrdiff_t image = (ptrdiff_t)first / (height * width);
  ptrdiff_t row = inside / width, column = inside % width;
  for (size_t start = first; start < end; start += slab) {
    const size_t rows = end - start < slab ? end - start : slab;
    for (size_t i = 0; i < rows; i++) {
      const ptrdiff_t y = part->top + row, x = part->left + column;
      const size_t pixel = (size_t)image * all->steps.image + (size_t)y * all->steps.row +
                           (size_t)x * all->steps.column;
      const ptrdiff_t source =
          ((image * grid->height + y * grid->stride) * grid->width + x * grid->stride) *
          grid->channels;
      targets[i] = pixel * all->sums.stride;
      for (size_t r = 0; r < runs; r++) places[r * stride + i] = all->x + source + offsets[r];
      if (++column < width) continue;
      column = 0;
      if (++row < height) continue;
      row = 0;
      image++;
    }
    for (size_t r = 0; r < runs; r++) relic_repeat_last(places + r * stride, rows);
    const relic_block block = {
        .places = places,
        .places_stride = stride,
        .runs = runs,
        .kinds = kinds,
        .pairs = pairs,
        .step = 2,
        .right = all->right,
        .targets = targets};
    relic_multiply_slab(all->compute, rows, all->n, depth, block, &all->sums);
  }
}

void relic_multiply_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t images, size_t first,
    size_t count, const uint16_t *x, size_t n, const uint16_t *right, relic_pixel_steps steps,
    relic_sums sums) {
  const patches all = {grid, runs, run_count, x, n, right, steps, sums, relic_best_block()};
  const size_t end = first + count;
  size_t before = 0;
  region part;
  for (part.top = 0; part.top < grid.grid_height; part.top = part.bottom) {
    const uint64_t of_row = runs_of_row(&all, part.top);
    part.bottom = part.top + 1;
    while (part.bottom < grid.grid_height && runs_of_row(&all, part.bottom) == of_row)
      part.bottom++;
    for (part.left = 0; part.left < grid.grid_width; part.left = part.right) {
      const uint64_t of_column = runs_of_column(&all, part.left);
      part.right = part.left + 1;
      while (part.right < grid.grid_width && runs_of_column(&all, part.right) == of_column)
        part.right++;
      part.runs = of_row & of_column;
      const size_t pixels = images * (size_t)((part.bottom - part.top) * (part.right - part.left));
      const size_t from = first > before ? first - before : 0;
      const size_t to = end < before + pixels ? end : before + pixels;
      if (to > before + from) multiply_region(&all, &part, from, to - before);
      before += pixels;
    }
  }
}
