#include "softmax.h"

#include <math.h>

#include "sigmoid.h"
#include "variants.h"

static inline __attribute__((always_inline)) double total(size_t count, const float *x) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i];
  return sum;
}

RELIC_VARIANTS
void relic_softmax(
    size_t rows, size_t columns, const float *restrict x, float *restrict p, float *restrict logs) {
  for (size_t r = 0; r < rows; r++, x += columns, p += columns, logs += columns) {
    float top = x[0];
    for (size_t c = 1; c < columns; c++) top = x[c] > top ? x[c] : top;
    for (size_t c = 0; c < columns; c++) p[c] = relic_exp(x[c] - top);
    const double sum = total(columns, p);
    const float share = (float)(1 / sum), shift = top + (float)log(sum);
    for (size_t c = 0; c < columns; c++) {
      p[c] *= share;
      logs[c] = x[c] - shift;
    }
  }
}
