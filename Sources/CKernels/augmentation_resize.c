#include <string.h>

#include "augmentation.h"
#include "variants.h"

// Pillow's two passes in 22-bit fixed point: each pass rounds to 8 bits.
enum { precision = 22 };

// One pixel in four lanes, the last of them idle.
typedef int32_t lanes __attribute__((vector_size(16)));
typedef uint8_t bytes __attribute__((vector_size(4)));

static inline int32_t rounded(int32_t sum) {
  int32_t value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

RELIC_VARIANTS
void relic_resize_rows(
    const relic_resize_axis *axis, size_t rows, size_t width, const uint8_t *source,
    size_t row_bytes, uint8_t *last_row, uint8_t *out) {
  const lanes half = {1 << (precision - 1), 1 << (precision - 1), 1 << (precision - 1), 0};
  for (size_t y = 0; y < rows; y++) {
    const uint8_t *row = source + y * row_bytes;
    if (y + 1 == rows) row = memcpy(last_row, row, 3 * axis->inputs);
    uint8_t *pixels = out + y * 4 * width;
    for (size_t x = 0; x < width; x++) {
      const int32_t *weights = axis->weights + x * axis->taps;
      const uint8_t *pixel = row + 3 * axis->starts[x];
      lanes sum = half;
      for (int32_t tap = 0; tap < axis->counts[x]; tap++, pixel += 3) {
        bytes loaded;
        memcpy(&loaded, pixel, sizeof loaded);
        sum += __builtin_convertvector(loaded, lanes) * weights[tap];
      }
      lanes value = __builtin_elementwise_min(sum >> precision, (lanes){255, 255, 255, 255});
      bytes stored = __builtin_convertvector(__builtin_elementwise_max(value, (lanes){0}), bytes);
      memcpy(pixels + 4 * x, &stored, sizeof stored);
    }
  }
}

// sums[i] = half + the weighted sum of value i of the rows that output y reads
static inline void sum_rows(
    const relic_resize_axis *axis, size_t y, size_t values, const uint8_t *restrict source,
    size_t row_bytes, int32_t *restrict sums) {
  const int32_t *weights = axis->weights + y * axis->taps;
  const uint8_t *rows = source + (size_t)axis->starts[y] * row_bytes;
  for (size_t i = 0; i < values; i++) sums[i] = (1 << (precision - 1)) + rows[i] * weights[0];
  for (int32_t tap = 1; tap < axis->counts[y]; tap++) {
    const uint8_t *row = rows + (size_t)tap * row_bytes;
    int32_t weight = weights[tap];
    for (size_t i = 0; i < values; i++) sums[i] += row[i] * weight;
  }
}

RELIC_VARIANTS
void relic_resize_columns(
    const relic_resize_axis *axis, size_t height, size_t width, const uint8_t *restrict source,
    int32_t *restrict sums, uint8_t *restrict out) {
  size_t values = 4 * width;
  uint8_t *restrict red = out, *restrict green = out + height * width,
                    *restrict blue = green + height * width;
  for (size_t y = 0; y < height; y++) {
    sum_rows(axis, y, values, source, values, sums);
    for (size_t x = 0; x < width; x++) {
      red[y * width + x] = (uint8_t)rounded(sums[4 * x]);
      green[y * width + x] = (uint8_t)rounded(sums[4 * x + 1]);
      blue[y * width + x] = (uint8_t)rounded(sums[4 * x + 2]);
    }
  }
}

RELIC_VARIANTS
void relic_resize_height(
    const relic_resize_axis *axis, size_t height, size_t values, const uint8_t *restrict source,
    size_t row_bytes, int32_t *restrict sums, uint8_t *restrict out) {
  for (size_t y = 0; y < height; y++) {
    sum_rows(axis, y, values, source, row_bytes, sums);
    for (size_t i = 0; i < values; i++) out[y * values + i] = (uint8_t)rounded(sums[i]);
  }
}
