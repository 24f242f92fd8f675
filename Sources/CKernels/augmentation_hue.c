#include "augmentation.h"
#include "variants.h"

#pragma clang fp contract(off)

static inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
static inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

// Half away from zero for a value that is not negative.
static inline int32_t nearest(double value) { return (int32_t)(value + 0.5); }

// Pillow converts to 8-bit HSV and back, following Smith 1978, "Color gamut transform pairs". It
// truncates and rounds values that lie on a boundary, so float and double stand where it has them.
RELIC_VARIANTS
void relic_adjust_hue(size_t area, uint8_t shift, uint8_t *planes) {
  uint8_t *restrict red = planes, *restrict green = planes + area, *restrict blue = green + area;
  for (size_t i = 0; i < area; i++) {
    int32_t r = red[i], g = green[i], b = blue[i];
    int32_t value = larger(r, larger(g, b));
    int32_t range = value - smaller(r, smaller(g, b));
    float scale = (float)(range > 0 ? range : 1);
    float rc = (float)(value - r) / scale;
    float gc = (float)(value - g) / scale;
    float bc = (float)(value - b) / scale;
    float sixths = (float)(4.0 + (double)gc - (double)rc);
    sixths = g == value ? (float)(2.0 + (double)rc - (double)bc) : sixths;
    sixths = r == value ? bc - gc : sixths;
    double turn = (double)sixths / 6.0;
    turn = turn < 0 ? turn + 1.0 : turn;
    int32_t hue = (int32_t)((double)(float)turn * 255.0);
    hue = range > 0 ? hue : 0;
    float fraction = (float)range / (float)(value > 0 ? value : 1);
    int32_t saturation = (int32_t)((double)fraction * 255.0);

    hue = (hue + shift) & 255;
    int32_t sector = hue * 6 * 257 >> 16;
    sector += hue * 6 - sector * 255 >= 255;
    float part = (float)(hue * 6 - sector * 255) / 255.0f;
    float amount = (float)saturation / 255.0f;
    double v = value;
    int32_t p = nearest(v * (1.0 - (double)amount));
    int32_t q = nearest(v * (1.0 - (double)(amount * part)));
    int32_t t = nearest(v * (1.0 - (double)amount * (1.0 - (double)part)));
    sector = sector == 6 ? 0 : sector;
    int32_t newRed = sector == 1 ? q : sector == 2 || sector == 3 ? p : sector == 4 ? t : value;
    int32_t newGreen = sector == 0 ? t : sector == 3 ? q : sector > 3 ? p : value;
    int32_t newBlue = sector < 2 ? p : sector == 2 ? t : sector == 5 ? q : value;
    red[i] = (uint8_t)newRed;
    green[i] = (uint8_t)newGreen;
    blue[i] = (uint8_t)newBlue;
  }
}
