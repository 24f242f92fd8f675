#include "depthwise.h"

#include "lanes.h"
#include "variants.h"

enum { taps3 = 9, pair = 2 * width };

// Where the block of thirty-two that holds channel c begins: the last one overlaps the one before.
INLINE ptrdiff_t pair_start(ptrdiff_t c, ptrdiff_t channels) {
  return c + pair <= channels ? c : channels - pair;
}

INLINE ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// All outputs of a 3x3 kernel, pixel after pixel; at least thirty-two channels.
INLINE void image3(
    const relic_depthwise_shape *shape, const float *x, const float *weight, float *y,
    int flipped) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  for (ptrdiff_t row = 0; row < shape->out_height; row++) {
    const ptrdiff_t top = row * shape->stride - shape->padding;
    const ptrdiff_t ky0 = larger(0, -top), ky1 = smaller(3, shape->height - top);
    for (ptrdiff_t column = 0; column < shape->out_width; column++, y += channels) {
      const ptrdiff_t left = column * shape->stride - shape->padding;
      const ptrdiff_t kx0 = larger(0, -left), kx1 = smaller(3, shape->width - left);
      for (ptrdiff_t c = 0; c < channels; c += pair) {
        const ptrdiff_t first = pair_start(c, channels);
        const float *source = x + top * line + left * channels + first;
        lanes low = {0}, high = {0}, value, w;
        for (ptrdiff_t ky = ky0; ky < ky1; ky++)
          for (ptrdiff_t kx = kx0; kx < kx1; kx++) {
            const ptrdiff_t tap = flipped ? taps3 - 1 - 3 * ky - kx : 3 * ky + kx;
            load(&value, source + ky * line + kx * channels);
            load(&w, weight + tap * channels + first);
            low += value * w;
            load(&value, source + ky * line + kx * channels + width);
            load(&w, weight + tap * channels + first + width);
            high += value * w;
          }
        store(y + first, &low);
        store(y + first + width, &high);
      }
    }
  }
}

RELIC_VARIANTS
void relic_depthwise(relic_depthwise_shape shape, const float *x, const float *weight, float *y) {
  if (shape.kernel == 3 && shape.channels >= pair) {
    image3(&shape, x, weight, y, 0);
    return;
  }
  for (ptrdiff_t row = 0; row < shape.out_height; row++) {
    const ptrdiff_t top = row * shape.stride - shape.padding;
    for (ptrdiff_t column = 0; column < shape.out_width; column++, y += shape.channels) {
      const ptrdiff_t left = column * shape.stride - shape.padding;
      for (ptrdiff_t c = 0; c < shape.channels; c++) y[c] = 0;
      for (ptrdiff_t ky = larger(0, -top); ky < smaller(shape.kernel, shape.height - top); ky++)
        for (ptrdiff_t kx = larger(0, -left); kx < smaller(shape.kernel, shape.width - left);
             kx++) {
          const float *source = x + ((top + ky) * shape.width + left + kx) * shape.channels;
          const float *w = weight + (ky * shape.kernel + kx) * shape.channels;
          for (ptrdiff_t c = 0; c < shape.channels; c++) y[c] += source[c] * w[c];
        }
    }
  }
}

RELIC_VARIANTS
void relic_depthwise_input(
    relic_depthwise_shape shape, const float *dy, const float *weight, float *dx) {
  if (shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.channels >= pair) {
    image3(&shape, dy, weight, dx, 1);
    return;
  }
  for (ptrdiff_t row = 0; row < shape.height; row++)
    for (ptrdiff_t column = 0; column < shape.width; column++, dx += shape.channels) {
      for (ptrdiff_t c = 0; c < shape.channels; c++) dx[c] = 0;
      for (ptrdiff_t ky = 0; ky < shape.kernel; ky++) {
        const ptrdiff_t down = row + shape.padding - ky;
        if (down < 0 || down % shape.stride || down / shape.stride >= shape.out_height) continue;
        for (ptrdiff_t kx = 0; kx < shape.kernel; kx++) {
          const ptrdiff_t right = column + shape.padding - kx;
          if (right < 0 || right % shape.stride || right / shape.stride >= shape.out_width)
            continue;
          const ptrdiff_t pixel = down / shape.stride * shape.out_width + right / shape.stride;
          const float *slopes = dy + pixel * shape.channels;
          const float *w = weight + (ky * shape.kernel + kx) * shape.channels;
          for (ptrdiff_t c = 0; c < shape.channels; c++) dx[c] += slopes[c] * w[c];
        }
      }
    }
}

// Thirty-two channels of a 3x3 kernel: eighteen sums stay in registers while the pixels pass by.
INLINE void weight3(
    const relic_depthwise_shape *shape, ptrdiff_t images, const float *x, const float *dy,
    float *dweight) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  lanes low[taps3] = {0}, high[taps3] = {0};
  for (ptrdiff_t row = 0; row < images * shape->out_height; row++) {
    const ptrdiff_t top = row % shape->out_height * shape->stride - shape->padding;
    const ptrdiff_t ky0 = larger(0, -top), ky1 = smaller(3, shape->height - top);
    const float *image = x + row / shape->out_height * shape->height * line;
    for (ptrdiff_t column = 0; column < shape->out_width; column++, dy += channels) {
      const ptrdiff_t left = column * shape->stride - shape->padding;
      const float *source = image + top * line + left * channels;
      const int inside = ky0 == 0 && ky1 == 3 && left >= 0 && left + 3 <= shape->width;
      lanes slope_low, slope_high, value;
      load(&slope_low, dy);
      load(&slope_high, dy + width);
      for (ptrdiff_t ky = 0; ky < 3; ky++)
        for (ptrdiff_t kx = 0; kx < 3; kx++)
          if (inside || (ky >= ky0 && ky < ky1 && left + kx >= 0 && left + kx < shape->width)) {
            load(&value, source + ky * line + kx * channels);
            low[3 * ky + kx] += value * slope_low;
            load(&value, source + ky * line + kx * channels + width);
            high[3 * ky + kx] += value * slope_high;
          }
    }
  }
  for (ptrdiff_t tap = 0; tap < taps3; tap++) {
    store(dweight + tap * channels, &low[tap]);
    store(dweight + tap * channels + width, &high[tap]);
  }
}

RELIC_VARIANTS
void relic_depthwise_weight(
    relic_depthwise_shape shape, ptrdiff_t images, ptrdiff_t first, ptrdiff_t count, const float *x,
    const float *dy, float *dweight) {
  if (shape.kernel == 3 && count >= pair) {
    for (ptrdiff_t c = 0; c < count; c += pair) {
      const ptrdiff_t start = first + pair_start(c, count);
      weight3(&shape, images, x + start, dy + start, dweight + start);
    }
    return;
  }
  for (ptrdiff_t tap = 0; tap < shape.kernel * shape.kernel; tap++) {
    float *out = dweight + tap * shape.channels + first;
    for (ptrdiff_t c = 0; c < count; c++) out[c] = 0;
    for (ptrdiff_t row = 0; row < images * shape.out_height; row++) {
      const ptrdiff_t iy =
          row % shape.out_height * shape.stride - shape.padding + tap / shape.kernel;
      if (iy < 0 || iy >= shape.height) continue;
      const ptrdiff_t line = row / shape.out_height * shape.height + iy;
      for (ptrdiff_t column = 0; column < shape.out_width; column++) {
        const ptrdiff_t ix = column * shape.stride - shape.padding + tap % shape.kernel;
        if (ix < 0 || ix >= shape.width) continue;
        const float *source = x + (line * shape.width + ix) * shape.channels + first;
        const float *slopes = dy + (row * shape.out_width + column) * shape.channels + first;
        for (ptrdiff_t c = 0; c < count; c++) out[c] += source[c] * slopes[c];
      }
    }
  }
}
