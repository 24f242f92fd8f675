#define _GNU_SOURCE
#include "processor.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

long relic_usable_processors(void) {
  // The kernel refuses a mask shorter than its own, whose length no call tells.
  for (long processors = CPU_SETSIZE; processors <= 1 << 20; processors *= 2) {
    cpu_set_t *mask = CPU_ALLOC(processors);
    if (mask == NULL) {
      break;
    }
    size_t bytes = CPU_ALLOC_SIZE(processors);
    int status = sched_getaffinity(0, bytes, mask);
    int is_too_short = status != 0 && errno == EINVAL;
    long count = status == 0 ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (count > 0) {
      return count;
    }
    if (!is_too_short) {
      break;
    }
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? online : 1;
}
