#include "augmentation.h"
#include "variants.h"

// Every product and sum is rounded as Pillow's compiler rounds it: a fused multiply-add would move
// values that lie on an integer.
#pragma clang fp contract(off)

// ITU-R 601 luma in 16-bit fixed point, as Pillow has it.
static inline int32_t luma(int32_t red, int32_t green, int32_t blue) {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

// Pillow's blend: start + factor * (end - start), truncated and clipped.
static inline uint8_t blended(int32_t start, int32_t end, float factor) {
  float value = (float)start + factor * (float)(end - start);
  value = value < 0 ? 0 : value;
  value = value > 255 ? 255 : value;
  return (uint8_t)(int32_t)value;
}

RELIC_VARIANTS
void relic_adjust_brightness(size_t area, float factor, uint8_t *planes) {
  for (size_t i = 0; i < 3 * area; i++) planes[i] = blended(0, planes[i], factor);
}

RELIC_VARIANTS
void relic_adjust_contrast(size_t area, float factor, uint8_t *planes) {
  const uint8_t *green = planes + area, *blue = planes + 2 * area;
  uint64_t sum = 0;
  // Blocks whose 32-bit sums cannot overflow.
  for (size_t start = 0; start < area; start += 1 << 20) {
    size_t end = area - start < 1 << 20 ? area : start + (1 << 20);
    uint32_t block = 0;
    for (size_t i = start; i < end; i++) block += (uint32_t)luma(planes[i], green[i], blue[i]);
    sum += block;
  }
  int32_t grey = (int32_t)((double)sum / (double)area + 0.5);
  for (size_t i = 0; i < 3 * area; i++) planes[i] = blended(grey, planes[i], factor);
}

RELIC_VARIANTS
void relic_adjust_saturation(size_t area, float factor, uint8_t *planes) {
  uint8_t *restrict red = planes, *restrict green = planes + area, *restrict blue = green + area;
  for (size_t i = 0; i < area; i++) {
    int32_t grey = luma(red[i], green[i], blue[i]);
    red[i] = blended(grey, red[i], factor);
    green[i] = blended(grey, green[i], factor);
    blue[i] = blended(grey, blue[i], factor);
  }
}

RELIC_VARIANTS
void relic_make_gray(size_t area, uint8_t *planes) {
  uint8_t *restrict red = planes, *restrict green = planes + area, *restrict blue = green + area;
  for (size_t i = 0; i < area; i++) {
    uint8_t grey = (uint8_t)luma(red[i], green[i], blue[i]);
    red[i] = grey;
    green[i] = grey;
    blue[i] = grey;
  }
}

RELIC_VARIANTS
void relic_solarize(size_t count, uint8_t threshold, uint8_t *values) {
  for (size_t i = 0; i < count; i++) {
    uint8_t value = values[i];
    values[i] = value < threshold ? value : (uint8_t)(255 - value);
  }
}

RELIC_VARIANTS
void relic_planes_to_float(size_t area, const uint8_t *restrict planes, float *restrict out) {
  const uint8_t *red = planes, *green = planes + area, *blue = planes + 2 * area;
  for (size_t i = 0; i < area; i++) {
    out[3 * i] = (float)red[i] / 255.0f;
    out[3 * i + 1] = (float)green[i] / 255.0f;
    out[3 * i + 2] = (float)blue[i] / 255.0f;
  }
}
