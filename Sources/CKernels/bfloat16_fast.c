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

// y of a sum whose place is given: sixteen, or fewer if it is `partial`.
INLINE __m512
finished(const relic_sums *sums, size_t place, size_t column, __m512 y, int partial, __mmask16 in) {
  if (sums->scale) {
    const float *scale = sums->scale + column, *shift = sums->shift + column;
    y = partial
            ? _mm512_fmadd_ps(y, _mm512_maskz_loadu_ps(in, scale), _mm512_maskz_loadu_ps(in, shift))
            : _mm512_fmadd_ps(y, _mm512_loadu_ps(scale), _mm512_loadu_ps(shift));
  }
  if (sums->residual) {
    const uint16_t *residual = sums->residual + place;
    const __m256i rounded = partial ? _mm256_maskz_loadu_epi16(in, residual)
                                    : _mm256_loadu_si256((const __m256i *)residual);
    const __m512i bits = _mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded), 16);
    y = _mm512_add_ps(y, _mm512_castsi512_ps(bits));
  }
  // The order of the operands lets NaN pass.
  if (sums->activation == relic_relu) y = _mm512_max_ps(_mm512_setzero_ps(), y);
  if (sums->activation == relic_silu_activation) y = silu(y);
  return y;
}

// Sixteen numbers of 16 bits, of the kind that is wanted.
INLINE __m256i narrowed(const relic_sums *sums, __m512 y) {
  return sums->half ? _mm512_cvtps_ph(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
                    : (__m256i)_mm512_cvtneps_pbh(y);
}

INLINE uint16_t *narrow_target(const relic_sums *sums) {
  return sums->half ? sums->half : sums->rounded;
}

INLINE void store(const relic_sums *sums, size_t target, size_t column, __m512 z) {
  const size_t place = target + column;
  __m512 y = finished(sums, place, column, z, 0, 0xffff);
  if (sums->floats) {
    if (sums->adds) y = _mm512_add_ps(_mm512_loadu_ps(sums->floats + place), y);
    _mm512_storeu_ps(sums->floats + place, y);
  } else {
    _mm256_storeu_si256((__m256i *)(narrow_target(sums) + place), narrowed(sums, y));
  }
}

INLINE void store_part(
    const relic_sums *sums, size_t target, size_t column, __m512 z, __mmask16 in) {
  const size_t place = target + column;
  __m512 y = finished(sums, place, column, z, 1, in);
  if (sums->floats) {
    float *target = sums->floats + place;
    if (sums->adds) y = _mm512_add_ps(_mm512_maskz_loadu_ps(in, target), y);
    _mm512_mask_storeu_ps(target, in, y);
  } else {
    _mm256_mask_storeu_epi16(narrow_target(sums) + place, in, narrowed(sums, y));
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

// Asks for the places of a block's sums, so that they are there when these are computed. Where rows lie
// side by side the processor does so by itself.
INLINE void prefetch_targets(const relic_block *block) {
  for (size_t i = 0; i < block->rows; i++)
    for (size_t c = 0; c < block->columns; c += 16) {
      const size_t place = block->targets[i] + c;
      if (block->sums.floats)
        __builtin_prefetch(block->sums.floats + place, 1);
      else if (c % 32 == 0)
        __builtin_prefetch(narrow_target(&block->sums) + place, 1);
    }
}

// Stores a whole panel of sums as they are, which is all that training wants.
INLINE void store_panel(const relic_block *block, const float *z) {
  const relic_sums *sums = &block->sums;
  for (size_t i = 0; i < block->rows; i++, z += panel_width) {
    const size_t place = block->targets[i];
    if (sums->half) {
      for (size_t c = 0; c < panel_width; c += 16)
        _mm256_storeu_si256(
            (__m256i *)(sums->half + place + c), narrowed(sums, _mm512_load_ps(z + c)));
      continue;
    }
    float *target = sums->floats + place;
    if (sums->adds)
      for (size_t c = 0; c < panel_width; c += 16)
        _mm512_storeu_ps(
            target + c, _mm512_add_ps(_mm512_loadu_ps(target + c), _mm512_load_ps(z + c)));
    else
      for (size_t c = 0; c < panel_width; c += 16)
        _mm512_storeu_ps(target + c, _mm512_load_ps(z + c));
  }
}

RELIC_BFLOAT16
void relic_block_fast(const relic_block *block) {
  _Alignas(64) float z[most_rows * panel_width];
  if (block->sums.stride > panel_width) prefetch_targets(block);
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
  if (columns == panel_width && !sums.rounded && !sums.scale && !sums.residual &&
      sums.activation == relic_identity)
    return store_panel(block, z);
  for (size_t i = 0; i < rows; i++) {
    const float *row = z + panel_width * i;
    size_t c = 0;
    for (; c + 16 <= columns; c += 16) store(&sums, block->targets[i], c, _mm512_load_ps(row + c));
    if (c < columns)
      store_part(
          &sums, block->targets[i], c, _mm512_load_ps(row + c),
          (__mmask16)((1u << (columns - c)) - 1));
  }
}

#endif
