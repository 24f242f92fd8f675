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

// The weights of thirty-two channels of a 3x3 kernel, which stay in registers.
typedef struct {
  lanes low[taps3];
  lanes high[taps3];
} weights3;

// One output of the taps [ky0, ky1) x [kx0, kx1), which are constants where this is called.
INLINE void pixel3(
    const weights3 *w, const float *source, ptrdiff_t line, ptrdiff_t channels, int ky0, int ky1,
    int kx0, int kx1, float *y) {
  lanes low = {0}, high = {0}, value;
#pragma clang loop unroll(full)
  for (int ky = ky0; ky < ky1; ky++)
#pragma clang loop unroll(full)
    for (int kx = kx0; kx < kx1; kx++) {
      load(&value, source + ky * line + kx * channels);
      low += value * w->low[3 * ky + kx];
      load(&value, source + ky * line + kx * channels + width);
      high += value * w->high[3 * ky + kx];
    }
  store(y, &low);
  store(y + width, &high);
}

// One row of outputs, whose taps reach the rows [ky0, ky1) of the image.
INLINE void row3(
    const relic_depthwise_shape *shape, const weights3 *w, const float *source, int ky0, int ky1,
    float *y) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  for (ptrdiff_t column = 0; column < shape->out_width; column++, y += channels) {
    const ptrdiff_t left = column * shape->stride - 1;
    const float *corner = source + left * channels;
    const int begins = left<0, ends = left + 3> shape->width;
    if (!begins && !ends)
      pixel3(w, corner, line, channels, ky0, ky1, 0, 3, y);
    else if (!ends)
      pixel3(w, corner, line, channels, ky0, ky1, 1, 3, y);
    else if (!begins)
      pixel3(w, corner, line, channels, ky0, ky1, 0, 2, y);
    else
      pixel3(w, corner, line, channels, ky0, ky1, 1, 2, y);
  }
}

// All outputs of a 3x3 kernel with padding 1, thirty-two channels at a time; at least as many.
INLINE void image3(
    const relic_depthwise_shape *shape, const float *x, const float *weight, float *y,
    int flipped) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  for (ptrdiff_t c = 0; c < channels; c += pair) {
    const ptrdiff_t first = pair_start(c, channels);
    weights3 w;
    for (int tap = 0; tap < taps3; tap++) {
      const float *from = weight + (flipped ? taps3 - 1 - tap : tap) * channels + first;
      load(&w.low[tap], from);
      load(&w.high[tap], from + width);
    }
    for (ptrdiff_t row = 0; row < shape->out_height; row++) {
      const ptrdiff_t top = row * shape->stride - 1;
      const float *source = x + top * line + first;
      float *target = y + row * shape->out_width * channels + first;
      const int begins = top<0, ends = top + 3> shape->height;
      if (!begins && !ends)
        row3(shape, &w, source, 0, 3, target);
      else if (!ends)
        row3(shape, &w, source, 1, 3, target);
      else if (!begins)
        row3(shape, &w, source, 0, 2, target);
      else
        row3(shape, &w, source, 1, 2, target);
    }
  }
}

RELIC_VARIANTS
void relic_depthwise(relic_depthwise_shape shape, const float *x, const float *weight, float *y) {
  if (shape.kernel == 3 && shape.padding == 1 && shape.channels >= pair) {
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
