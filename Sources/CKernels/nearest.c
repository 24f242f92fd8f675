#include "nearest.h"

#include <string.h>

#include "variants.h"

enum { stretch = 64 };

static inline uint64_t key_of(float similarity, uint32_t row) {
  // 0 and -0 are equal.
  float x = similarity == similarity ? similarity + 0.0f : -__builtin_inff();
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  // As integers, floats rise if they are positive and fall if they are negative.
  uint32_t rising = bits >> 31 ? ~bits : bits | 0x80000000u;
  return (uint64_t)~rising << 32 | row;
}

float relic_nearest_similarity(uint64_t key) {
  uint32_t rising = ~(uint32_t)(key >> 32);
  uint32_t bits = rising >> 31 ? rising & 0x7fffffffu : ~rising;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

RELIC_VARIANTS
size_t relic_nearest_append(
    size_t count, const float *restrict similarities, float threshold, uint32_t first,
    uint64_t *restrict keys, size_t used) {
  for (size_t start = 0; start < count; start += stretch) {
    size_t end = start + stretch < count ? start + stretch : count;
    // Most stretches have none.
    int any = 0;
    for (size_t i = start; i < end; i++) any |= !(similarities[i] <= threshold);
    if (!any) continue;
    for (size_t i = start; i < end; i++) {
      if (similarities[i] <= threshold) continue;
      keys[used++] = key_of(similarities[i], first + (uint32_t)i);
    }
  }
  return used;
}

static inline void swap(uint64_t *a, uint64_t *b) {
  uint64_t kept = *a;
  *a = *b;
  *b = kept;
}

// Hoare 1961, "Algorithm 65: Find", around the median of three.
void relic_nearest_select(size_t count, uint64_t *keys, size_t wanted) {
  size_t low = 0, high = count - 1, place = wanted - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (keys[middle] < keys[low]) swap(&keys[middle], &keys[low]);
    if (keys[high] < keys[low]) swap(&keys[high], &keys[low]);
    if (keys[high] < keys[middle]) swap(&keys[high], &keys[middle]);
    uint64_t pivot = keys[middle];
    size_t left = low, right = high;
    while (left <= right) {
      while (keys[left] < pivot) left++;
      while (keys[right] > pivot) right--;
      if (left > right) break;
      swap(&keys[left], &keys[right]);
      left++;
      if (right == 0) break;
      right--;
    }
    if (place <= right) {
      high = right;
    } else if (place >= left) {
      low = left;
    } else {
      return;
    }
  }
}
