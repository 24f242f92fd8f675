#include "bfloat16_winograd.h"

#include "bfloat16_lanes.h"
#include "variants.h"
#include "winograd_lines.h"
#include "winograd_tiles.h"

INLINE void input_tiles(
    ptrdiff_t tile, const relic_winograd_grid *grid, size_t first, size_t count,
    const uint16_t *restrict x, uint16_t *restrict v) {
  const ptrdiff_t points = points_of(tile);
  // Nothing but zeros lies around a tile of two.
  const ptrdiff_t side = tile == 2 ? 2 : points, border = tile == 2 ? 0 : 1;
  for (size_t t = 0; t < count; t++) {
    const place at = place_of(grid, first + t);
    for (ptrdiff_t c = 0; c < grid->channels; c += width) {
      lanes columns[36], values[6];
      const ptrdiff_t channel = block_start(c, grid->channels);
      const uint16_t *source = x + at.image + channel;
      for (ptrdiff_t j = 0; j < side; j++) {
        const ptrdiff_t column = at.column - border + j;
        for (ptrdiff_t i = 0; i < side; i++) {
          const ptrdiff_t row = at.row - border + i;
          if (row >= 0 && row < grid->height && column >= 0 && column < grid->width)
            load_rounded(&values[i], source + (row * grid->width + column) * grid->channels);
          else
            values[i] = (lanes){0};
        }
        input_line(tile, values, 1, columns + j, side);
      }
      uint16_t *target = v + (ptrdiff_t)t * grid->channels + channel;
      for (ptrdiff_t i = 0; i < points; i++) {
        input_line(tile, columns + side * i, 1, values, 1);
        for (ptrdiff_t j = 0; j < points; j++)
          store_rounded(target + (points * i + j) * grid->plane, &values[j]);
      }
    }
  }
}

INLINE void output_tiles(
    ptrdiff_t tile, const relic_winograd_grid *grid, size_t first, size_t count,
    const float *restrict m, const relic_finish *after, uint16_t *restrict y) {
  const ptrdiff_t points = points_of(tile);
  for (size_t t = 0; t < count; t++) {
    const place at = place_of(grid, first + t);
    for (ptrdiff_t c = 0; c < grid->channels; c += width) {
      lanes columns[24], values[6], scale, shift, residual;
      const ptrdiff_t channel = block_start(c, grid->channels);
      load(&scale, after->scale + channel);
      load(&shift, after->shift + channel);
      const float *source = m + (ptrdiff_t)t * grid->channels + channel;
      for (ptrdiff_t j = 0; j < points; j++) {
        for (ptrdiff_t i = 0; i < points; i++)
          load(&values[i], source + (points * i + j) * grid->plane);
        output_line(tile, values, 1, columns + j, points);
      }
      for (ptrdiff_t i = 0; i < tile && at.row + i < grid->height; i++) {
        output_line(tile, columns + points * i, 1, values, 1);
        for (ptrdiff_t j = 0; j < tile && at.column + j < grid->width; j++) {
          const ptrdiff_t pixel = (at.row + i) * grid->width + at.column + j;
          const ptrdiff_t target = at.image + pixel * grid->channels + channel;
          lanes u = values[j] * scale + shift;
          if (after->residual) {
            load_rounded(&residual, after->residual + target);
            u += residual;
          }
          if (after->activation == relic_relu) rectify(&u);
          if (after->activation == relic_silu_activation) apply_silu(&u);
          store_rounded(y + target, &u);
        }
      }
    }
  }
}

RELIC_VARIANTS
void relic_winograd_input_rounded(
    relic_winograd_grid grid, size_t first, size_t count, const uint16_t *x, uint16_t *v) {
  WITH_CONSTANT_TILE(grid.tile, input_tiles, &grid, first, count, x, v);
}

RELIC_VARIANTS
void relic_winograd_output_rounded(
    relic_winograd_grid grid, size_t first, size_t count, const float *m, relic_finish after,
    uint16_t *y) {
  WITH_CONSTANT_TILE(grid.tile, output_tiles, &grid, first, count, m, &after, y);
}
