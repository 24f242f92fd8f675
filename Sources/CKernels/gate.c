#include "gate.h"

#include "sigmoid.h"
#include "variants.h"

RELIC_VARIANTS
void relic_biased_silu(
    size_t rows, size_t channels, const float *restrict bias, float *restrict x,
    float *restrict y) {
  for (size_t r = 0; r < rows; r++, x += channels, y += channels)
    for (size_t c = 0; c < channels; c++) {
      const float u = x[c] + bias[c];
      x[c] = u;
      y[c] = u * relic_sigmoid(u);
    }
}

RELIC_VARIANTS
void relic_biased_sigmoids(
    size_t rows, size_t channels, const float *restrict bias, float *restrict x) {
  for (size_t r = 0; r < rows; r++, x += channels)
    for (size_t c = 0; c < channels; c++) x[c] = relic_sigmoid(x[c] + bias[c]);
}

RELIC_VARIANTS
void relic_sigmoids_backward(size_t count, const float *dy, const float *restrict y, float *d) {
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < count; i++) d[i] = dy[i] * (y[i] * (1.0f - y[i]));
}

RELIC_VARIANTS
void relic_sum_rows(size_t rows, size_t channels, const float *restrict x, float *restrict sum) {
  for (size_t c = 0; c < channels; c++) sum[c] = 0;
  for (size_t r = 0; r < rows; r++, x += channels)
    for (size_t c = 0; c < channels; c++) sum[c] += x[c];
}

RELIC_VARIANTS
void relic_silu_backward(size_t count, const float *dy, const float *restrict x, float *dx) {
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < count; i++) {
    const float s = relic_sigmoid(x[i]);
    dx[i] = dy[i] * (s * (1.0f + x[i] * (1.0f - s)));
  }
}

RELIC_VARIANTS
void relic_scale_channels(
    size_t rows, size_t channels, const float *restrict x, const float *restrict gate,
    float *restrict y) {
  for (size_t r = 0; r < rows; r++, x += channels, y += channels)
    for (size_t c = 0; c < channels; c++) y[c] = x[c] * gate[c];
}

RELIC_VARIANTS
void relic_scale_channels_sums(
    size_t rows, size_t channels, const float *restrict dy, const float *restrict x,
    float *restrict dgate) {
  for (size_t c = 0; c < channels; c++) dgate[c] = 0;
  for (size_t r = 0; r < rows; r++, dy += channels, x += channels)
    for (size_t c = 0; c < channels; c++) dgate[c] += dy[c] * x[c];
}

RELIC_VARIANTS
void relic_scale_channels_backward(
    size_t rows, size_t channels, const float *dy, const float *restrict gate, float share,
    const float *restrict shift, float *dx) {
  for (size_t r = 0; r < rows; r++, dy += channels, dx += channels) {
#pragma clang loop vectorize(assume_safety)
    for (size_t c = 0; c < channels; c++) dx[c] = dy[c] * gate[c] + share * shift[c];
  }
}
