#include "half.h"

#include <string.h>

#include "variants.h"

RELIC_VARIANTS
void relic_to_half(size_t count, const float *restrict x, uint16_t *restrict half) {
  _Float16 *target = (_Float16 *)half;
  for (size_t i = 0; i < count; i++) target[i] = (_Float16)x[i];
}

// Written as in relic_normalize and relic_normalize_backward, so that all three round alike.
static inline __attribute__((always_inline)) int opens(float z, float scale, float shift) {
  return z * scale + shift > 0;
}

RELIC_VARIANTS
void relic_to_half_by_sign(
    size_t rows, size_t channels, const float *restrict z, const float *restrict scale,
    const float *restrict shift, uint16_t *restrict half) {
  for (size_t r = 0; r < rows; r++, z += channels, half += channels)
    for (size_t c = 0; c < channels; c++) {
      const _Float16 nearest = (_Float16)z[c];
      const float rounded = nearest;
      uint16_t bits;
      memcpy(&bits, &nearest, sizeof bits);
      // The bits without their sign count upwards from zero: a step away from it or towards it.
      const uint16_t beyond = __builtin_fabsf(rounded) < __builtin_fabsf(z[c]) ? 1 : 0xffff;
      const int same = opens(z[c], scale[c], shift[c]) == opens(rounded, scale[c], shift[c]);
      half[c] = (uint16_t)(bits + (same ? 0 : beyond));
    }
}

RELIC_VARIANTS
void relic_from_half(size_t count, const uint16_t *restrict half, float *restrict x) {
  const _Float16 *source = (const _Float16 *)half;
  for (size_t i = 0; i < count; i++) x[i] = source[i];
}

RELIC_VARIANTS
void relic_pack_signs(size_t count, const float *restrict x, uint8_t *restrict bits) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    unsigned byte = 0;
    for (unsigned b = 0; b < 8; b++) byte |= (unsigned)(x[i + b] > 0) << b;
    bits[i / 8] = (uint8_t)byte;
  }
  if (i < count) {
    unsigned byte = 0;
    for (unsigned b = 0; i + b < count; b++) byte |= (unsigned)(x[i + b] > 0) << b;
    bits[i / 8] = (uint8_t)byte;
  }
}

RELIC_VARIANTS
void relic_unpack_signs(size_t count, const uint8_t *restrict bits, float *restrict x) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (unsigned b = 0; b < 8; b++) x[i + b] = (float)(bits[i / 8] >> b & 1);
  for (; i < count; i++) x[i] = (float)(bits[i / 8] >> (i % 8) & 1);
}
