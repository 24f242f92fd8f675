#include "winograd.h"

#include <string.h>

#include "variants.h"

// Sixteen channels side by side: one AVX-512 register, two of AVX2.
typedef float lanes __attribute__((vector_size(64)));

enum { width = 16 };

#define INLINE static inline __attribute__((always_inline))

INLINE void load(lanes *to, const float *from) { memcpy(to, from, sizeof(lanes)); }
INLINE void store(float *to, const lanes *from) { memcpy(to, from, sizeof(lanes)); }

// The points: 0, +-NEAR, +-FAR and infinity, and what follows from them. The textbook's 1 and 2
// round twice as much.
#define NEAR 0.75f
#define FAR 1.5f
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)
#define PRODUCT (NEAR2 * FAR2)
#define SUM (NEAR2 + FAR2)
// Inverses of the products of differences from one point to the others.
#define NEAR_SCALE (1 / (2 * NEAR2 * (NEAR2 - FAR2)))
#define FAR_SCALE (1 / (2 * FAR2 * (FAR2 - NEAR2)))

// The five one-dimensional transforms: lines `from` apart become lines `step` apart.

INLINE void input_line(const lanes *d, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  const lanes d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from], d4 = d[4 * from],
              d5 = d[5 * from];
  const lanes near = d4 - FAR2 * d2, near_odd = NEAR * (d3 - FAR2 * d1);
  const lanes far = d4 - NEAR2 * d2, far_odd = FAR * (d3 - NEAR2 * d1);
  t[0] = PRODUCT * d0 - SUM * d2 + d4;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = PRODUCT * d1 - SUM * d3 + d5;
}

INLINE void output_line(const lanes *m, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  const lanes near = m[from] + m[2 * from], near_odd = NEAR * (m[from] - m[2 * from]);
  const lanes far = m[3 * from] + m[4 * from], far_odd = FAR * (m[3 * from] - m[4 * from]);
  t[0] = m[0] + near + far;
  t[step] = near_odd + far_odd;
  t[2 * step] = NEAR2 * near + FAR2 * far;
  t[3 * step] = NEAR2 * near_odd + FAR2 * far_odd + m[5 * from];
}

INLINE void output_gradient_line(const lanes *y, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  const lanes y0 = y[0], y1 = y[from], y2 = y[2 * from], y3 = y[3 * from];
  const lanes near = y0 + NEAR2 * y2, near_odd = NEAR * (y1 + NEAR2 * y3);
  const lanes far = y0 + FAR2 * y2, far_odd = FAR * (y1 + FAR2 * y3);
  t[0] = y0;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = y3;
}

INLINE void weight_line(const lanes *g, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  const lanes g0 = g[0], g1 = g[from], g2 = g[2 * from];
  const lanes near = NEAR_SCALE * (g0 + NEAR2 * g2), near_odd = NEAR_SCALE * NEAR * g1;
  const lanes far = FAR_SCALE * (g0 + FAR2 * g2), far_odd = FAR_SCALE * FAR * g1;
  t[0] = (1 / PRODUCT) * g0;
  t[step] = near + near_odd;
  t[2 * step] = near - near_odd;
  t[3 * step] = far + far_odd;
  t[4 * step] = far - far_odd;
  t[5 * step] = g2;
}

INLINE void weight_gradient_line(const lanes *u, ptrdiff_t from, lanes *t, ptrdiff_t step) {
  const lanes near = NEAR_SCALE * (u[from] + u[2 * from]);
  const lanes near_odd = NEAR_SCALE * NEAR * (u[from] - u[2 * from]);
  const lanes far = FAR_SCALE * (u[3 * from] + u[4 * from]);
  const lanes far_odd = FAR_SCALE * FAR * (u[3 * from] - u[4 * from]);
  t[0] = (1 / PRODUCT) * u[0] + near + far;
  t[step] = near_odd + far_odd;
  t[2 * step] = NEAR2 * near + FAR2 * far + u[5 * from];
}

typedef struct {
  ptrdiff_t image;
  ptrdiff_t row;
  ptrdiff_t column;
} place;

INLINE place tile_place(const relic_winograd_grid *grid, size_t tile) {
  const ptrdiff_t area = grid->tiles_high * grid->tiles_wide;
  const ptrdiff_t inside = (ptrdiff_t)tile % area;
  return (place){
      (ptrdiff_t)tile / area * grid->height * grid->width * grid->channels,
      inside / grid->tiles_wide * 4, inside % grid->tiles_wide * 4};
}

RELIC_VARIANTS
void relic_winograd_input(
    relic_winograd_grid grid, size_t first, size_t count, const float *restrict x,
    float *restrict v) {
  const ptrdiff_t plane = (ptrdiff_t)count * grid.channels;
  for (size_t t = 0; t < count; t++) {
    const place at = tile_place(&grid, first + t);
    for (ptrdiff_t c = 0; c < grid.channels; c += width) {
      lanes columns[36], line[6];
      const float *source = x + at.image + c;
      for (ptrdiff_t j = 0; j < 6; j++) {
        const ptrdiff_t column = at.column - 1 + j;
        for (ptrdiff_t i = 0; i < 6; i++) {
          const ptrdiff_t row = at.row - 1 + i;
          if (row >= 0 && row < grid.height && column >= 0 && column < grid.width)
            load(&line[i], source + (row * grid.width + column) * grid.channels);
          else
            line[i] = (lanes){0};
        }
        input_line(line, 1, columns + j, 6);
      }
      float *target = v + (ptrdiff_t)t * grid.channels + c;
      for (ptrdiff_t i = 0; i < 6; i++) {
        input_line(columns + 6 * i, 1, line, 1);
        for (ptrdiff_t j = 0; j < 6; j++) store(target + (6 * i + j) * plane, &line[j]);
      }
    }
  }
}

RELIC_VARIANTS
void relic_winograd_output(
    relic_winograd_grid grid, size_t first, size_t count, const float *restrict m,
    float *restrict y) {
  const ptrdiff_t plane = (ptrdiff_t)count * grid.channels;
  for (size_t t = 0; t < count; t++) {
    const place at = tile_place(&grid, first + t);
    for (ptrdiff_t c = 0; c < grid.channels; c += width) {
      lanes columns[24], line[6];
      const float *source = m + (ptrdiff_t)t * grid.channels + c;
      for (ptrdiff_t j = 0; j < 6; j++) {
        for (ptrdiff_t i = 0; i < 6; i++) load(&line[i], source + (6 * i + j) * plane);
        output_line(line, 1, columns + j, 6);
      }
      float *target = y + at.image + c;
      for (ptrdiff_t i = 0; i < 4 && at.row + i < grid.height; i++) {
        output_line(columns + 6 * i, 1, line, 1);
        for (ptrdiff_t j = 0; j < 4 && at.column + j < grid.width; j++)
          store(
              target + ((at.row + i) * grid.width + at.column + j) * grid.channels, &line[j]);
      }
    }
  }
}

RELIC_VARIANTS
void relic_winograd_output_gradient(
    relic_winograd_grid grid, size_t first, size_t count, const float *restrict dy,
    float *restrict dm) {
  const ptrdiff_t plane = (ptrdiff_t)count * grid.channels;
  for (size_t t = 0; t < count; t++) {
    const place at = tile_place(&grid, first + t);
    for (ptrdiff_t c = 0; c < grid.channels; c += width) {
      lanes columns[24], line[6];
      const float *source = dy + at.image + c;
      for (ptrdiff_t j = 0; j < 4; j++) {
        for (ptrdiff_t i = 0; i < 4; i++) {
          if (at.row + i < grid.height && at.column + j < grid.width)
            load(
                &line[i],
                source + ((at.row + i) * grid.width + at.column + j) * grid.channels);
          else
            line[i] = (lanes){0};
        }
        output_gradient_line(line, 1, columns + j, 4);
      }
      float *target = dm + (ptrdiff_t)t * grid.channels + c;
      for (ptrdiff_t i = 0; i < 6; i++) {
        output_gradient_line(columns + 4 * i, 1, line, 1);
        for (ptrdiff_t j = 0; j < 6; j++) store(target + (6 * i + j) * plane, &line[j]);
      }
    }
  }
}

RELIC_VARIANTS
void relic_winograd_weight(
    size_t stride, size_t first, size_t count, const float *restrict w, float *restrict u) {
  for (size_t e = first; e < first + count; e += width) {
    lanes columns[18], line[6];
    for (ptrdiff_t j = 0; j < 3; j++) {
      for (ptrdiff_t i = 0; i < 3; i++) load(&line[i], w + (size_t)(3 * i + j) * stride + e);
      weight_line(line, 1, columns + j, 3);
    }
    for (ptrdiff_t i = 0; i < 6; i++) {
      weight_line(columns + 3 * i, 1, line, 1);
      for (ptrdiff_t j = 0; j < 6; j++) store(u + (size_t)(6 * i + j) * stride + e, &line[j]);
    }
  }
}

RELIC_VARIANTS
void relic_winograd_weight_gradient(
    size_t stride, size_t first, size_t count, const float *restrict du, float *restrict dw) {
  for (size_t e = first; e < first + count; e += width) {
    lanes columns[18], line[6];
    for (ptrdiff_t j = 0; j < 6; j++) {
      for (ptrdiff_t i = 0; i < 6; i++) load(&line[i], du + (size_t)(6 * i + j) * stride + e);
      weight_gradient_line(line, 1, columns + j, 6);
    }
    for (ptrdiff_t i = 0; i < 3; i++) {
      weight_gradient_line(columns + 6 * i, 1, line, 1);
      for (ptrdiff_t j = 0; j < 3; j++) store(dw + (size_t)(3 * i + j) * stride + e, &line[j]);
    }
  }
}
