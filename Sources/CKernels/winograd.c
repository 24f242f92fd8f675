#include "winograd.h"

#include "variants.h"
#include "winograd_lines.h"
#include "winograd_tiles.h"

// Reads a tile of `side` rows and columns from (row, column) on, zero outside the image, and
// transforms its columns by `line`.
#define TRANSFORM_COLUMNS(line, side, from_row, from_column)                      \
  for (ptrdiff_t j = 0; j < (side); j++) {                                        \
    const ptrdiff_t column = (from_column) + j;                                   \
    for (ptrdiff_t i = 0; i < (side); i++) {                                      \
      const ptrdiff_t row = (from_row) + i;                                       \
      if (row >= 0 && row < grid->height && column >= 0 && column < grid->width)  \
        load(&values[i], source + (row * grid->width + column) * grid->channels); \
      else                                                                        \
        values[i] = (lanes){0};                                                   \
    }                                                                             \
    line(tile, values, 1, columns + j, side);                                     \
  }

// Transforms the rows by `line` and writes them point after point.
#define STORE_POINTS(line, side, points, target)                      \
  for (ptrdiff_t i = 0; i < (points); i++) {                          \
    line(tile, columns + i * (side), 1, values, 1);                   \
    for (ptrdiff_t j = 0; j < (points); j++)                          \
      store((target) + (i * (points) + j) * grid->plane, &values[j]); \
  }

INLINE void input_tiles(
    ptrdiff_t tile, const relic_winograd_grid *grid, size_t first, size_t count,
    const float *restrict x, float *restrict v) {
  const ptrdiff_t points = points_of(tile);
  // Nothing but zeros lies around a tile of two.
  const ptrdiff_t side = tile == 2 ? 2 : points, border = tile == 2 ? 0 : 1;
  for (size_t t = 0; t < count; t++) {
    const place at = place_of(grid, first + t);
    for (ptrdiff_t c = 0; c < grid->channels; c += width) {
      lanes columns[36], values[6];
      const float *source = x + at.image + block_start(c, grid->channels);
      TRANSFORM_COLUMNS(input_line, side, at.row - border, at.column - border)
      float *target = v + (ptrdiff_t)t * grid->channels + block_start(c, grid->channels);
      STORE_POINTS(input_line, side, points, target)
    }
  }
}

INLINE void output_gradient_tiles(
    ptrdiff_t tile, const relic_winograd_grid *grid, size_t first, size_t count,
    const float *restrict dy, float *restrict dm) {
  const ptrdiff_t points = points_of(tile);
  for (size_t t = 0; t < count; t++) {
    const place at = place_of(grid, first + t);
    for (ptrdiff_t c = 0; c < grid->channels; c += width) {
      lanes columns[24], values[6];
      const float *source = dy + at.image + block_start(c, grid->channels);
      TRANSFORM_COLUMNS(output_gradient_line, tile, at.row, at.column)
      float *target = dm + (ptrdiff_t)t * grid->channels + block_start(c, grid->channels);
      STORE_POINTS(output_gradient_line, tile, points, target)
    }
  }
}

INLINE void output_tiles(
    ptrdiff_t tile, const relic_winograd_grid *grid, size_t first, size_t count,
    const float *restrict m, float *restrict y) {
  const ptrdiff_t points = points_of(tile);
  for (size_t t = 0; t < count; t++) {
    const place at = place_of(grid, first + t);
    for (ptrdiff_t c = 0; c < grid->channels; c += width) {
      lanes columns[24], values[6];
      const float *source = m + (ptrdiff_t)t * grid->channels + block_start(c, grid->channels);
      for (ptrdiff_t j = 0; j < points; j++) {
        for (ptrdiff_t i = 0; i < points; i++)
          load(&values[i], source + (points * i + j) * grid->plane);
        output_line(tile, values, 1, columns + j, points);
      }
      float *target = y + at.image + block_start(c, grid->channels);
      for (ptrdiff_t i = 0; i < tile && at.row + i < grid->height; i++) {
        output_line(tile, columns + points * i, 1, values, 1);
        for (ptrdiff_t j = 0; j < tile && at.column + j < grid->width; j++)
          store(target + ((at.row + i) * grid->width + at.column + j) * grid->channels, &values[j]);
      }
    }
  }
}

INLINE void weights(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *restrict w,
    float *restrict u) {
  const ptrdiff_t points = points_of(tile);
  for (size_t e = first; e < first + count; e += width) {
    lanes columns[18], values[6];
    for (ptrdiff_t j = 0; j < 3; j++) {
      for (ptrdiff_t i = 0; i < 3; i++) load(&values[i], w + (size_t)(3 * i + j) * stride + e);
      weight_line(tile, values, 1, columns + j, 3);
    }
    for (ptrdiff_t i = 0; i < points; i++) {
      weight_line(tile, columns + 3 * i, 1, values, 1);
      for (ptrdiff_t j = 0; j < points; j++)
        store(u + (size_t)(points * i + j) * stride + e, &values[j]);
    }
  }
}

INLINE void weight_gradients(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *restrict du,
    float *restrict dw) {
  const ptrdiff_t points = points_of(tile);
  for (size_t e = first; e < first + count; e += width) {
    lanes columns[18], values[6];
    for (ptrdiff_t j = 0; j < points; j++) {
      for (ptrdiff_t i = 0; i < points; i++)
        load(&values[i], du + (size_t)(points * i + j) * stride + e);
      weight_gradient_line(tile, values, 1, columns + j, points);
    }
    for (ptrdiff_t i = 0; i < 3; i++) {
      weight_gradient_line(tile, columns + points * i, 1, values, 1);
      for (ptrdiff_t j = 0; j < 3; j++) store(dw + (size_t)(3 * i + j) * stride + e, &values[j]);
    }
  }
}

RELIC_VARIANTS
void relic_winograd_input(
    relic_winograd_grid grid, size_t first, size_t count, const float *x, float *v) {
  WITH_CONSTANT_TILE(grid.tile, input_tiles, &grid, first, count, x, v);
}

RELIC_VARIANTS
void relic_winograd_output(
    relic_winograd_grid grid, size_t first, size_t count, const float *m, float *y) {
  WITH_CONSTANT_TILE(grid.tile, output_tiles, &grid, first, count, m, y);
}

RELIC_VARIANTS
void relic_winograd_output_gradient(
    relic_winograd_grid grid, size_t first, size_t count, const float *dy, float *dm) {
  WITH_CONSTANT_TILE(grid.tile, output_gradient_tiles, &grid, first, count, dy, dm);
}

RELIC_VARIANTS
void relic_winograd_weight(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *w, float *u) {
  WITH_CONSTANT_TILE(tile, weights, stride, first, count, w, u);
}

RELIC_VARIANTS
void relic_winograd_weight_gradient(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *du, float *dw) {
  WITH_CONSTANT_TILE(tile, weight_gradients, stride, first, count, du, dw);
}
