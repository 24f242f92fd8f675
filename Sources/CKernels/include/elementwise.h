#ifndef RELIC_ELEMENTWISE_H
#define RELIC_ELEMENTWISE_H

#include <stddef.h>

// y[i] += a * x[i]
void relic_add_scaled(size_t count, float a, const float *x, float *y);

// y[i] += t * (x[i] - y[i]), where numbers below the smallest normal one become zeros (x86-64).
void relic_move_towards(size_t count, float t, const float *x, float *y);

// y[i] = a * x[i] + other[i], without the sum if other is null.
void relic_weigh(size_t count, float a, const float *x, const float *other, float *y);

// 1 if every element is finite, else 0.
int relic_is_finite(size_t count, const float *x);

#endif
