#ifndef RELIC_HALF_H
#define RELIC_HALF_H

#include <stddef.h>
#include <stdint.h>

// IEEE binary16, rounded to nearest even; what does not fit becomes infinite.
void relic_to_half(size_t count, const float *x, uint16_t *half);
void relic_from_half(size_t count, const uint16_t *half, float *x);

// The same for rows of channels, but z · scale + shift is positive after rounding where it was
// before: where the nearest number lies on the other side, the next one beyond z is taken.
void relic_to_half_by_sign(
    size_t rows, size_t channels, const float *z, const float *scale, const float *shift,
    uint16_t *half);

// One bit an element, whether it is positive, the first in the lowest bit; and back, as 1 and 0.
void relic_pack_signs(size_t count, const float *x, uint8_t *bits);
void relic_unpack_signs(size_t count, const uint8_t *bits, float *x);

#endif
