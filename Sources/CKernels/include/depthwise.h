#ifndef RELIC_DEPTHWISE_H
#define RELIC_DEPTHWISE_H

#include <stddef.h>

// A square kernel slid over each channel of an image [height, width, channels] by itself, giving
// [out_height, out_width, channels]. Weights are [kernel, kernel, channels].
typedef struct {
  ptrdiff_t height;
  ptrdiff_t width;
  ptrdiff_t channels;
  ptrdiff_t out_height;
  ptrdiff_t out_width;
  ptrdiff_t kernel;
  ptrdiff_t stride;
  ptrdiff_t padding;
} relic_depthwise_shape;

// y of one image x.
void relic_depthwise(relic_depthwise_shape shape, const float *x, const float *weight, float *y);

// dx of one image.
void relic_depthwise_input(
    relic_depthwise_shape shape, const float *dy, const float *weight, float *dx);

// Channels first ..< first + count of dweight, summed over `images` images; overwrites them.
void relic_depthwise_weight(
    relic_depthwise_shape shape, ptrdiff_t images, ptrdiff_t first, ptrdiff_t count, const float *x,
    const float *dy, float *dweight);

#endif
