#ifndef RELIC_GATE_H
#define RELIC_GATE_H

#include <stddef.h>

// x = x + bias, and y = x * sigmoid(x), for x[rows, channels] and bias[channels].
void relic_biased_silu(size_t rows, size_t channels, const float *bias, float *x, float *y);

// x = sigmoid(x + bias) for x[rows, channels] and bias[channels].
void relic_biased_sigmoids(size_t rows, size_t channels, const float *bias, float *x);

// d = dy * y * (1 - y), with y = sigmoid(x); d may be dy.
void relic_sigmoids_backward(size_t count, const float *dy, const float *y, float *d);

// dx = dy * d(x * sigmoid(x))/dx; dx may be dy.
void relic_silu_backward(size_t count, const float *dy, const float *x, float *dx);

// sum[channels] = the sums of x[rows, channels] over the rows.
void relic_sum_rows(size_t rows, size_t channels, const float *x, float *sum);

// y[rows, channels] = x * gate, the same gate[channels] for every row.
void relic_scale_channels(
    size_t rows, size_t channels, const float *x, const float *gate, float *y);

// dgate[channels] = the sums of dy * x over the rows.
void relic_scale_channels_sums(
    size_t rows, size_t channels, const float *dy, const float *x, float *dgate);

// dx = dy * gate + share * shift, with gate and shift of [channels]; dx may be dy.
void relic_scale_channels_backward(
    size_t rows, size_t channels, const float *dy, const float *gate, float share,
    const float *shift, float *dx);

#endif
