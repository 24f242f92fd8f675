#include <ctype.h>
#include <string.h>

#include "image_codecs.h"

static uint32_t number(const uint8_t *bytes, size_t size, int big_endian) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; i++) value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

// Bytes of one value of a TIFF type that holds integers; 0 for the others.
static size_t integer_size(uint32_t type) {
  // clang-format off
  switch (type) {
    case 1: case 6: return 1;  // BYTE, SBYTE
    case 3: case 8: return 2;  // SHORT, SSHORT
    case 4: case 9: return 4;  // LONG, SLONG
    default: return 0;
  }
  // clang-format on
}

static int checked(uint32_t orientation) {
  return orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
}

int relic_exif_orientation(const uint8_t *exif, size_t count) {
  if (count >= 6 && memcmp(exif, "Exif\0\0", 6) == 0) {
    exif += 6;
    count -= 6;
  }
  if (count < 14 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) return 0;
  int big_endian = exif[0] == 'M';
  size_t directory = number(exif + 4, 4, big_endian);
  if (directory > count - 2) return 0;
  size_t entries = number(exif + directory, 2, big_endian);
  for (size_t i = 0; i < entries; i++) {
    size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > count) return 0;
    if (number(exif + entry, 2, big_endian) != 0x0112) continue;
    size_t size = integer_size(number(exif + entry + 2, 2, big_endian));
    return size ? checked(number(exif + entry + 8, size, big_endian)) : 1;
  }
  return 0;
}

int relic_xmp_orientation(const uint8_t *xmp, size_t count) {
  static const char name[] = "tiff:Orientation";
  size_t length = sizeof name - 1;
  for (size_t i = 0; i + length + 2 < count; i++) {
    if (memcmp(xmp + i, name, length) != 0) continue;
    const uint8_t *after = xmp + i + length;
    int is_element = after[0] == '>', is_attribute = after[0] == '=';
    const uint8_t *value = after + (is_attribute ? 2 : 1);
    if ((is_element || is_attribute) && isdigit(*value)) return checked((uint32_t)(*value - '0'));
  }
  return 0;
}

int relic_profile_orientation(const char *profile, size_t count) {
  const char *end = profile + count, *at = profile;
  // A line with the name and one with the length come before the digits.
  for (int lines = 0; lines < 3 && at < end; at++) lines += *at == '\n';
  uint8_t exif[4096];
  size_t size = 0;
  int digits = 0, value = 0;
  for (; at < end && size < sizeof exif; at++) {
    if (!isxdigit((unsigned char)*at)) continue;
    int digit = isdigit((unsigned char)*at) ? *at - '0' : tolower((unsigned char)*at) - 'a' + 10;
    value = value << 4 | digit;
    if (++digits % 2) continue;
    exif[size++] = (uint8_t)value;
    value = 0;
  }
  return relic_exif_orientation(exif, size);
}
