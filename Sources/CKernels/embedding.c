#include "embedding.h"

#include "variants.h"

RELIC_VARIANTS
void relic_embedding_repulsion(
    size_t count, const double *restrict x, const double *restrict y, size_t first, size_t rows,
    double *restrict dx, double *restrict dy, double *restrict total) {
#pragma clang fp reassociate(on)
  for (size_t i = 0; i < rows; i++) {
    double ownX = x[first + i], ownY = y[first + i];
    double sumX = 0, sumY = 0, sum = 0;
    for (size_t j = 0; j < count; j++) {
      double apartX = ownX - x[j], apartY = ownY - y[j];
      double weight = 1 / (1 + (apartX * apartX + apartY * apartY));
      sum += weight;
      sumX += weight * weight * apartX;
      sumY += weight * weight * apartY;
    }
    dx[i] = sumX;
    dy[i] = sumY;
    total[i] = sum;
  }
}
