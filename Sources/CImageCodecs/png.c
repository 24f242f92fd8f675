#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "image_codecs.h"

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  char *message;
} source;

// The last chunk, which says nothing: a file that lacks it alone is whole. It is read behind every
// file's end; where more is missing, the checksum of the chunk that runs into it is wrong.
static const uint8_t last_chunk[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  source *from = png_get_io_ptr(png);
  size_t all = from->count + sizeof last_chunk;
  if (count > all - from->position) png_error(png, "the file ends too early");
  for (size_t i = 0; i < count; from->position++, i++) {
    out[i] = from->position < from->count ? from->bytes[from->position]
                                          : last_chunk[from->position - from->count];
  }
}

static void fail(png_structp png, png_const_charp text) {
  source *from = png_get_error_ptr(png);
  snprintf(from->message, relic_image_message_size, "%s", text);
  png_longjmp(png, 1);
}

static void silence(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// libpng keeps all texts, inflated: with its own limits 998 of 8 MB, from a file of 8 MB. With these
// they take at most 60 MiB, and those above are passed over with a warning. Before version 1.6.39 a
// chunk of more bytes than the limit is an error, as it is by libpng's own limit.
enum { most_texts = 30, largest_chunk = 1 << 21 };

// Reads up to the pixels; the caller has set the jump and destroys png and info.
static void begin(png_structp png, png_infop info, source *from) {
  png_set_read_fn(png, from, read_bytes);
  png_set_chunk_cache_max(png, most_texts + 2);  // it counts two more than it keeps
  png_set_chunk_malloc_max(png, largest_chunk);
  png_read_info(png, info);
}

int relic_png_header(
    const uint8_t *bytes, size_t count, relic_image_header *header, char *message) {
  source from = {bytes, count, 0, message};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, silence);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  snprintf(message, relic_image_message_size, "out of memory");
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  begin(png, info, &from);
  header->width = png_get_image_width(png, info);
  header->orientation = 1;
  header->height = png_get_image_height(png, info);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

static int orientation_of(png_structp png, png_infop info) {
  png_uint_32 length = 0;
  png_bytep block = NULL;
  int has_block = png_get_eXIf_1(png, info, &length, &block) != 0;
  int exif = has_block ? relic_exif_orientation(block, length) : 0, xmp = 0;
  png_textp texts = NULL;
  int count = png_get_text(png, info, &texts, NULL);
  for (int i = 0; i < count; i++) {
    const char *text = texts[i].text;
    if (!text) continue;
    size_t size = texts[i].itxt_length ? texts[i].itxt_length : texts[i].text_length;
    if (!has_block && !exif && strcmp(texts[i].key, "Raw profile type exif") == 0) {
      exif = relic_profile_orientation(text, size);
    }
    if (!xmp && strcmp(texts[i].key, "XML:com.adobe.xmp") == 0) {
      xmp = relic_xmp_orientation((const uint8_t *)text, size);
    }
  }
  return exif ? exif : xmp ? xmp : 1;
}

int relic_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *pixels, int *orientation, char *message) {
  source from = {bytes, count, 0, message};
  png_bytep *volatile rows = NULL;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, silence);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  snprintf(message, relic_image_message_size, "out of memory");
  if (!info || setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  begin(png, info, &from);
  png_set_strip_16(png);
  png_set_expand(png);
  png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (png_get_rowbytes(png, info) != 3 * width) png_error(png, "its pixels are not RGB");
  rows = malloc(height * sizeof *rows);
  if (!rows) png_error(png, "out of memory");
  for (size_t y = 0; y < height; y++) rows[y] = pixels + 3 * width * y;
  png_read_image(png, rows);
  png_read_end(png, info);  // EXIF and XMP may come after the pixels
  *orientation = orientation_of(png, info);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

static png_image description(size_t width, size_t height) {
  png_image image = {0};
  image.version = PNG_IMAGE_VERSION;
  image.width = (png_uint_32)width;
  image.height = (png_uint_32)height;
  image.format = PNG_FORMAT_RGB;
  return image;
}

size_t relic_png_bound(size_t width, size_t height) {
  png_image image = description(width, height);
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

int relic_png_encode(
    const uint8_t *pixels, size_t width, size_t height, uint8_t *bytes, size_t *count,
    char *message) {
  png_image image = description(width, height);
  png_alloc_size_t size = *count;
  if (!png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL)) {
    snprintf(message, relic_image_message_size, "%s", image.message);
    return 0;
  }
  *count = size;
  return 1;
}
