#ifndef RELIC_WINOGRAD_H
#define RELIC_WINOGRAD_H

#include <stddef.h>

// Winograd's minimal filtering F(t x t, 3x3), Lavin & Gray 2015, for t = 4 and 3: tiles of t x t
// outputs from tiles of (t + 2) x (t + 2) inputs, with one product for each of those instead of
// nine for each output. Interpolation points 0, 3/4, -3/4, 3/2, -3/2 (t = 4 alone) and infinity.
// Images of 2x2 pixels lie between zeros: t = 2 takes them with 9 products instead of 16, by
// Karatsuba's trick along each side. Stride 1, padding 1; at least 16 channels, a multiple of 8.
typedef struct {
  ptrdiff_t height;
  ptrdiff_t width;
  ptrdiff_t channels;
  // t (4, 3 or 2), and tiles along each side.
  ptrdiff_t tile;
  ptrdiff_t tiles_high;
  ptrdiff_t tiles_wide;
  // Floats from one point to the next in v, m and dm.
  ptrdiff_t plane;
} relic_winograd_grid;

// v[point][tile - first][channels] from the inputs of tiles first ..< first + count of
// x[batch, height, width, channels].
void relic_winograd_input(
    relic_winograd_grid grid, size_t first, size_t count, const float *x, float *v);

// The outputs y[batch, height, width, channels] of the tiles from m[point][tile - first][channels].
void relic_winograd_output(
    relic_winograd_grid grid, size_t first, size_t count, const float *m, float *y);

// The transpose of relic_winograd_output: dm from dy.
void relic_winograd_output_gradient(
    relic_winograd_grid grid, size_t first, size_t count, const float *dy, float *dm);

// u[point][stride] from w[9][stride] at elements first ..< first + count, multiples of 16.
void relic_winograd_weight(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *w, float *u);

// The transpose of relic_winograd_weight: dw[9][stride] from du[point][stride].
void relic_winograd_weight_gradient(
    ptrdiff_t tile, size_t stride, size_t first, size_t count, const float *du, float *dw);

#endif
