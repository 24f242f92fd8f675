#ifndef RELIC_BFLOAT16_PRODUCT_H
#define RELIC_BFLOAT16_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

#include "norm.h"
#include "patches.h"

// Products of bfloat16 matrices with float sums. Two elements that follow each other along the depth
// k make a pair, which is what the processor multiplies; an odd depth is filled up with a zero.
// Every element of a product sums its pairs in order, whatever is computed beside it.

// A matrix as it lies in memory, of floats or, if `rounded` is not null, of bfloat16 numbers.
typedef struct {
  const float *floats;
  const uint16_t *rounded;
  // Elements from one row to the next.
  size_t stride;
} relic_matrix;

// Columns of a panel of a packed matrix: those of the right operand, and those that hold rows of the
// left one. The last panel is as wide as a multiple of 16 allows.
enum { relic_right_panel = 64, relic_left_panel = 48 };

// Elements of a packed matrix of k rows and n columns.
static inline size_t relic_packed_count(size_t k, size_t n) {
  return (k + k % 2) * ((n + 15) / 16 * 16);
}

// Packs source[k, n] by pairs of its rows: for every panel [pairs][columns][2]. A source that is
// transposed lies as [n, k].
void relic_pack_pairs(
    size_t k, size_t n, relic_matrix source, int transposed, size_t panel, uint16_t *packed);

// Copies source[rows, columns] to rows of an even number of elements, the last of which is 0 where the
// columns are odd.
void relic_pack_rows(size_t rows, size_t columns, relic_matrix source, uint16_t *packed);

// The left operand of a product: rows that lie in memory, each of an even number of elements, or
// panels of relic_left_panel columns that relic_pack_pairs has made of its transpose.
typedef struct {
  const uint16_t *start;
  // Elements from one row to the next, or 0 for panels.
  size_t stride;
} relic_left;

// What becomes of the sums z[m, n] of a product.
typedef struct {
  // Where floats are written, `stride` apart from row to row, or null.
  float *floats;
  // Where bfloat16 numbers are written instead, or those of IEEE binary16.
  uint16_t *rounded;
  uint16_t *half;
  size_t stride;
  // Whether floats are added to what lies there.
  int adds;
  // y = activation(scale * z + shift + residual) of n scales and shifts, or y = z if null.
  const float *scale;
  const float *shift;
  // bfloat16 numbers that lie as y does, or null.
  const uint16_t *residual;
  relic_activation activation;
} relic_sums;

// z = left[m, k] . right[k, n], of a right operand packed in panels of relic_right_panel.
void relic_multiply(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums);

// The same in plain C.
void relic_multiply_plain(
    size_t m, size_t n, size_t k, relic_left left, const uint16_t *right, relic_sums sums);

// Pixels from one image, row or column of a grid to the next among the pixels that are z's rows.
typedef struct {
  size_t image;
  size_t row;
  size_t column;
} relic_pixel_steps;

// z = patches . right[k, n] for patches of x[images, height, width, channels]: as many as grid pixels,
// each of which `steps` gives a row of z. All runs hold the same number of taps, and there are at most
// 64; one that is not wholly inside the image counts as zeros, which cost nothing. `right` is the
// packed matrix of the runs' elements, run after run, an odd number of elements of a run being filled
// up with a zero.
//
// Multiplies pixels first ..< first + count of an order in which those come together that the same
// runs reach.
void relic_multiply_patches(
    relic_patch_grid grid, const relic_tap_run *runs, size_t run_count, size_t images, size_t first,
    size_t count, const uint16_t *x, size_t n, const uint16_t *right, relic_pixel_steps steps,
    relic_sums sums);

#endif
