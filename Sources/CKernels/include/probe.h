#ifndef RELIC_PROBE_H
#define RELIC_PROBE_H

#include <stddef.h>
#include <stdint.h>

// y[i] = x[i]
void relic_probe_widen(size_t count, const float *x, double *y);

// y[i] = x[i], rounded
void relic_probe_narrow(size_t count, const double *x, float *y);

// y[i] += x[i]
void relic_probe_add(size_t count, const float *x, double *y);

// The number of elements before the first NaN or infinity.
size_t relic_probe_finite_prefix_f32(size_t count, const float *x);
size_t relic_probe_finite_prefix_f64(size_t count, const double *x);

// Cross-entropy of several models at once. z[rows, models, classes] holds logits and becomes
// w * (softmax(z) - onehot(target)); losses[models] grows by the sum over rows of
// w * (log(sum(exp(z))) - z[target]). w is weights[models, classes] at the row's target.
void relic_probe_softmax(
    size_t rows, size_t models, size_t classes, double *z, const int32_t *targets,
    const double *weights, double *losses);

// The same for two classes with one logit, that of class 1: z[rows, models] becomes
// w * (sigmoid(z) - target), losses[models] grows by w * (log(1 + exp(z)) - target * z).
// w is weights[models, 2] at the row's target.
void relic_probe_sigmoid(
    size_t rows, size_t models, double *z, const int32_t *targets, const double *weights,
    double *losses);

#endif
