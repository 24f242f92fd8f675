#ifndef RELIC_BFLOAT16_BLOCK_H
#define RELIC_BFLOAT16_BLOCK_H

#include "bfloat16_product.h"

// One register block of a product: up to 8 rows times up to 64 columns of one panel.
typedef struct {
  // Where run r of row i begins: places[r * places_stride + i]. Rows beyond those that are stored,
  // up to the block's, repeat one that is there.
  const uint16_t *const *places;
  size_t places_stride;
  size_t runs;
  // Which of the panel's runs these are.
  const size_t *kinds;
  // Pairs of a run, and elements from one pair to the next.
  size_t pairs;
  size_t step;
  // The panel, and its vectors of 16 columns.
  const uint16_t *right;
  size_t vectors;
  // Rows and columns that are stored.
  size_t rows;
  size_t columns;
  // Beginning at the block's first column; row i is written at targets[i].
  relic_sums sums;
  const size_t *targets;
} relic_block;

// Rows of a block by the vectors of its panel: as many sums as stay in registers.
static inline size_t block_rows(size_t vectors) { return vectors == 4 ? 6 : 8; }

enum { most_rows = 8, panel_width = relic_right_panel };

void relic_block_plain(const relic_block *block);

#endif
