#ifndef RELIC_NEAREST_H
#define RELIC_NEAREST_H

#include <stddef.h>
#include <stdint.h>

// A neighbour as one number: the more similar it is, and of equals the lower its row, the smaller.
// A similarity of NaN counts as the least of all.

// Appends to keys[used...] those of similarities[count] of consecutive rows from `first` on that are
// not at most `threshold`, so all if that is NaN. Returns how many keys there are then. There must be
// room for all.
size_t relic_nearest_append(
    size_t count, const float *similarities, float threshold, uint32_t first, uint64_t *keys,
    size_t used);

// Rearranges keys[count] so that the `wanted` smallest, at least one, come first and the largest of
// these stands last of them.
void relic_nearest_select(size_t count, uint64_t *keys, size_t wanted);

// The similarity that a key stands for.
float relic_nearest_similarity(uint64_t key);

#endif
