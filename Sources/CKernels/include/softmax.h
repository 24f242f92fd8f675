#ifndef RELIC_SOFTMAX_H
#define RELIC_SOFTMAX_H

#include <stddef.h>

// p = the softmax of every row of x[rows, columns], and logs its logarithm; columns > 0.
void relic_softmax(size_t rows, size_t columns, const float *x, float *p, float *logs);

#endif
