#include <string.h>

#include "augmentation.h"
#include "variants.h"

// Pillow's two passes in 22-bit fixed point: each pass rounds to 8 bits.
enum { precision = 22 };

static inline uint8_t rounded(int32_t sum) {
  int32_t value = sum >> precision;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// One pixel in four lanes, the last of them idle.
typedef int32_t lanes __attribute__((vector_size(16)));
typedef uint8_t bytes __attribute__((vector_size(4)));

RELIC_VARIANTS
void relic_resize_rows(const relic_resize_axis *axis, size_t rows, size_t width,
                       const uint8_t *source, size_t row_bytes, uint8_t *out) {
  for (size_t y = 0; y < rows; y++) {
    const uint8_t *row = source + y * row_bytes;
    uint8_t *red = out + y * 3 * width;
    for (size_t x = 0; x < width; x++) {
      const int32_t *weights = axis->weights + x * axis->taps;
      const uint8_t *pixel = row + 3 * axis->starts[x];
      int32_t count = axis->counts[x];
      lanes sum = {1 << (precision - 1), 1 << (precision - 1), 1 << (precision - 1), 0};
      // The last pixel is read byte by byte: a four-byte load could leave the picture.
      for (int32_t tap = 0; tap < count - 1; tap++, pixel += 3) {
        bytes loaded;
        memcpy(&loaded, pixel, sizeof loaded);
        sum += __builtin_convertvector(loaded, lanes) * weights[tap];
      }
      lanes last = {pixel[0], pixel[1], pixel[2], 0};
      sum += last * weights[count - 1];
      red[x] = rounded(sum[0]);
      red[width + x] = rounded(sum[1]);
      red[2 * width + x] = rounded(sum[2]);
    }
  }
}

RELIC_VARIANTS
void relic_resize_columns(const relic_resize_axis *axis, size_t height, size_t width,
                          const uint8_t *restrict source, int32_t *restrict sums,
                          uint8_t *restrict out) {
  size_t values = 3 * width;
  for (size_t y = 0; y < height; y++) {
    const int32_t *weights = axis->weights + y * axis->taps;
    const uint8_t *rows = source + (size_t)axis->starts[y] * values;
    for (size_t i = 0; i < values; i++) sums[i] = (1 << (precision - 1)) + rows[i] * weights[0];
    for (int32_t tap = 1; tap < axis->counts[y]; tap++) {
      const uint8_t *row = rows + (size_t)tap * values;
      int32_t weight = weights[tap];
      for (size_t i = 0; i < values; i++) sums[i] += row[i] * weight;
    }
    for (size_t c = 0; c < 3; c++) {
      uint8_t *plane = out + (c * height + y) * width;
      for (size_t x = 0; x < width; x++) plane[x] = rounded(sums[c * width + x]);
    }
  }
}
