#include "norm.h"

#include "sigmoid.h"
#include "variants.h"

// Channels summed side by side, so that their sums stay in registers while the rows pass by.
enum { block = 64 };

#define INLINE static inline __attribute__((always_inline))

// Element i of one of the two, of which the other is null.
INLINE float element(const float *x, const _Float16 *half, size_t i) {
  return half ? half[i] : x[i];
}

// The moments of `width` channels, which is a constant where the loops matter.
INLINE void moments_of_block(
    size_t rows, size_t channels, const size_t width, const float *x, const _Float16 *half,
    float *mean, float *deviations) {
  float sum[block] = {0};
  float square[block] = {0};
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) sum[c] += element(x, half, r * channels + c);
  for (size_t c = 0; c < width; c++) sum[c] /= (float)rows;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) {
      const float d = element(x, half, r * channels + c) - sum[c];
      square[c] += d * d;
    }
  for (size_t c = 0; c < width; c++) {
    mean[c] = sum[c];
    deviations[c] = square[c];
  }
}

INLINE void moments(
    size_t rows, size_t channels, const float *x, const _Float16 *half, float *mean,
    float *deviations) {
  for (size_t c = 0; c < channels; c += block) {
    const size_t width = channels - c < block ? channels - c : block;
    const float *floats = x ? x + c : NULL;
    const _Float16 *halves = half ? half + c : NULL;
    if (width == block)
      moments_of_block(rows, channels, block, floats, halves, mean + c, deviations + c);
    else
      moments_of_block(rows, channels, width, floats, halves, mean + c, deviations + c);
  }
}

RELIC_VARIANTS
void relic_moments(
    size_t rows, size_t channels, const float *restrict x, float *restrict mean,
    float *restrict deviations) {
  moments(rows, channels, x, NULL, mean, deviations);
}

RELIC_VARIANTS
void relic_moments_of_half(
    size_t rows, size_t channels, const uint16_t *restrict x, float *restrict mean,
    float *restrict deviations) {
  moments(rows, channels, NULL, (const _Float16 *)x, mean, deviations);
}

RELIC_VARIANTS
void relic_join_moments(
    size_t channels, size_t seen, size_t count, const float *restrict mean,
    const float *restrict deviations, double *restrict joined_mean,
    double *restrict joined_deviations) {
  const double share = (double)count / (double)(seen + count);
  for (size_t c = 0; c < channels; c++) {
    const double delta = (double)mean[c] - joined_mean[c];
    joined_mean[c] += delta * share;
    joined_deviations[c] += (double)deviations[c] + delta * delta * (double)seen * share;
  }
}

RELIC_VARIANTS
void relic_normalize(
    size_t rows, size_t channels, const float *z, const float *restrict scale,
    const float *restrict shift, const float *residual, relic_activation activation, float *y) {
  if (activation == relic_silu_activation && !residual) {
    for (size_t r = 0; r < rows; r++, z += channels, y += channels) {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < channels; c++) {
        const float u = z[c] * scale[c] + shift[c];
        y[c] = u * relic_sigmoid(u);
      }
    }
    return;
  }
  const float floor = activation == relic_relu ? 0.0f : -__builtin_inff();
  for (size_t r = 0; r < rows; r++, z += channels, y += channels) {
    if (residual) {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < channels; c++) {
        const float u = z[c] * scale[c] + shift[c] + residual[c];
        y[c] = u < floor ? floor : u;
      }
      residual += channels;
    } else {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < channels; c++) {
        const float u = z[c] * scale[c] + shift[c];
        y[c] = u < floor ? floor : u;
      }
    }
  }
}

// The sums of `width` channels; the pointers point at the first of them.
static inline __attribute__((always_inline)) void backward_sums(
    size_t rows, size_t channels, size_t width, const float *dy, const float *restrict z,
    const float *restrict y, const float *restrict scale, const float *restrict shift,
    const float *restrict mean, relic_activation activation, float *g, float *restrict sum,
    float *restrict product) {
  float s[block] = {0}, p[block] = {0}, gradient[block];
  for (size_t r = 0; r < rows; r++, dy += channels, z += channels) {
    if (activation == relic_relu && y) {
      for (size_t c = 0; c < width; c++) gradient[c] = y[r * channels + c] > 0 ? dy[c] : 0;
    } else if (activation == relic_relu) {
      for (size_t c = 0; c < width; c++) gradient[c] = z[c] * scale[c] + shift[c] > 0 ? dy[c] : 0;
    } else if (activation == relic_silu_activation) {
      for (size_t c = 0; c < width; c++) {
        const float u = z[c] * scale[c] + shift[c];
        const float t = relic_sigmoid(u);
        gradient[c] = dy[c] * (t * (1.0f + u * (1.0f - t)));
      }
    } else {
      for (size_t c = 0; c < width; c++) gradient[c] = dy[c];
    }
    for (size_t c = 0; c < width; c++) {
      s[c] += gradient[c];
      p[c] += gradient[c] * (z[c] - mean[c]);
    }
    if (g)
      for (size_t c = 0; c < width; c++) g[r * channels + c] = gradient[c];
  }
  for (size_t c = 0; c < width; c++) {
    sum[c] = s[c];
    product[c] = p[c];
  }
}

RELIC_VARIANTS
void relic_normalize_backward_sums(
    size_t rows, size_t channels, const float *dy, const float *z, const float *y,
    const float *scale, const float *shift, const float *mean, relic_activation activation,
    float *g, float *sum, float *product) {
  for (size_t c = 0; c < channels; c += block) {
    const float *ys = y ? y + c : 0;
    float *gs = g ? g + c : 0;
    if (channels - c >= block)
      backward_sums(
          rows, channels, block, dy + c, z + c, ys, scale + c, shift + c, mean + c, activation, gs,
          sum + c, product + c);
    else
      backward_sums(
          rows, channels, channels - c, dy + c, z + c, ys, scale + c, shift + c, mean + c,
          activation, gs, sum + c, product + c);
  }
}

RELIC_VARIANTS
void relic_add_to_doubles(size_t count, const float *restrict x, double *restrict sums) {
  for (size_t i = 0; i < count; i++) sums[i] += (double)x[i];
}

RELIC_VARIANTS
void relic_normalize_backward(
    size_t rows, size_t channels, const float *dy, const float *restrict z, const float *restrict a,
    const float *restrict b, const float *restrict c, const float *restrict scale,
    const float *restrict shift, float *dz) {
  for (size_t r = 0; r < rows; r++, dy += channels, z += channels, dz += channels) {
    if (scale) {
#pragma clang loop vectorize(assume_safety)
      for (size_t i = 0; i < channels; i++) {
        const float g = z[i] * scale[i] + shift[i] > 0 ? dy[i] : 0;
        dz[i] = a[i] * g + (b[i] * z[i] + c[i]);
      }
    } else {
#pragma clang loop vectorize(assume_safety)
      for (size_t i = 0; i < channels; i++) dz[i] = a[i] * dy[i] + (b[i] * z[i] + c[i]);
    }
  }
}
