// Decodes JPEG (libjpeg) and PNG (libpng) from memory to 8-bit RGB, and encodes PNG. The libraries
// report errors by longjmp, which Swift cannot cross: these functions return 0 and leave the reason
// in `message`.
#ifndef RELIC_IMAGE_CODECS_H
#define RELIC_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

enum { relic_image_message_size = 256 };

typedef struct {
  size_t width;
  size_t height;
  int orientation;
} relic_image_header;

// Reads the size of an image as it is stored, and of a JPEG file how the camera was held: 1 to 8 as
// in EXIF, where the file says so in EXIF or else in XMP; 1 where it does not. Of a PNG file that
// may stand at its end, and the field is 1. Returns 1, or 0 with a reason in message.
int relic_jpeg_header(
    const uint8_t *bytes, size_t count, relic_image_header *header, char *message);
int relic_png_header(const uint8_t *bytes, size_t count, relic_image_header *header, char *message);

// Decodes an image whose header was read before into 3 * width * height bytes, interleaved.
// Greyscale and palettes become RGB, transparency is dropped, 16 bits keep the upper 8, CMYK is
// converted as Pillow does. A JPEG file of more than 100 scans is refused: each costs a pass over all
// its coefficients. It may be decoded at a half, a quarter or an eighth of its sides, rounded up, where
// `reduction` is 2, 4 or 8 and not 1: `pixels` holds as many bytes fewer. Returns 1, or 0 with a
// reason in message.
int relic_jpeg_decode(
    const uint8_t *bytes, size_t count, int reduction, uint8_t *pixels, char *message);
int relic_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, int *orientation, char *message);

// The most bytes that a PNG file of width * height pixels takes; 3 * width * height is below 2^31.
size_t relic_png_bound(size_t width, size_t height);

// Encodes 3 * width * height bytes, interleaved, as a PNG file. `count` holds the room in `bytes`
// and gets the length of the file. Returns 1, or 0 with a reason in message.
int relic_png_encode(
    const uint8_t *pixels, size_t width, size_t height, uint8_t *bytes, size_t *count,
    char *message);

// The orientation in an EXIF block, in an XMP packet and in the hexadecimal EXIF that ImageMagick
// keeps in a PNG text; 0 if it does not say, 1 if what it says is none of the eight.
int relic_exif_orientation(const uint8_t *exif, size_t count);
int relic_xmp_orientation(const uint8_t *xmp, size_t count);
int relic_profile_orientation(const char *profile, size_t count);

// A number that is another where the library may decode a JPEG file to other pixels.
int relic_jpeg_version(void);

#endif
