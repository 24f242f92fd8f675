#ifndef RELIC_LANES_H
#define RELIC_LANES_H

#include <stddef.h>
#include <string.h>

// Sixteen channels side by side: one AVX-512 register, two of AVX2. Passed by address, since
// functions compiled for different levels would disagree on how to pass the value.
typedef float lanes __attribute__((vector_size(64)));

enum { width = 16 };

#define INLINE static inline __attribute__((always_inline))

INLINE void load(lanes *to, const float *from) { memcpy(to, from, sizeof(lanes)); }
INLINE void store(float *to, const lanes *from) { memcpy(to, from, sizeof(lanes)); }

// Where the block of sixteen that holds channel c begins: the last block overlaps the one before it
// where the channels are no multiple of sixteen.
INLINE ptrdiff_t block_start(ptrdiff_t c, ptrdiff_t channels) {
  return c + width <= channels ? c : channels - width;
}

#endif
