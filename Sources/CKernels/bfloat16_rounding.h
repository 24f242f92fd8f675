#ifndef RELIC_BFLOAT16_ROUNDING_H
#define RELIC_BFLOAT16_ROUNDING_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__linux__) && !defined(RELIC_KERNELS_PLAIN) && \
    !defined(RELIC_KERNELS_AVX2)
#define RELIC_BFLOAT16 __attribute__((target("arch=x86-64-v4,avx512bf16")))
#endif

typedef union {
  float value;
  uint32_t bits;
} float_bits;

static inline __attribute__((always_inline)) uint16_t rounded(float x) {
  const float_bits whole = {x};
  const uint32_t bits = whole.bits, magnitude = bits & 0x7fffffff;
  const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const uint32_t tiny = bits >> 16 & 0x8000, quiet = bits >> 16 | 0x40;
  const uint32_t finite = magnitude < 0x00800000 ? tiny : nearest;
  return (uint16_t)(magnitude > 0x7f800000 ? quiet : finite);
}

static inline __attribute__((always_inline)) float widened(uint16_t x) {
  const float_bits whole = {.bits = (uint32_t)x << 16};
  return whole.value;
}

#endif
