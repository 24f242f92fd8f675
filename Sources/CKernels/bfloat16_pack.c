#include "bfloat16_product.h"

#include <string.h>

#include "bfloat16_rounding.h"
#include "bfloat16.h"

enum { vector = 16 };

// Vectors of the panel that begins at a column.
static inline size_t vectors_of(size_t n, size_t first, size_t panel) {
  const size_t left = (n - first + vector - 1) / vector, most = panel / vector;
  return left < most ? left : most;
}

static inline uint16_t element(relic_matrix source, size_t row, size_t column) {
  const size_t place = row * source.stride + column;
  return source.rounded ? source.rounded[place] : rounded(source.floats[place]);
}

static void pack_plain(
    size_t k, size_t n, relic_matrix source, int transposed, size_t panel, uint16_t *packed) {
  for (size_t first = 0; first < n; first += panel) {
    const size_t width = vector * vectors_of(n, first, panel);
    for (size_t row = 0; row < k; row += 2)
      for (size_t column = first; column < first + width; column++)
        for (size_t r = row; r < row + 2; r++) {
          const int inside = r < k && column < n;
          *packed++ = !inside      ? 0
                      : transposed ? element(source, column, r)
                                   : element(source, r, column);
        }
  }
}

void relic_pack_rows(size_t rows, size_t columns, relic_matrix source, uint16_t *packed) {
  for (size_t r = 0; r < rows; r++) {
    if (source.rounded)
      memcpy(packed, source.rounded + r * source.stride, columns * sizeof *packed);
    else
      relic_to_bfloat16(columns, source.floats + r * source.stride, packed);
    packed += columns;
    if (columns % 2) *packed++ = 0;
  }
}

#ifdef RELIC_BFLOAT16

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline)) RELIC_BFLOAT16

INLINE __mmask32 first_of(size_t count) {
  return count < 32 ? (__mmask32)((1u << count) - 1) : 0xffffffffu;
}

INLINE __m512i in_pairs(__m512i both) {
  const __m512i order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19,
      3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, both);
}

// Sixteen elements of two rows as pairs.
INLINE __m512i pairs(relic_matrix source, size_t place) {
  const size_t below = place + source.stride;
  if (source.rounded) {
    const __m256i upper = _mm256_loadu_si256((const __m256i *)(source.rounded + place));
    const __m256i lower = _mm256_loadu_si256((const __m256i *)(source.rounded + below));
    return in_pairs(_mm512_inserti64x4(_mm512_castsi256_si512(upper), lower, 1));
  }
  const __m512 upper = _mm512_loadu_ps(source.floats + place);
  return in_pairs((__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(source.floats + below), upper));
}

// Sixteen elements at most of two rows, the second of which there may be none.
INLINE __m512i pairs_at_edge(relic_matrix source, size_t place, int has_second, __mmask16 in) {
  const size_t below = place + source.stride;
  const __mmask16 in_second = has_second ? in : 0;
  if (source.rounded) {
    const __m256i upper = _mm256_maskz_loadu_epi16(in, source.rounded + place);
    const __m256i lower = _mm256_maskz_loadu_epi16(in_second, source.rounded + below);
    return in_pairs(_mm512_inserti64x4(_mm512_castsi256_si512(upper), lower, 1));
  }
  const __m512 upper = _mm512_maskz_loadu_ps(in, source.floats + place);
  const __m512 lower = _mm512_maskz_loadu_ps(in_second, source.floats + below);
  return in_pairs((__m512i)_mm512_cvtne2ps_pbh(lower, upper));
}

// Asks for the part of two rows that will be packed soon.
INLINE void prefetch(relic_matrix source, size_t place) {
  const size_t below = place + source.stride;
  if (source.rounded) {
    __builtin_prefetch(source.rounded + place);
    __builtin_prefetch(source.rounded + below);
  } else {
    __builtin_prefetch(source.floats + place);
    __builtin_prefetch(source.floats + below);
  }
}

// Row by row, as they lie in memory, and without masks but at the edges: loads with masks wait for
// memory one after the other (measured: 7 GB/s, against 27 to 37).
RELIC_BFLOAT16
static void pack_pairs_of_rows(
    size_t k, size_t n, relic_matrix source, size_t panel, uint16_t *packed) {
  const size_t depth = k + k % 2;
  const size_t ahead = (4096 / (2 * (n ? n : 1)) + 2) / 2 * 2;
  for (size_t row = 0; row < k; row += 2) {
    const int is_soon = row + ahead + 1 < k;
    for (size_t first = 0; first < n; first += panel) {
      const size_t width = vector * vectors_of(n, first, panel);
      uint16_t *target = packed + depth * first + row * width;
      for (size_t column = first; column < first + width; column += vector, target += 2 * vector) {
        const size_t place = row * source.stride + column;
        if (is_soon) prefetch(source, place + ahead * source.stride);
        const __m512i both =
            row + 1 < k && column + vector <= n
                ? pairs(source, place)
                : pairs_at_edge(source, place, row + 1 < k, (__mmask16)first_of(n - column));
        _mm512_storeu_si512(target, both);
      }
    }
  }
}

// Sixteen rows of sixteen pairs each, transposed.
INLINE void transpose(__m512i *r) {
  __m512i t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++)
    for (int half = 0; half < 16; half += 8) {
      t[half + i] = _mm512_shuffle_i32x4(r[half + i], r[half + i + 4], 0x88);
      t[half + i + 4] = _mm512_shuffle_i32x4(r[half + i], r[half + i + 4], 0xdd);
    }
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

// Thirty-two elements at most of a row.
INLINE __m512i elements(relic_matrix source, size_t place, __mmask32 in) {
  if (source.rounded) return _mm512_maskz_loadu_epi16(in, source.rounded + place);
  const float *x = source.floats + place;
  return (__m512i)_mm512_cvtne2ps_pbh(
      _mm512_maskz_loadu_ps((__mmask16)(in >> 16), x + vector),
      _mm512_maskz_loadu_ps((__mmask16)in, x));
}

RELIC_BFLOAT16
static void pack_pairs_of_columns(
    size_t k, size_t n, relic_matrix source, size_t panel, uint16_t *packed) {
  for (size_t first = 0; first < n; first += panel) {
    const size_t width = vector * vectors_of(n, first, panel);
    for (size_t column = first; column < first + width; column += vector)
      for (size_t row = 0; row < k; row += 2 * vector) {
        const __mmask32 in = first_of(k - row);
        __m512i r[vector];
        for (size_t i = 0; i < vector; i++)
          r[i] = column + i < n ? elements(source, (column + i) * source.stride + row, in)
                                : _mm512_setzero_si512();
        transpose(r);
        const size_t left = (k - row + 1) / 2, count = left < vector ? left : vector;
        uint16_t *target = packed + row * width + 2 * (column - first);
        for (size_t i = 0; i < count; i++) _mm512_storeu_si512(target + 2 * i * width, r[i]);
      }
    packed += (k + k % 2) * width;
  }
}

void relic_pack_pairs(
    size_t k, size_t n, relic_matrix source, int transposed, size_t panel, uint16_t *packed) {
  if (!relic_has_bfloat16())
    pack_plain(k, n, source, transposed, panel, packed);
  else if (transposed)
    pack_pairs_of_columns(k, n, source, panel, packed);
  else
    pack_pairs_of_rows(k, n, source, panel, packed);
}

#else

void relic_pack_pairs(
    size_t k, size_t n, relic_matrix source, int transposed, size_t panel, uint16_t *packed) {
  pack_plain(k, n, source, transposed, panel, packed);
}

#endif
