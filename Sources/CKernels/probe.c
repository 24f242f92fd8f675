#include "probe.h"

#include <string.h>

#include "variants.h"

enum { tile = 64 };

static inline double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint64_t to_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// exp(x) for x <= 0 to about 1 ulp; below -708 it stays at the smallest normal magnitude, so that
// the exponent never leaves its field. x = n ln 2 + r, exp(r) by its Taylor series to r^13.
static inline double exp_of_negative(double x) {
  x = x < -708 ? -708 : x;
  const double integer = 0x1.8p52;  // adding it rounds to an integer that stands in the low bits
  double rounded = x * 0x1.71547652b82fep0 + integer;
  double n = rounded - integer;
  double r = x - n * 0x1.62e42feep-1;
  r = r - n * 0x1.a39ef35793c76p-33;
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  return p * from_bits((to_bits(rounded) + 1023) << 52);
}

// log(x) for finite x >= 1 to about 1 ulp: x = 2^e m with m in [sqrt(1/2), sqrt(2)),
// log(m) = 2 atanh((m - 1) / (m + 1)) by its Taylor series.
static inline double log_of_large(double x) {
  uint64_t bits = to_bits(x);
  double e = from_bits((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  double m = from_bits((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  int high = m > 0x1.6a09e667f3bcdp0;
  m = high ? 0.5 * m : m;
  e = high ? e + 1 : e;
  double s = (m - 1) / (m + 1);
  double q = s * s;
  double p = 1.0 / 21;
  p = p * q + 1.0 / 19;
  p = p * q + 1.0 / 17;
  p = p * q + 1.0 / 15;
  p = p * q + 1.0 / 13;
  p = p * q + 1.0 / 11;
  p = p * q + 1.0 / 9;
  p = p * q + 1.0 / 7;
  p = p * q + 1.0 / 5;
  p = p * q + 1.0 / 3;
  return e * 0x1.62e42fefa39efp-1 + (2 * s + 2 * s * q * p);
}

RELIC_VARIANTS
void relic_probe_widen(size_t count, const float *restrict x, double *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = x[i];
}

RELIC_VARIANTS
void relic_probe_narrow(size_t count, const double *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = (float)x[i];
}

RELIC_VARIANTS
void relic_probe_add(size_t count, const float *restrict x, double *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += x[i];
}

RELIC_VARIANTS
size_t relic_probe_finite_prefix_f32(size_t count, const float *x) {
  size_t start = 0;
  for (; start + 1024 <= count; start += 1024) {
    int bad = 0;
    for (size_t i = start; i < start + 1024; i++) bad |= !(x[i] - x[i] == 0);
    if (bad) break;
  }
  while (start < count && x[start] - x[start] == 0) start++;
  return start;
}

RELIC_VARIANTS
size_t relic_probe_finite_prefix_f64(size_t count, const double *x) {
  size_t start = 0;
  for (; start + 1024 <= count; start += 1024) {
    int bad = 0;
    for (size_t i = start; i < start + 1024; i++) bad |= !(x[i] - x[i] == 0);
    if (bad) break;
  }
  while (start < count && x[start] - x[start] == 0) start++;
  return start;
}

// Takes the largest logit off each, so that no exponential overflows.
static inline void take_off_largest(size_t classes, double *z) {
  double largest = z[0];
  for (size_t k = 1; k < classes; k++) largest = z[k] > largest ? z[k] : largest;
  for (size_t k = 0; k < classes; k++) z[k] -= largest;
}

static inline double sum(size_t count, const double *x) {
#pragma clang fp reassociate(on)
  double total = 0;
  for (size_t i = 0; i < count; i++) total += x[i];
  return total;
}

RELIC_VARIANTS
void relic_probe_softmax(
    size_t rows, size_t models, size_t classes, double *restrict z, const int32_t *restrict targets,
    const double *restrict weights, double *restrict losses) {
  size_t width = models * classes;
  for (size_t first = 0; first < rows; first += tile) {
    size_t count = rows - first < tile ? rows - first : tile;
    double *block = z + first * width;
    const int32_t *target = targets + first;
    for (size_t m = 0; m < models; m++) {
      for (size_t i = 0; i < count; i++) {
        double *row = block + i * width + m * classes;
        take_off_largest(classes, row);
        losses[m] -= weights[m * classes + target[i]] * row[target[i]];
      }
    }
    for (size_t i = 0; i < count * width; i++) block[i] = exp_of_negative(block[i]);
    for (size_t m = 0; m < models; m++) {
      double total[tile], weight[tile];
      for (size_t i = 0; i < count; i++) {
        double *row = block + i * width + m * classes;
        total[i] = sum(classes, row);
        weight[i] = weights[m * classes + target[i]];
        double scale = weight[i] / total[i];
        for (size_t k = 0; k < classes; k++) row[k] *= scale;
        row[target[i]] -= weight[i];
      }
      for (size_t i = 0; i < count; i++) total[i] = weight[i] * log_of_large(total[i]);
      losses[m] += sum(count, total);
    }
  }
}

RELIC_VARIANTS
void relic_probe_sigmoid(
    size_t rows, size_t models, double *restrict z, const int32_t *restrict targets,
    const double *restrict weights, double *restrict losses) {
  for (size_t m = 0; m < models; m++) {
    for (size_t first = 0; first < rows; first += tile) {
      size_t count = rows - first < tile ? rows - first : tile;
      double loss[tile];
      for (size_t i = 0; i < count; i++) {
        double x = z[(first + i) * models + m];
        int32_t target = targets[first + i];
        double weight = weights[2 * m + target];
        double e = exp_of_negative(x < 0 ? x : -x);
        double one = 1 + e;
        // log1p: what 1 + e lost to rounding is put back.
        double log1p = log_of_large(one) + (e - (one - 1)) / one;
        loss[i] = weight * (log1p + ((x > 0 ? x : 0) - target * x));
        z[(first + i) * models + m] = weight * ((x < 0 ? e : 1) / one - target);
      }
      losses[m] += sum(count, loss);
    }
  }
}
