#ifndef RELIC_GATE_H
#define RELIC_GATE_H

#include <stddef.h>

// y = sigmoid(x)
void relic_sigmoids(size_t count, const float *x, float *y);

// y = x * sigmoid(x)
void relic_silu(size_t count, const float *x, float *y);

// dx = dy * d(x * sigmoid(x))/dx; dx may be dy.
void relic_silu_backward(size_t count, const float *dy, const float *x, float *dx);

// y[rows, channels] = x * gate, the same gate[channels] for every row.
void relic_scale_channels(
    size_t rows, size_t channels, const float *x, const float *gate, float *y);

// dgate[channels] = the sums of dy * x over the rows.
void relic_scale_channels_sums(
    size_t rows, size_t channels, const float *dy, const float *x, float *dgate);

// dx = dy * gate + shift, with gate and shift of [channels]; dx may be dy.
void relic_scale_channels_backward(
    size_t rows, size_t channels, const float *dy, const float *gate, const float *shift,
    float *dx);

#endif
