#ifndef RELIC_NORM_H
#define RELIC_NORM_H

#include <stddef.h>
#include <stdint.h>

// What follows a normalisation, in the same pass.
typedef enum { relic_identity = 0, relic_relu = 1, relic_silu_activation = 2 } relic_activation;

// Per channel of x[rows, channels]: the mean, and the sum of squared deviations from it.
void relic_moments(size_t rows, size_t channels, const float *x, float *mean, float *deviations);

// The same of numbers of IEEE binary16.
void relic_moments_of_half(
    size_t rows, size_t channels, const uint16_t *x, float *mean, float *deviations);

// Joins the moments of `count` rows to those of `seen` rows before them, in double precision.
void relic_join_moments(
    size_t channels, size_t seen, size_t count, const float *mean, const float *deviations,
    double *joined_mean, double *joined_deviations);

// y = activation(scale * z + shift + residual); residual may be null, y may be z.
void relic_normalize(
    size_t rows, size_t channels, const float *z, const float *scale, const float *shift,
    const float *residual, relic_activation activation, float *y);

// Per channel the sums of g, the gradient before the activation, and of g * (z - mean). The output y
// decides where a rectifier is open; if null it is computed again from scale and shift, as SiLU's
// input always is. Writes g to `g`, which may be dy or null.
void relic_normalize_backward_sums(
    size_t rows, size_t channels, const float *dy, const float *z, const float *y,
    const float *scale, const float *shift, const float *mean, relic_activation activation,
    float *g, float *sum, float *product);

// sums[i] += x[i], in double precision.
void relic_add_to_doubles(size_t count, const float *x, double *sums);

// dz = a * g + b * z + c per channel, with g = dy, or dy where scale * z + shift is positive if
// scale is not null; dz may be dy.
void relic_normalize_backward(
    size_t rows, size_t channels, const float *dy, const float *z, const float *a, const float *b,
    const float *c, const float *scale, const float *shift, float *dz);

#endif
