#ifndef RELIC_POOLING_H
#define RELIC_POOLING_H

#include <stddef.h>
#include <stdint.h>

// A window slid over one image [height, width, channels], giving [out_height, out_width, channels].
typedef struct {
  ptrdiff_t height;
  ptrdiff_t width;
  ptrdiff_t channels;
  ptrdiff_t out_height;
  ptrdiff_t out_width;
  ptrdiff_t kernel;
  ptrdiff_t stride;
  ptrdiff_t padding;
} relic_pool;

// The maximum of each window, and which tap of the window held it (the first on a tie). A NaN is
// larger than any number, as in PyTorch; of several the last one counts.
void relic_max_pool(relic_pool pool, const float *x, float *y, uint8_t *tap);

// dx = dy at the tap that held the maximum, summed over windows; overwrites dx.
void relic_max_pool_backward(relic_pool pool, const float *dy, const uint8_t *tap, float *dx);

// The mean over the rows of x[rows, channels].
void relic_mean_rows(size_t rows, size_t channels, const float *x, float *y);

#endif
