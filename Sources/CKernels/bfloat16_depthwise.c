#include "bfloat16_image.h"

#include "bfloat16_lanes.h"
#include "bfloat16_rounding.h"
#include "sigmoid.h"
#include "variants.h"

enum { side = 3, taps = side * side, blocks = 2, block_width = blocks * width };

static const uint16_t zeros[block_width];

// What the store of a sum needs of its channels.
typedef struct {
  lanes scale[blocks];
  lanes shift[blocks];
  relic_activation activation;
} finish;

INLINE void store_finished(const finish *after, int block, const lanes *z, uint16_t *y) {
  lanes u = *z * after->scale[block] + after->shift[block];
  if (after->activation == relic_relu) rectify(&u);
  if (after->activation == relic_silu_activation) apply_silu(&u);
  store_rounded(y, &u);
}

// One row of outputs of stride 1 and padding 1: every input is read once for the three outputs it
// reaches, `before`, `here` and the next one.
INLINE void row_of_unit_stride(
    const relic_depthwise_shape *shape, const uint16_t *const *lines, const ptrdiff_t *steps,
    const lanes (*weight)[taps], const finish *after, uint16_t *y) {
  lanes before[blocks] = {{0}}, here[blocks] = {{0}};
  for (ptrdiff_t column = 0; column < shape->width; column++) {
    for (int b = 0; b < blocks; b++) {
      lanes value, next = {0};
      for (int ky = 0; ky < side; ky++) {
        load_rounded(&value, lines[ky] + column * steps[ky] + b * width);
        before[b] += value * weight[b][side * ky + 2];
        here[b] += value * weight[b][side * ky + 1];
        next += value * weight[b][side * ky];
      }
      if (column > 0)
        store_finished(after, b, &before[b], y + (column - 1) * shape->channels + b * width);
      before[b] = here[b];
      here[b] = next;
    }
  }
  for (int b = 0; b < blocks; b++)
    store_finished(after, b, &before[b], y + (shape->width - 1) * shape->channels + b * width);
}

INLINE void row_of_any_stride(
    const relic_depthwise_shape *shape, const uint16_t *const *lines, const ptrdiff_t *steps,
    const lanes (*weight)[taps], const finish *after, uint16_t *y) {
  for (ptrdiff_t column = 0; column < shape->out_width; column++, y += shape->channels) {
    const ptrdiff_t left = column * shape->stride - shape->padding;
    for (int b = 0; b < blocks; b++) {
      lanes sum = {0}, value;
      for (ptrdiff_t kx = 0; kx < side; kx++) {
        if (left + kx < 0 || left + kx >= shape->width) continue;
        for (int ky = 0; ky < side; ky++) {
          load_rounded(&value, lines[ky] + (left + kx) * steps[ky] + b * width);
          sum += value * weight[b][side * ky + kx];
        }
      }
      store_finished(after, b, &sum, y + b * width);
    }
  }
}

// Thirty-two channels of a 3x3 kernel, whose weights stay in registers.
INLINE void channels3(
    const relic_depthwise_shape *shape, const uint16_t *x, const float *weight, const float *scale,
    const float *shift, relic_activation activation, uint16_t *y) {
  const ptrdiff_t channels = shape->channels;
  lanes weights[blocks][taps];
  finish after = {.activation = activation};
  for (int b = 0; b < blocks; b++) {
    for (int tap = 0; tap < taps; tap++)
      load(&weights[b][tap], weight + tap * channels + b * width);
    load(&after.scale[b], scale + b * width);
    load(&after.shift[b], shift + b * width);
  }
  for (ptrdiff_t row = 0; row < shape->out_height; row++, y += shape->out_width * channels) {
    const uint16_t *lines[side];
    ptrdiff_t steps[side];
    for (ptrdiff_t ky = 0; ky < side; ky++) {
      const ptrdiff_t down = row * shape->stride - shape->padding + ky;
      const int inside = down >= 0 && down < shape->height;
      lines[ky] = inside ? x + down * shape->width * channels : zeros;
      steps[ky] = inside ? channels : 0;
    }
    if (shape->stride == 1 && shape->padding == 1)
      row_of_unit_stride(shape, lines, steps, weights, &after, y);
    else
      row_of_any_stride(shape, lines, steps, weights, &after, y);
  }
}

INLINE float activated(float u, relic_activation activation) {
  if (activation == relic_relu) return u < 0 ? 0 : u;
  return activation == relic_silu_activation ? u * relic_sigmoid(u) : u;
}

// Any kernel and any number of channels.
INLINE void any(
    const relic_depthwise_shape *shape, const uint16_t *x, const float *weight, const float *scale,
    const float *shift, relic_activation activation, uint16_t *y) {
  for (ptrdiff_t row = 0; row < shape->out_height; row++)
    for (ptrdiff_t column = 0; column < shape->out_width; column++, y += shape->channels)
      for (ptrdiff_t c = 0; c < shape->channels; c++) {
        float sum = 0;
        for (ptrdiff_t tap = 0; tap < shape->kernel * shape->kernel; tap++) {
          const ptrdiff_t down = row * shape->stride - shape->padding + tap / shape->kernel;
          const ptrdiff_t right = column * shape->stride - shape->padding + tap % shape->kernel;
          if (down < 0 || down >= shape->height || right < 0 || right >= shape->width) continue;
          sum += widened(x[(down * shape->width + right) * shape->channels + c]) *
                 weight[tap * shape->channels + c];
        }
        y[c] = rounded(activated(sum * scale[c] + shift[c], activation));
      }
}

RELIC_VARIANTS
void relic_depthwise_rounded(
    relic_depthwise_shape shape, const uint16_t *x, const float *weight, const float *scale,
    const float *shift, relic_activation activation, uint16_t *y) {
  if (shape.kernel != side || shape.channels < block_width) {
    any(&shape, x, weight, scale, shift, activation, y);
    return;
  }
  for (ptrdiff_t c = 0; c < shape.channels; c += block_width) {
    // The last block overlaps the one before it.
    const ptrdiff_t f = c + block_width <= shape.channels ? c : shape.channels - block_width;
    channels3(&shape, x + f, weight + f, scale + f, shift + f, activation, y + f);
  }
}
