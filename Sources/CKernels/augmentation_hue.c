#include "augmentation.h"
#include "variants.h"

#pragma clang fp contract(off)

static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
static inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

// The integer part of the exact product 255 * x, 0 <= x <= 1: the float product may have been
// rounded up to the next integer, and 256 * x - k is exact where that can happen.
static inline int32_t times255(float x) {
  int32_t k = (int32_t)(x * 255.0f);
  return k - (x * 256.0f - (float)k < x);
}

// Pillow converts to 8-bit HSV and back, following Smith 1978, "Color gamut transform pairs". It
// truncates and rounds values that lie on a boundary, so each step here rounds as its float and
// double arithmetic does. Exact for every colour and shift.
RELIC_VARIANTS
void relic_adjust_hue(size_t area, uint8_t shift, uint8_t *planes) {
  uint8_t *restrict red = planes, *restrict green = planes + area, *restrict blue = green + area;
  for (size_t i = 0; i < area; i++) {
    int32_t r = red[i], g = green[i], b = blue[i];
    int32_t value = larger(r, larger(g, b));
    int32_t least = smaller(r, smaller(g, b));
    int32_t range = value - least;
    float middle = (float)(2 * value + least - r - g - b) / (float)larger(range, 1);

    // In sixths of a turn: 1 - middle past the largest colour towards the next or the one before.
    int32_t towards = r == value ? b : g == value ? r : g;
    float centre = r == value ? 0.0f : g == value ? 2.0f : 4.0f;
    float sixths = towards == least ? centre + 1.0f - middle : centre - 1.0f + middle;
    double turn = (double)sixths * (1.0 / 6.0);
    turn = turn < 0 ? turn + 1.0 : turn;
    int32_t hue = range > 0 ? times255((float)turn) : 0;
    int32_t saturation = times255((float)range / (float)larger(value, 1));

    hue = (hue + shift) & 255;
    int32_t sector = hue * 6 * 257 >> 16;
    sector += hue * 6 - sector * 255 >= 255;
    float part = (float)(hue * 6 - sector * 255) / 255.0f;
    float amount = (float)saturation / 255.0f;
    int32_t low = (int32_t)((float)value * (1.0f - amount) + 0.5f);
    double falling = (double)(amount * part);
    double rising = (double)amount * (1.0 - (double)part);
    double mixed = (double)value * (1.0 - (sector & 1 ? falling : rising));
    int32_t mid = (int32_t)(mixed + 0.5);
    sector = sector == 6 ? 0 : sector;
    // clang-format off
    red[i] = (uint8_t)(sector == 0 || sector == 5 ? value : sector == 1 || sector == 4 ? mid : low);
    green[i] = (uint8_t)(sector == 1 || sector == 2 ? value : sector == 0 || sector == 3 ? mid : low);
    blue[i] = (uint8_t)(sector == 3 || sector == 4 ? value : sector == 2 || sector == 5 ? mid : low);
    // clang-format on
  }
}
