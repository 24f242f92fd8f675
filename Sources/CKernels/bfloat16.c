#include "bfloat16.h"

#include "bfloat16_rounding.h"
#include "variants.h"

RELIC_VARIANTS
void relic_to_bfloat16_plain(size_t count, const float *restrict x, uint16_t *restrict result) {
  for (size_t i = 0; i < count; i++) result[i] = rounded(x[i]);
}

RELIC_VARIANTS
void relic_from_bfloat16(size_t count, const uint16_t *restrict source, float *restrict x) {
  for (size_t i = 0; i < count; i++) x[i] = widened(source[i]);
}

#ifdef RELIC_BFLOAT16

#include <immintrin.h>

int relic_has_bfloat16(void) {
  return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512bf16");
}

int relic_has_fast_bfloat16(void) {
  // An Emerald Rapids ends a quarter as many such instructions as fused multiplications of floats, so
  // half of the products; other cores of Intel with AVX512-FP16 are taken to be like it.
  const int is_slow = __builtin_cpu_is("intel") && __builtin_cpu_supports("avx512fp16");
  return relic_has_bfloat16() && !is_slow;
}

RELIC_BFLOAT16
static void to_bfloat16(size_t count, const float *x, uint16_t *result) {
  size_t i = 0;
  for (; i + 32 <= count; i += 32)
    _mm512_storeu_si512(
        result + i,
        (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(x + i)));
  for (; i < count; i += 16) {
    const __mmask16 in = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    const __m512 values = _mm512_maskz_loadu_ps(in, x + i);
    _mm256_mask_storeu_epi16(result + i, in, (__m256i)_mm512_cvtneps_pbh(values));
  }
}

#else

int relic_has_bfloat16(void) { return 0; }

int relic_has_fast_bfloat16(void) { return 0; }

#define to_bfloat16 relic_to_bfloat16_plain

#endif

void relic_to_bfloat16(size_t count, const float *x, uint16_t *result) {
  if (relic_has_bfloat16())
    to_bfloat16(count, x, result);
  else
    relic_to_bfloat16_plain(count, x, result);
}
