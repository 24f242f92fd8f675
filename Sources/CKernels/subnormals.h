#ifndef RELIC_SUBNORMALS_H
#define RELIC_SUBNORMALS_H

// Between these two, numbers below the smallest normal float count as zeros, given or computed. What
// falls geometrically ends among them: where half of the moments had, Adam took six times as long on an
// Emerald Rapids.
// No access to memory is moved out from between them.

#if defined(__SSE2__)

#include <immintrin.h>

enum { flush_results_and_operands = 0x8040 };

static inline unsigned begin_without_subnormals(void) {
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | flush_results_and_operands);
  __asm__ volatile("" ::: "memory");
  return mode;
}

static inline void end_without_subnormals(unsigned mode) {
  __asm__ volatile("" ::: "memory");
  _mm_setcsr(mode);
}

#else

static inline unsigned begin_without_subnormals(void) { return 0; }

static inline void end_without_subnormals(unsigned mode) { (void)mode; }

#endif

#endif
