#include "bfloat16_product.h"

#include "bfloat16.h"
#include "bfloat16_block.h"
#include "bfloat16_fast.h"
#include "bfloat16_rounding.h"

typedef void (*block_function)(const relic_block *);

static block_function best_block(void) {
#ifdef RELIC_BFLOAT16
  if (relic_has_bfloat16()) return relic_block_fast;
#endif
  return relic_block_plain;
}

// Pointers to the runs of the rows of a slab; behind the last row, those that a block may read.
enum { most_places = 2048 };

// Rows of a slab: they and what becomes of them stay in the second-level cache while the panels of
// the right operand pass by, each of which is read once for all of them.
static size_t slab_rows(size_t runs, size_t depth, size_t n, const relic_sums *sums) {
  const size_t row = 2 * depth + (sums->floats ? 4 : 2) * n;
  const size_t wanted = (1 << 18) / row, most = most_places / runs - most_rows;
  const size_t rows = wanted < 96 ? 96 : wanted;
  const size_t allowed = rows < most ? rows : most;
  return allowed < 24 ? allowed : allowed / 24 * 24;
}

static relic_sums from(const relic_sums *sums, size_t row, size_t column) {
  const size_t place = row * sums->stride + column;
  relic_sums part = *sums;
  if (part.floats) part.floats += place;
  if (part.rounded) part.rounded += place;
  if (part.residual) part.residual += place;
  if (part.scale) {
    part.scale += column;
    part.shift += column;
  }
  return part;
}

// All panels of the right operand times the rows of a slab whose places are known.
static void multiply_slab(
    block_function compute, size_t rows, size_t n, relic_block block, const relic_sums *sums) {
  const uint16_t *const *places = block.places;
  const size_t depth = 2 * block.runs * block.pairs;
  for (size_t column = 0; column < n; column += panel_width) {
    block.columns = n - column < panel_width ? n - column : panel_width;
    block.vectors = (block.columns + 15) / 16;
    const size_t height = block_rows(block.vectors);
    for (size_t row = 0; row < rows; row += height) {
      block.places = places + row;
      block.rows = rows - row < height ? rows - row : height;
      block.sums = from(sums, row, column);
      compute(&block);
    }
    block.right += 16 * block.vectors * depth;
  }
}

static void repeat_last(const uint16_t **places, size_t rows) {
  for (size_t i = 0; i < most_rows; i++) places[rows + i] = places[rows - 1];
}

// The left operand's columns [pairs][width][2] stand for its rows.
static const uint16_t *place_in_panels(const uint16_t *start, size_t k, size_t row) {
  const size_t first = row / relic_left_panel * relic_left_panel;
  return start + (k + k % 2) * first + 2 * (row - first);
}

static void multiply(
    block_function compute, size_t m, size_t n, size_t k, relic_left left, const uint16_t *right,
    const relic_sums *sums) {
  const uint16_t *places[most_places];
  const int lies_in_panels = left.stride == 0;
  const size_t depth = k + k % 2;
  // A panel's rows have a step of their own.
  const size_t slab = lies_in_panels ? relic_left_panel : slab_rows(1, depth, n, sums);
  for (size_t first = 0; first < m; first += slab) {
    const size_t rows = m - first < slab ? m - first : slab;
    for (size_t i = 0; i < rows; i++)
      places[i] = lies_in_panels ? place_in_panels(left.start, k, first + i)
                                 : left.start + (first + i) * left.stride;
    repeat_last(places, rows);
    const relic_block block = {
        .places = places,
        .places_stride = most_places,
        .runs = 1,
        .pairs = depth / 2,
        .step = lies_in_panels ? 2 * ((rows + 15) / 16 * 16) : 2,
        .right = right};
    const relic_sums part = from(sums, first, 0);
    multiply_slab(compute, rows, n, block, &part);
  }
}

void relic_multiply(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums) {
  multiply(best_block(), m, n, k, left, right, &sums);
}

void relic_multiply_plain(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums) {
  multiply(relic_block_plain, m, n, k, left, right, &sums);
}

// Where the run begins for an output pixel, or `zeros` if it is not wholly inside the image.
static inline const uint16_t *place_in_image(
    const relic_patch_grid *grid, const relic_tap_run *run, const uint16_t *image, ptrdiff_t row,
    ptrdiff_t column, const uint16_t *zeros) {
  const ptrdiff_t y = row * grid->stride + run->dy, x = column * grid->stride + run->dx;
  if (y < 0 || y >= grid->height || x < 0 || x + run->count > grid->width) return zeros;
  return image + (y * grid->width + x) * grid->channels;
}

void relic_multiply_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t first, size_t count,
    const uint16_t *x, const uint16_t *zeros, size_t n, const uint16_t *right, relic_sums sums) {
  const uint16_t *places[most_places];
  const block_function compute = best_block();
  const size_t pairs = (size_t)(runs[0].count * grid.channels + 1) / 2;
  const size_t slab = slab_rows(run_count, 2 * run_count * pairs, n, &sums);
  const size_t stride = slab + most_rows;
  const ptrdiff_t area = grid.grid_height * grid.grid_width;
  for (size_t start = 0; start < count; start += slab) {
    const size_t rows = count - start < slab ? count - start : slab;
    for (size_t i = 0; i < rows; i++) {
      const ptrdiff_t pixel = (ptrdiff_t)(first + start + i), inside = pixel % area;
      const ptrdiff_t row = inside / grid.grid_width, column = inside % grid.grid_width;
      const uint16_t *image = x + pixel / area * grid.height * grid.width * grid.channels;
      for (size_t r = 0; r < run_count; r++)
        places[r * stride + i] = place_in_image(&grid, &runs[r], image, row, column, zeros);
    }
    for (size_t r = 0; r < run_count; r++) repeat_last(places + r * stride, rows);
    const relic_block block = {
        .places = places,
        .places_stride = stride,
        .runs = run_count,
        .pairs = pairs,
        .step = 2,
        .right = right};
    const relic_sums part = from(&sums, start, 0);
    multiply_slab(compute, rows, n, block, &part);
  }
}
