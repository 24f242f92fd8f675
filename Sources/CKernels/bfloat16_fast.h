#ifndef RELIC_BFLOAT16_FAST_H
#define RELIC_BFLOAT16_FAST_H

#include "bfloat16_block.h"

// relic_block_plain by AVX512_BF16; only where relic_has_bfloat16() says so.
void relic_block_fast(const relic_block *block);

#endif
