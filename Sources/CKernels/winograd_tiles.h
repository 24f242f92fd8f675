#ifndef RELIC_WINOGRAD_TILES_H
#define RELIC_WINOGRAD_TILES_H

#include "lanes.h"
#include "winograd.h"

// Points along a side.
INLINE ptrdiff_t points_of(ptrdiff_t tile) { return tile == 2 ? 3 : tile + 2; }

// Where a tile begins in its image, and the image in the batch.
typedef struct {
  ptrdiff_t image;
  ptrdiff_t row;
  ptrdiff_t column;
} place;

INLINE place place_of(const relic_winograd_grid *grid, size_t tile) {
  const ptrdiff_t area = grid->tiles_high * grid->tiles_wide;
  const ptrdiff_t inside = (ptrdiff_t)tile % area;
  return (place){
      (ptrdiff_t)tile / area * grid->height * grid->width * grid->channels,
      inside / grid->tiles_wide * grid->tile, inside % grid->tiles_wide * grid->tile};
}

// Calls an inline function with a tile that the compiler knows.
#define WITH_CONSTANT_TILE(tile, function, ...) \
  do {                                          \
    if ((tile) == 2)                            \
      function(2, __VA_ARGS__);                 \
    else if ((tile) == 3)                       \
      function(3, __VA_ARGS__);                 \
    else                                        \
      function(4, __VA_ARGS__);                 \
  } while (0)

#endif
