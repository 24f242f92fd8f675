#include "bfloat16_product.h"

#include "bfloat16.h"
#include "bfloat16_fast.h"
#include "bfloat16_slab.h"
#include "bfloat16_rounding.h"

block_function relic_best_block(void) {
#ifdef RELIC_BFLOAT16
  if (relic_has_bfloat16()) return relic_block_fast;
#endif
  return relic_block_plain;
}

size_t relic_slab_rows(size_t runs, size_t depth, size_t n, const relic_sums *sums) {
  const size_t row = 2 * depth + (sums->floats ? 4 : 2) * n;
  const size_t wanted = (1 << 18) / row;
  const size_t most = most_places / (runs ? runs : 1) - most_rows;
  const size_t rows = wanted < 96 ? 96 : wanted;
  const size_t allowed = rows < most ? rows : most;
  return allowed < 24 ? allowed : allowed / 24 * 24;
}

static relic_sums from_column(const relic_sums *sums, size_t column) {
  relic_sums part = *sums;
  if (part.floats) part.floats += column;
  if (part.rounded) part.rounded += column;
  if (part.half) part.half += column;
  if (part.residual) part.residual += column;
  if (part.scale) {
    part.scale += column;
    part.shift += column;
  }
  return part;
}

void relic_multiply_slab(
    block_function compute, size_t rows, size_t n, size_t depth, relic_block block,
    const relic_sums *sums) {
  const uint16_t *const *places = block.places;
  const size_t *targets = block.targets;
  for (size_t column = 0; column < n; column += panel_width) {
    block.columns = n - column < panel_width ? n - column : panel_width;
    block.vectors = (block.columns + 15) / 16;
    block.sums = from_column(sums, column);
    const size_t height = block_rows(block.vectors);
    for (size_t row = 0; row < rows; row += height) {
      block.places = places + row;
      block.targets = targets + row;
      block.rows = rows - row < height ? rows - row : height;
      compute(&block);
    }
    block.right += 16 * block.vectors * depth;
  }
}

void relic_repeat_last(const uint16_t **places, size_t rows) {
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
  size_t targets[most_places];
  const size_t only = 0;
  const int lies_in_panels = left.stride == 0;
  const size_t depth = k + k % 2;
  // A panel's rows have a step of their own.
  const size_t slab = lies_in_panels ? relic_left_panel : relic_slab_rows(1, depth, n, sums);
  for (size_t first = 0; first < m; first += slab) {
    const size_t rows = m - first < slab ? m - first : slab;
    for (size_t i = 0; i < rows; i++) {
      places[i] = lies_in_panels ? place_in_panels(left.start, k, first + i)
                                 : left.start + (first + i) * left.stride;
      targets[i] = (first + i) * sums->stride;
    }
    relic_repeat_last(places, rows);
    const relic_block block = {
        .places = places,
        .runs = 1,
        .kinds = &only,
        .pairs = depth / 2,
        .step = lies_in_panels ? 2 * ((rows + 15) / 16 * 16) : 2,
        .right = right,
        .targets = targets};
    relic_multiply_slab(compute, rows, n, depth, block, sums);
  }
}

void relic_multiply(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums) {
  multiply(relic_best_block(), m, n, k, left, right, &sums);
}

void relic_multiply_plain(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums) {
  multiply(relic_block_plain, m, n, k, left, right, &sums);
}
