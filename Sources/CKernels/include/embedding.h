#ifndef RELIC_EMBEDDING_H
#define RELIC_EMBEDDING_H

#include <stddef.h>

// How points of a plane push each of `rows` of them, from `first` on, away: with
// w = 1 / (1 + |a_i - a_j|^2) over all j, dx[i] and dy[i] become the sum of w^2 (a_i - a_j), and
// total[i] that of w, in which the point itself counts 1.
void relic_embedding_repulsion(
    size_t count, const double *x, const double *y, size_t first, size_t rows, double *dx,
    double *dy, double *total);

#endif
