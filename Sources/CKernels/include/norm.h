#ifndef RELIC_NORM_H
#define RELIC_NORM_H

#include <stddef.h>

// What follows a normalisation, in the same pass.
typedef enum { relic_identity = 0, relic_relu = 1, relic_silu_activation = 2 } relic_activation;

// Per channel of x[rows, channels]: the mean, and the sum of squared deviations from it.
void relic_moments(size_t rows, size_t channels, const float *x, float *mean, float *deviations);

// y = activation(scale * z + shift + residual); residual may be null, y may be z.
void relic_normalize(
    size_t rows, size_t channels, const float *z, const float *scale, const float *shift,
    const float *residual, relic_activation activation, float *y);

// Replaces dy by g, the gradient before the activation, and writes per channel the sums of g and of
// g * (z - mean). The output y decides where a rectifier is open; if null it is computed again from
// scale and shift, as SiLU's input always is.
void relic_normalize_backward_sums(
    size_t rows, size_t channels, float *dy, const float *z, const float *y, const float *scale,
    const float *shift, const float *mean, relic_activation activation, float *sum,
    float *product);

// dz = a * g + b * z + c per channel; dz may be g.
void relic_normalize_backward(
    size_t rows, size_t channels, const float *g, const float *z, const float *a, const float *b,
    const float *c, float *dz);

#endif
