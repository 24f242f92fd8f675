#ifndef RELIC_PATCHES_H
#define RELIC_PATCHES_H

#include <stddef.h>

// Kernel taps that lie side by side in an input row: input pixel (row * stride + dy,
// column * stride + dx + 0 ..< count) for output pixel (row, column).
typedef struct {
  ptrdiff_t dy;
  ptrdiff_t dx;
  ptrdiff_t count;
} relic_tap_run;

// The input a patch is cut from ([batch, height, width, channels]) and the grid of patches.
typedef struct {
  ptrdiff_t height;
  ptrdiff_t width;
  ptrdiff_t channels;
  ptrdiff_t grid_height;
  ptrdiff_t grid_width;
  ptrdiff_t stride;
} relic_patch_grid;

// Writes patches first ..< first + count (counted over batch, grid row, grid column) as rows of
// panel, one run after the other, taps outside the input as zeros (im2col).
void relic_gather_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t first, size_t count,
    const float *x, float *panel);

// Writes b[columns, rows] = transpose of a[rows, columns]; the strides are those of rows.
void relic_transpose(
    size_t rows, size_t columns, const float *a, size_t a_stride, float *b, size_t b_stride);

// Writes b[rows, columns] = a[rows, columns]; the strides are those of rows.
void relic_copy_rows(
    size_t rows, size_t columns, const float *a, size_t a_stride, float *b, size_t b_stride);

#endif
