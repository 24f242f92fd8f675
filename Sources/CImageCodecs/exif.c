#include "image_codecs.h"

static uint32_t number(const uint8_t *bytes, int size, int big_endian) {
  uint32_t value = 0;
  for (int i = 0; i < size; i++) value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

int relic_exif_orientation(const uint8_t *exif, size_t count) {
  if (count < 14 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) return 1;
  int big_endian = exif[0] == 'M';
  size_t directory = number(exif + 4, 4, big_endian);
  if (directory > count - 2) return 1;
  size_t entries = number(exif + directory, 2, big_endian);
  for (size_t i = 0; i < entries; i++) {
    size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > count) return 1;
    if (number(exif + entry, 2, big_endian) != 0x0112) continue;
    uint32_t orientation = number(exif + entry + 8, 2, big_endian);
    return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
  }
  return 1;
}
