#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "image_codecs.h"

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  char *message;
} failure;

static void fail(j_common_ptr info) {
  failure *error = (failure *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(error->message, relic_image_message_size, "%s", text);
  longjmp(error->escape, 1);
}

// libjpeg fills the rest of a truncated file with grey and only warns.
static void warn(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) fail(info);
}

static void silence(j_common_ptr info) { (void)info; }

static void prepare(struct jpeg_decompress_struct *info, failure *error, char *message) {
  error->message = message;
  info->err = jpeg_std_error(&error->manager);
  error->manager.error_exit = fail;
  error->manager.emit_message = warn;
  error->manager.output_message = silence;
}

enum { most_scans = 100 };

static void count_scans(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number > most_scans) {
    failure *error = (failure *)info->err;
    snprintf(error->message, relic_image_message_size, "it has more than %d scans", most_scans);
    longjmp(error->escape, 1);
  }
}

static int begins_with(jpeg_saved_marker_ptr marker, const char *name, size_t length) {
  return marker->data_length >= length && memcmp(marker->data, name, length) == 0;
}

static int orientation_of(const struct jpeg_decompress_struct *info) {
  static const char exif_name[] = "Exif\0", xmp_name[] = "http://ns.adobe.com/xap/1.0/";
  int exif = 0, xmp = 0;
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
    if (!exif && begins_with(marker, exif_name, sizeof exif_name)) {
      exif = relic_exif_orientation(marker->data, marker->data_length);
    }
    if (!xmp && begins_with(marker, xmp_name, sizeof xmp_name)) {
      xmp = relic_xmp_orientation(marker->data, marker->data_length);
    }
  }
  return exif ? exif : xmp ? xmp : 1;
}

int relic_jpeg_header(
    const uint8_t *bytes, size_t count, relic_image_header *header, char *message) {
  struct jpeg_decompress_struct info = {0};
  failure error;
  prepare(&info, &error, message);
  if (setjmp(error.escape)) {
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, count);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&info, TRUE);
  header->orientation = orientation_of(&info);
  header->width = info.image_width;
  header->height = info.image_height;
  jpeg_destroy_decompress(&info);
  return 1;
}

// a * b / 255, rounded, as Pillow computes it.
static int product(int a, int b) {
  int value = a * b + 128;
  return ((value >> 8) + value) >> 8;
}

// Turns one row of CMYK into RGB. Adobe's files hold inverted inks, and Pillow takes all for such.
static void convert_inks(const uint8_t *inks, uint8_t *pixels, size_t width) {
  for (size_t x = 0; x < width; x++) {
    int white = inks[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      pixels[3 * x + c] = (uint8_t)(white - product(255 - inks[4 * x + c], white));
    }
  }
}

int relic_jpeg_decode(
    const uint8_t *bytes, size_t count, int reduction, uint8_t *pixels, char *message) {
  struct jpeg_decompress_struct info = {0};
  struct jpeg_progress_mgr progress = {.progress_monitor = count_scans};
  failure error;
  uint8_t *volatile inks = NULL;
  prepare(&info, &error, message);
  if (setjmp(error.escape)) {
    free(inks);
    jpeg_destroy_decompress(&info);
    return 0;
  }
  jpeg_create_decompress(&info);
  info.progress = &progress;
  jpeg_mem_src(&info, bytes, count);
  jpeg_read_header(&info, TRUE);
  info.scale_num = 1;
  info.scale_denom = (unsigned int)reduction;
  int has_inks = info.num_components == 4;
  info.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&info);
  size_t width = info.output_width, height = info.output_height, factor = (size_t)reduction;
  // libjpeg-turbo 3 reads lossless files, and those whole whatever is asked for.
  if (width != (info.image_width + factor - 1) / factor ||
      height != (info.image_height + factor - 1) / factor) {
    snprintf(
        message, relic_image_message_size,
        "libjpeg reads it at its full %zux%zu pixels alone; choose --decode full", width, height);
    longjmp(error.escape, 1);
  }
  if (has_inks) {
    inks = malloc(4 * width);
    if (!inks) ERREXIT1(&info, JERR_OUT_OF_MEMORY, 0);
  }
  while (info.output_scanline < info.output_height) {
    uint8_t *row = pixels + 3 * width * info.output_scanline;
    JSAMPROW target = has_inks ? inks : row;
    jpeg_read_scanlines(&info, &target, 1);
    if (has_inks) convert_inks(inks, row, width);
  }
  jpeg_finish_decompress(&info);
  free(inks);
  jpeg_destroy_decompress(&info);
  return 1;
}

int relic_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION_NUMBER
  return LIBJPEG_TURBO_VERSION_NUMBER;
#else
  return JPEG_LIB_VERSION;
#endif
}
