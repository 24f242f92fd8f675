#ifndef RELIC_BFLOAT16_IMAGE_H
#define RELIC_BFLOAT16_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "depthwise.h"
#include "norm.h"
#include "pooling.h"

// Passes over one image of bfloat16 numbers [height, width, channels].

// Rounds an image of floats and surrounds it by `padding` pixels of zeros; one more zero follows, for
// whoever reads pairs.
void relic_round_padded(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, ptrdiff_t padding, const float *x,
    uint16_t *padded);

// The maximum of each window, of numbers none of which is NaN.
void relic_max_pool_rounded(relic_pool pool, const uint16_t *x, uint16_t *y);

// The mean over the rows of x[rows, channels], in floats.
void relic_mean_rows_rounded(size_t rows, size_t channels, const uint16_t *x, float *y);

// y[i] = a[i] + b[i]
void relic_add_rounded(size_t count, const uint16_t *a, const uint16_t *b, uint16_t *y);

// y[rows, channels] = x * gate, the same gate[channels] for every row.
void relic_scale_channels_rounded(
    size_t rows, size_t channels, const uint16_t *x, const float *gate, uint16_t *y);

// y = activation(scale * z + shift) of the depthwise convolution z of x, whose sums are floats.
void relic_depthwise_rounded(
    relic_depthwise_shape shape, const uint16_t *x, const float *weight, const float *scale,
    const float *shift, relic_activation activation, uint16_t *y);

#endif
