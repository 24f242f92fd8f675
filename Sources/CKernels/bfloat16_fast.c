#include "bfloat16_block.h"

#include "bfloat16_fast.h"
#include "bfloat16_rounding.h"

#ifdef RELIC_BFLOAT16

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline)) RELIC_BFLOAT16

// x * sigmoid(x), by the steps of sigmoid.h.
INLINE __m512 silu(__m512 x) {
  const __m512 limit = _mm512_set1_ps(87.0f);
  const __m512 zero = _mm512_setzero_ps();
  const __m512 above = _mm512_max_ps(_mm512_sub_ps(zero, limit), _mm512_sub_ps(zero, x));
  const __m512 minus = _mm512_min_ps(limit, above);
  const __m512 shift = _mm512_set1_ps(12582912.0f);
  const __m512 shifted = _mm512_fmadd_ps(minus, _mm512_set1_ps(1.44269504f), shift);
  const __m512 n = _mm512_sub_ps(shifted, shift);
  const __m512 coarse = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), minus);
  const __m512 r = _mm512_fmadd_ps(n, _mm512_set1_ps(2.12194440e-4f), coarse);
  __m512 p = _mm512_set1_ps(1.9875691500e-4f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 mantissa = _mm512_fmadd_ps(_mm512_mul_ps(p, r), r, _mm512_add_ps(r, one));
  const __m512i exponent = _mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127));
  const __m512 power = _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
  return _mm512_div_ps(x, _mm512_fmadd_ps(mantissa, power, one));
}

INLINE void store(const relic_sums *sums, size_t target, size_t column, __m512 z, __mmask16 in) {
  const size_t place = target + column;
  __m512 y = z;
  if (sums->scale)
    y = _mm512_fmadd_ps(
        y, _mm512_maskz_loadu_ps(in, sums->scale + column),
        _mm512_maskz_loadu_ps(in, sums->shift + column));
  if (sums->residual) {
    const __m256i rounded = _mm256_maskz_loadu_epi16(in, sums->residual + place);
    const __m512i bits = _mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded), 16);
    y = _mm512_add_ps(y, _mm512_castsi512_ps(bits));
  }
  // The order of the operands lets NaN pass.
  if (sums->activation == relic_relu) y = _mm512_max_ps(_mm512_setzero_ps(), y);
  if (sums->activation == relic_silu_activation) y = silu(y);
  if (sums->floats) {
    float *target = sums->floats + place;
    if (sums->adds) y = _mm512_add_ps(_mm512_maskz_loadu_ps(in, target), y);
    _mm512_mask_storeu_ps(target, in, y);
  } else {
    _mm256_mask_storeu_epi16(sums->rounded + place, in, (__m256i)_mm512_cvtneps_pbh(y));
  }
}

// `rows` and `vectors` are constants where this is called, so that the sums stay in registers.
INLINE void compute(
    const relic_block *block, const size_t rows, const size_t vectors, float *finished) {
  __m512 z[most_rows][4];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < vectors; j++) z[i][j] = _mm512_setzero_ps();
  for (size_t run = 0; run < block->runs; run++) {
    const uint16_t *right = block->right + 32 * vectors * block->pairs * block->kinds[run];
    const uint16_t *left[most_rows];
    for (size_t i = 0; i < rows; i++) left[i] = block->places[run * block->places_stride + i];
    const size_t end = block->pairs * block->step;
    for (size_t pair = 0; pair < end; pair += block->step, right += 32 * vectors) {
      __m512bh w[4];
      for (size_t j = 0; j < vectors; j++) w[j] = (__m512bh)_mm512_loadu_si512(right + 32 * j);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        int32_t both;
        __builtin_memcpy(&both, left[i] + pair, sizeof both);
        const __m512bh x = (__m512bh)_mm512_set1_epi32(both);
        for (size_t j = 0; j < vectors; j++) z[i][j] = _mm512_dpbf16_ps(z[i][j], x, w[j]);
      }
    }
  }
  // By way of memory: code for what follows would be too much to repeat for every sum.
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < vectors; j++)
      _mm512_store_ps(finished + panel_width * i + 16 * j, z[i][j]);
}

RELIC_BFLOAT16
void relic_block_fast(const relic_block *block) {
  _Alignas(64) float z[most_rows * panel_width];
  switch (block->vectors) {
    case 4:
      compute(block, 6, 4, z);
      break;
    case 3:
      compute(block, 8, 3, z);
      break;
    case 2:
      compute(block, 8, 2, z);
      break;
    default:
      compute(block, 8, 1, z);
      break;
  }
  const relic_sums sums = block->sums;
  const size_t rows = block->rows, columns = block->columns;
  for (size_t i = 0; i < rows; i++)
    for (size_t c = 0; c < columns; c += 16) {
      const size_t left = columns - c;
      const __mmask16 in = left < 16 ? (__mmask16)((1u << left) - 1) : 0xffff;
      store(&sums, block->targets[i], c, _mm512_load_ps(z + panel_width * i + c), in);
    }
}

#endif
