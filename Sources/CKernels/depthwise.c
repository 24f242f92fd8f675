#include "depthwise.h"

#include "lanes.h"
#include "variants.h"

enum { taps3 = 9 };

INLINE ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// One output pixel of sixteen channels: the taps in rows ky0 ..< ky1 and columns kx0 ..< kx1, of an
// input whose lines are `line` floats apart, with weights that lie tap after tap.
INLINE void products(
    const float *x, ptrdiff_t line, ptrdiff_t channels, const lanes *w, ptrdiff_t ky0,
    ptrdiff_t ky1, ptrdiff_t kx0, ptrdiff_t kx1, float *y) {
  lanes sum = {0}, value;
  for (ptrdiff_t ky = ky0; ky < ky1; ky++)
    for (ptrdiff_t kx = kx0; kx < kx1; kx++) {
      load(&value, x + ky * line + kx * channels);
      sum += value * w[3 * ky + kx];
    }
  store(y, &sum);
}

// All outputs of a 3x3 kernel, block after block of channels; at least sixteen channels.
INLINE void image3(
    const relic_depthwise_shape *shape, const float *x, const float *weight, float *y, int turned) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  for (ptrdiff_t c = 0; c < channels; c += width) {
    const ptrdiff_t first = block_start(c, channels);
    lanes w[taps3];
    for (ptrdiff_t tap = 0; tap < taps3; tap++)
      load(&w[tap], weight + (turned ? taps3 - 1 - tap : tap) * channels + first);
    float *out = y + first;
    for (ptrdiff_t row = 0; row < shape->out_height; row++) {
      const ptrdiff_t top = row * shape->stride - shape->padding;
      const ptrdiff_t ky0 = larger(0, -top), ky1 = smaller(3, shape->height - top);
      for (ptrdiff_t column = 0; column < shape->out_width; column++, out += channels) {
        const ptrdiff_t left = column * shape->stride - shape->padding;
        const float *source = x + top * line + left * channels + first;
        if (ky0 == 0 && ky1 == 3 && left >= 0 && left + 3 <= shape->width)
          products(source, line, channels, w, 0, 3, 0, 3, out);
        else
          products(
              source, line, channels, w, ky0, ky1, larger(0, -left),
              smaller(3, shape->width - left), out);
      }
    }
  }
}

RELIC_VARIANTS
void relic_depthwise(relic_depthwise_shape shape, const float *x, const float *weight, float *y) {
  if (shape.kernel == 3 && shape.channels >= width) {
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
  if (shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.channels >= width) {
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

// Sixteen channels of a 3x3 kernel: nine sums stay in registers while the pixels pass by.
INLINE void weight3(
    const relic_depthwise_shape *shape, ptrdiff_t images, const float *x, const float *dy,
    float *dweight) {
  const ptrdiff_t channels = shape->channels, line = shape->width * channels;
  lanes sum[taps3] = {0};
  for (ptrdiff_t row = 0; row < images * shape->out_height; row++) {
    const ptrdiff_t top = row % shape->out_height * shape->stride - shape->padding;
    const ptrdiff_t ky0 = larger(0, -top), ky1 = smaller(3, shape->height - top);
    const float *image = x + row / shape->out_height * shape->height * line;
    for (ptrdiff_t column = 0; column < shape->out_width; column++, dy += channels) {
      const ptrdiff_t left = column * shape->stride - shape->padding;
      const float *source = image + top * line + left * channels;
      lanes slope, value;
      load(&slope, dy);
      if (ky0 == 0 && ky1 == 3 && left >= 0 && left + 3 <= shape->width) {
        for (ptrdiff_t ky = 0; ky < 3; ky++)
          for (ptrdiff_t kx = 0; kx < 3; kx++) {
            load(&value, source + ky * line + kx * channels);
            sum[3 * ky + kx] += value * slope;
          }
      } else {
        for (ptrdiff_t ky = 0; ky < 3; ky++)
          for (ptrdiff_t kx = 0; kx < 3; kx++)
            if (ky >= ky0 && ky < ky1 && left + kx >= 0 && left + kx < shape->width) {
              load(&value, source + ky * line + kx * channels);
              sum[3 * ky + kx] += value * slope;
            }
      }
    }
  }
  for (ptrdiff_t tap = 0; tap < taps3; tap++) store(dweight + tap * channels, &sum[tap]);
}

RELIC_VARIANTS
void relic_depthwise_weight(
    relic_depthwise_shape shape, ptrdiff_t images, ptrdiff_t first, ptrdiff_t count, const float *x,
    const float *dy, float *dweight) {
  if (shape.kernel == 3 && count >= width) {
    for (ptrdiff_t c = 0; c < count; c += width) {
      const ptrdiff_t start = first + block_start(c, count);
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
