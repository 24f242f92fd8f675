#ifndef RELIC_WINOGRAD_LINES_H
#define RELIC_WINOGRAD_LINES_H

#include "lanes.h"

// The five one-dimensional transforms of Winograd's F(t, 3), with `tile` = t a constant 4 or 3, and
// those of two outputs from two inputs between zeros, for t = 2. Lines `from` apart become lines
// `step` apart.

// The points: 0, +-NEAR, +-FAR (t = 3: FAR alone) and infinity, and what follows from them. The
// textbook's 1 and 2 round twice as much.
#define NEAR 0.75f
#define FAR 1.5f
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)
#define PRODUCT (NEAR2 * FAR2)
#define SUM (NEAR2 + FAR2)
// Inverses of the products of differences from one point to the others, t = 4.
#define NEAR_SCALE (1 / (2 * NEAR2 * (NEAR2 - FAR2)))
#define FAR_SCALE (1 / (2 * FAR2 * (FAR2 - NEAR2)))
// The same for t = 3: of 0, NEAR, -NEAR and FAR.
#define ZERO3_SCALE (1 / (NEAR2 * FAR))
#define PLUS3_SCALE (1 / (2 * NEAR2 * (NEAR - FAR)))
#define MINUS3_SCALE (-1 / (2 * NEAR2 * (NEAR + FAR)))
#define FAR3_SCALE (1 / (FAR * (FAR2 - NEAR2)))

INLINE void input_line(ptrdiff_t tile, const lanes *d, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  if (tile == 2) {
    t[0] = d[0] + d[from];
    t[step] = d[from];
    t[2 * step] = d[0];
    return;
  }
  const lanes d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from], d4 = d[4 * from];
  if (tile == 3) {
    const lanes even = d3 - FAR * d2, odd = NEAR * d2 - NEAR * FAR * d1;
    t[0] = NEAR2 * FAR * d0 - NEAR2 * d1 + even;
    t[step] = even + odd;
    t[2 * step] = even - odd;
    t[3 * step] = d3 - NEAR2 * d1;
    t[4 * step] = d4 - FAR * d3 - NEAR2 * d2 + NEAR2 * FAR * d1;
    return;
  }
  const lanes d5 = d[5 * from];
  const lanes near = d4 - FAR2 * d2, near_odd = NEAR * (d3 - FAR2 * d1);
  const lanes far = d4 - NEAR2 * d2, far_odd = FAR * (d3 - NEAR2 * d1);
  t[0] = PRODUCT * d0 - SUM * d2 + d4;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = PRODUCT * d1 - SUM * d3 + d5;
}

INLINE void output_line(ptrdiff_t tile, const lanes *m, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  if (tile == 2) {
    t[0] = m[0] + m[from];
    t[step] = m[0] + m[2 * from];
    return;
  }
  const lanes near = m[from] + m[2 * from], near_odd = NEAR * (m[from] - m[2 * from]);
  if (tile == 3) {
    const lanes far = m[3 * from];
    t[0] = m[0] + near + far;
    t[step] = near_odd + FAR * far;
    t[2 * step] = NEAR2 * near + FAR2 * far + m[4 * from];
    return;
  }
  const lanes far = m[3 * from] + m[4 * from], far_odd = FAR * (m[3 * from] - m[4 * from]);
  t[0] = m[0] + near + far;
  t[step] = near_odd + far_odd;
  t[2 * step] = NEAR2 * near + FAR2 * far;
  t[3 * step] = NEAR2 * near_odd + FAR2 * far_odd + m[5 * from];
}

INLINE void output_gradient_line(
    ptrdiff_t tile, const lanes *y, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  if (tile == 2) {
    t[0] = y[0] + y[from];
    t[step] = y[0];
    t[2 * step] = y[from];
    return;
  }
  const lanes y0 = y[0], y1 = y[from], y2 = y[2 * from];
  if (tile == 3) {
    const lanes near = y0 + NEAR2 * y2;
    t[0] = y0;
    t[step] = near + NEAR * y1;
    t[2 * step] = near - NEAR * y1;
    t[3 * step] = y0 + FAR * y1 + FAR2 * y2;
    t[4 * step] = y2;
    return;
  }
  const lanes y3 = y[3 * from];
  const lanes near = y0 + NEAR2 * y2, near_odd = NEAR * (y1 + NEAR2 * y3);
  const lanes far = y0 + FAR2 * y2, far_odd = FAR * (y1 + FAR2 * y3);
  t[0] = y0;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = y3;
}

INLINE void weight_line(ptrdiff_t tile, const lanes *g, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  if (tile == 2) {
    t[0] = g[from];
    t[step] = g[2 * from] - g[from];
    t[2 * step] = g[0] - g[from];
    return;
  }
  const lanes g0 = g[0], g1 = g[from], g2 = g[2 * from];
  if (tile == 3) {
    const lanes near = g0 + NEAR2 * g2, near_odd = NEAR * g1;
    t[0] = ZERO3_SCALE * g0;
    t[step] = PLUS3_SCALE * (near + near_odd);
    t[2 * step] = MINUS3_SCALE * (near - near_odd);
    t[3 * step] = FAR3_SCALE * (g0 + FAR * g1 + FAR2 * g2);
    t[4 * step] = g2;
    return;
  }
  const lanes near = NEAR_SCALE * (g0 + NEAR2 * g2), near_odd = NEAR_SCALE * NEAR * g1;
  const lanes far = FAR_SCALE * (g0 + FAR2 * g2), far_odd = FAR_SCALE * FAR * g1;
  t[0] = (1 / PRODUCT) * g0;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = g2;
}

INLINE void weight_gradient_line(
    ptrdiff_t tile, const lanes *u, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  if (tile == 2) {
    t[0] = u[2 * from];
    t[step] = u[0] - u[from] - u[2 * from];
    t[2 * step] = u[from];
    return;
  }
  if (tile == 3) {
    const lanes plus = PLUS3_SCALE * u[from], minus = MINUS3_SCALE * u[2 * from];
    const lanes far = FAR3_SCALE * u[3 * from];
    t[0] = ZERO3_SCALE * u[0] + plus + minus + far;
    t[step] = NEAR * (plus - minus) + FAR * far;
    t[2 * step] = NEAR2 * (plus + minus) + FAR2 * far + u[4 * from];
    return;
  }
  const lanes near = NEAR_SCALE * (u[from] + u[2 * from]);
  const lanes near_odd = NEAR_SCALE * NEAR * (u[from] - u[2 * from]);
  const lanes far = FAR_SCALE * (u[3 * from] + u[4 * from]);
  const lanes far_odd = FAR_SCALE * FAR * (u[3 * from] - u[4 * from]);
  t[0] = (1 / PRODUCT) * u[0] + near + far;
  t[step] = near_odd + far_odd;
  t[2 * step] = NEAR2 * near + FAR2 * far + u[5 * from];
}

#endif
