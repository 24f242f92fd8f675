#ifndef RELIC_BFLOAT16_SLAB_H
#define RELIC_BFLOAT16_SLAB_H

#include "bfloat16_block.h"

// Rows of a product that are multiplied by all panels of the right operand before the next ones are:
// they and what becomes of them stay in the second-level cache, and each panel is read once for them.

typedef void (*block_function)(const relic_block *);

// Pointers to the runs of a slab's rows.
enum { most_places = 2048 };

block_function relic_best_block(void);

// Rows of a slab of so many runs.
size_t relic_slab_rows(size_t runs, size_t depth, size_t n, const relic_sums *sums);

// Repeats the last place of `rows` where a block may read behind it.
void relic_repeat_last(const uint16_t **places, size_t rows);

// Multiplies the rows of a slab, whose places and targets are those of `block`; the right operand
// begins at block.right and has `depth` rows.
void relic_multiply_slab(
    block_function compute, size_t rows, size_t n, size_t depth, relic_block block,
    const relic_sums *sums);

#endif
