#ifndef RELIC_WINOGRAD_H
#define RELIC_WINOGRAD_H

#include <stddef.h>

// Winograd's minimal filtering F(4x4, 3x3), Lavin & Gray 2015: tiles of 4x4 outputs from tiles of
// 6x6 inputs with 36 products each instead of 144. Interpolation points 0, 3/4, -3/4, 3/2, -3/2 and
// infinity. Stride 1, padding 1; channels a multiple of 16.
typedef struct {
  ptrdiff_t height;
  ptrdiff_t width;
  ptrdiff_t channels;
  ptrdiff_t tiles_high;
  ptrdiff_t tiles_wide;
} relic_winograd_grid;

// v[36, count, channels] from the 6x6 inputs of tiles first ..< first + count of
// x[batch, height, width, channels].
void relic_winograd_input(
    relic_winograd_grid grid, size_t first, size_t count, const float *x, float *v);

// The 4x4 outputs y[batch, height, width, channels] of the tiles from m[36, count, channels].
void relic_winograd_output(
    relic_winograd_grid grid, size_t first, size_t count, const float *m, float *y);

// The transpose of relic_winograd_output: dm[36, count, channels] from dy.
void relic_winograd_output_gradient(
    relic_winograd_grid grid, size_t first, size_t count, const float *dy, float *dm);

// u[36, stride] from w[9, stride] at elements first ..< first + count, multiples of 16.
void relic_winograd_weight(
    size_t stride, size_t first, size_t count, const float *w, float *u);

// The transpose of relic_winograd_weight: dw[9, stride] from du[36, stride].
void relic_winograd_weight_gradient(
    size_t stride, size_t first, size_t count, const float *du, float *dw);

#endif
