#include "depthwise.h"

#include "variants.h"

// Channels summed side by side, so that their sums stay in registers while the taps pass by.
enum { block = 64 };

static inline __attribute__((always_inline)) void add_products(
    ptrdiff_t width, float *restrict sum, const float *restrict a, const float *restrict b) {
  if (width == block) {
    for (ptrdiff_t c = 0; c < block; c++) sum[c] += a[c] * b[c];
  } else {
    for (ptrdiff_t c = 0; c < width; c++) sum[c] += a[c] * b[c];
  }
}

static inline __attribute__((always_inline)) ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) {
  return a < b ? a : b;
}

RELIC_VARIANTS
void relic_depthwise_row(
    relic_depthwise shape, ptrdiff_t row, const float *x, const float *weight, float *y) {
  const ptrdiff_t top = row * shape.stride - shape.padding;
  for (ptrdiff_t column = 0; column < shape.out_width; column++) {
    const ptrdiff_t left = column * shape.stride - shape.padding;
    for (ptrdiff_t first = 0; first < shape.channels; first += block) {
      const ptrdiff_t width = smaller(block, shape.channels - first);
      float sum[block] = {0};
      for (ptrdiff_t ky = 0; ky < shape.kernel; ky++) {
        if (top + ky < 0 || top + ky >= shape.height) continue;
        for (ptrdiff_t kx = 0; kx < shape.kernel; kx++) {
          if (left + kx < 0 || left + kx >= shape.width) continue;
          add_products(
              width, sum, x + ((top + ky) * shape.width + left + kx) * shape.channels + first,
              weight + (ky * shape.kernel + kx) * shape.channels + first);
        }
      }
      float *out = y + (row * shape.out_width + column) * shape.channels + first;
      for (ptrdiff_t c = 0; c < width; c++) out[c] = sum[c];
    }
  }
}

RELIC_VARIANTS
void relic_depthwise_input_row(
    relic_depthwise shape, ptrdiff_t row, const float *dy, const float *weight, float *dx) {
  for (ptrdiff_t column = 0; column < shape.width; column++) {
    for (ptrdiff_t first = 0; first < shape.channels; first += block) {
      const ptrdiff_t width = smaller(block, shape.channels - first);
      float sum[block] = {0};
      for (ptrdiff_t ky = 0; ky < shape.kernel; ky++) {
        const ptrdiff_t down = row + shape.padding - ky;
        if (down < 0 || down % shape.stride || down / shape.stride >= shape.out_height) continue;
        for (ptrdiff_t kx = 0; kx < shape.kernel; kx++) {
          const ptrdiff_t right = column + shape.padding - kx;
          if (right < 0 || right % shape.stride || right / shape.stride >= shape.out_width)
            continue;
          const ptrdiff_t pixel = down / shape.stride * shape.out_width + right / shape.stride;
          add_products(
              width, sum, dy + pixel * shape.channels + first,
              weight + (ky * shape.kernel + kx) * shape.channels + first);
        }
      }
      float *out = dx + (row * shape.width + column) * shape.channels + first;
      for (ptrdiff_t c = 0; c < width; c++) out[c] = sum[c];
    }
  }
}

RELIC_VARIANTS
void relic_depthwise_weight(
    relic_depthwise shape, ptrdiff_t images, ptrdiff_t first, ptrdiff_t count, const float *x,
    const float *dy, float *dweight) {
  const ptrdiff_t end = first + count;
  for (; first < end; first += block) {
    const ptrdiff_t width = smaller(block, end - first);
    for (ptrdiff_t tap = 0; tap < shape.kernel * shape.kernel; tap++) {
      float sum[block] = {0};
      for (ptrdiff_t row = 0; row < images * shape.out_height; row++) {
        const ptrdiff_t iy =
            row % shape.out_height * shape.stride - shape.padding + tap / shape.kernel;
        if (iy < 0 || iy >= shape.height) continue;
        const ptrdiff_t line = row / shape.out_height * shape.height + iy;
        for (ptrdiff_t column = 0; column < shape.out_width; column++) {
          const ptrdiff_t ix = column * shape.stride - shape.padding + tap % shape.kernel;
          if (ix < 0 || ix >= shape.width) continue;
          add_products(
              width, sum, x + (line * shape.width + ix) * shape.channels + first,
              dy + (row * shape.out_width + column) * shape.channels + first);
        }
      }
      float *out = dweight + tap * shape.channels + first;
      for (ptrdiff_t c = 0; c < width; c++) out[c] = sum[c];
    }
  }
}
