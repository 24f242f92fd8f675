#ifndef RELIC_BFLOAT16_WINOGRAD_H
#define RELIC_BFLOAT16_WINOGRAD_H

#include <stdint.h>

#include "norm.h"
#include "winograd.h"

// Winograd's filtering of winograd.h between images of bfloat16 numbers: the transforms compute in
// floats, and what the products of points multiply is rounded. A grid's `plane` counts elements.

// y = activation(scale * z + shift + residual) of channels; residual lies as y does, or is null.
typedef struct {
  const float *scale;
  const float *shift;
  const uint16_t *residual;
  relic_activation activation;
} relic_finish;

// v[point][tile - first][channels] from the inputs of tiles first ..< first + count of
// x[batch, height, width, channels].
void relic_winograd_input_rounded(
    relic_winograd_grid grid, size_t first, size_t count, const uint16_t *x, uint16_t *v);

// y[batch, height, width, channels] of the outputs z of the tiles from
// m[point][tile - first][channels].
void relic_winograd_output_rounded(
    relic_winograd_grid grid, size_t first, size_t count, const float *m, relic_finish after,
    uint16_t *y);

#endif
