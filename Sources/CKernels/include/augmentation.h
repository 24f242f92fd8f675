#ifndef RELIC_AUGMENTATION_H
#define RELIC_AUGMENTATION_H

#include <stddef.h>
#include <stdint.h>

// Pixels of one view, 8 bits a value, as Pillow computes them. A planar image is its red, green
// and blue planes one after the other; `area` is the number of pixels of one plane.

// Weights of one axis of a resize from `inputs` positions: output i sums counts[i] taps, beginning
// at position starts[i]. weights is [outputs][taps], in units of 2^-22.
typedef struct {
  size_t inputs;
  size_t taps;
  const int32_t *starts;
  const int32_t *counts;
  const int32_t *weights;
} relic_resize_axis;

// Resizes `rows` rows along x. source: interleaved RGB, its rows `row_bytes` apart. last_row:
// 3 * inputs + 1 bytes, where the last row is copied, because pixels are read four bytes at a time.
// out: [rows][width][4], the fourth byte of a pixel arbitrary.
void relic_resize_rows(
    const relic_resize_axis *axis, size_t rows, size_t width, const uint8_t *source,
    size_t row_bytes, uint8_t *last_row, uint8_t *out);

// Resizes along y. source: [rows][width][4]; out: planes [3][height][width]; sums: 4 * width.
void relic_resize_columns(
    const relic_resize_axis *axis, size_t height, size_t width, const uint8_t *source,
    int32_t *sums, uint8_t *out);

// Resizes interleaved rows of `values` bytes, `row_bytes` apart, along y. out: [height][values];
// sums: values.
void relic_resize_height(
    const relic_resize_axis *axis, size_t height, size_t values, const uint8_t *source,
    size_t row_bytes, int32_t *sums, uint8_t *out);

// v = factor * v
void relic_adjust_brightness(size_t area, float factor, uint8_t *planes);

// v = grey + factor * (v - grey), grey the mean luma of the image
void relic_adjust_contrast(size_t area, float factor, uint8_t *planes);

// v = luma + factor * (v - luma), luma that of the pixel
void relic_adjust_saturation(size_t area, float factor, uint8_t *planes);

// Adds shift / 255 turns to the hue in Pillow's 8-bit HSV, modulo 256.
void relic_adjust_hue(size_t area, uint8_t shift, uint8_t *planes);

// Replaces the three planes by the luma.
void relic_make_gray(size_t area, uint8_t *planes);

// v = v < threshold ? v : 255 - v
void relic_solarize(size_t count, uint8_t threshold, uint8_t *values);

// Convolves one plane with the outer product of `weights` (2 * radius + 1 of them), reflecting at
// the borders without repeating them. With P = width rounded up to 16, scratch holds
// (height + 2) * P + 2 * radius floats that are finite.
void relic_blur_plane(
    size_t height, size_t width, size_t radius, const float *weights, uint8_t *plane,
    float *scratch);

// out[3 * i + c] = planes[c * area + i] / 255
void relic_planes_to_float(size_t area, const uint8_t *planes, float *out);

#endif
