#include "norm.h"

#include "sigmoid.h"
#include "variants.h"

// Channels summed side by side, so that their sums stay in registers while the rows pass by.
enum { block = 64 };

RELIC_VARIANTS
void relic_moments(
    size_t rows, size_t channels, const float *restrict x, float *restrict mean,
    float *restrict deviations) {
  for (size_t first = 0; first < channels; first += block) {
    const size_t width = channels - first < block ? channels - first : block;
    float sum[block] = {0};
    float square[block] = {0};
    if (width == block) {
      for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < block; c++) sum[c] += x[r * channels + first + c];
      for (size_t c = 0; c < block; c++) sum[c] /= (float)rows;
      for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < block; c++) {
          const float d = x[r * channels + first + c] - sum[c];
          square[c] += d * d;
        }
    } else {
      for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < width; c++) sum[c] += x[r * channels + first + c];
      for (size_t c = 0; c < width; c++) sum[c] /= (float)rows;
      for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < width; c++) {
          const float d = x[r * channels + first + c] - sum[c];
          square[c] += d * d;
        }
    }
    for (size_t c = 0; c < width; c++) {
      mean[first + c] = sum[c];
      deviations[first + c] = square[c];
    }
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

RELIC_VARIANTS
void relic_normalize_backward_sums(
    size_t rows, size_t channels, float *restrict dy, const float *restrict z,
    const float *restrict y, const float *restrict scale, const float *restrict shift,
    const float *restrict mean, relic_activation activation, float *restrict sum,
    float *restrict product) {
  for (size_t first = 0; first < channels; first += block) {
    const size_t width = channels - first < block ? channels - first : block;
    float s[block] = {0};
    float p[block] = {0};
    const float *scales = scale + first, *shifts = shift + first, *means = mean + first;
    for (size_t r = 0; r < rows; r++) {
      float *g = dy + r * channels + first;
      const float *zs = z + r * channels + first;
      if (activation == relic_relu && y) {
        const float *ys = y + r * channels + first;
        for (size_t c = 0; c < width; c++) g[c] = ys[c] > 0 ? g[c] : 0;
      } else if (activation == relic_relu) {
        for (size_t c = 0; c < width; c++) g[c] = zs[c] * scales[c] + shifts[c] > 0 ? g[c] : 0;
      } else if (activation == relic_silu_activation) {
        for (size_t c = 0; c < width; c++) {
          const float u = zs[c] * scales[c] + shifts[c];
          const float t = relic_sigmoid(u);
          g[c] *= t * (1.0f + u * (1.0f - t));
        }
      }
      if (width == block) {
        for (size_t c = 0; c < block; c++) {
          s[c] += g[c];
          p[c] += g[c] * (zs[c] - means[c]);
        }
      } else {
        for (size_t c = 0; c < width; c++) {
          s[c] += g[c];
          p[c] += g[c] * (zs[c] - means[c]);
        }
      }
    }
    for (size_t c = 0; c < width; c++) {
      sum[first + c] = s[c];
      product[first + c] = p[c];
    }
  }
}

RELIC_VARIANTS
void relic_normalize_backward(
    size_t rows, size_t channels, const float *g, const float *restrict z,
    const float *restrict a, const float *restrict b, const float *restrict c, float *dz) {
  for (size_t r = 0; r < rows; r++, g += channels, z += channels, dz += channels) {
#pragma clang loop vectorize(assume_safety)
    for (size_t i = 0; i < channels; i++) dz[i] = a[i] * g[i] + (b[i] * z[i] + c[i]);
  }
}
