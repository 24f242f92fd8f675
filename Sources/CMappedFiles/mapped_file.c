#define _GNU_SOURCE
#include "mapped_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

// Where a signal's handler finds it without a lock: start is 0 while the place is free.
struct relic_mapping {
  atomic_int is_taken;
  atomic_uintptr_t start;
  atomic_size_t count;
  atomic_int is_lost;
};

enum { places = 256 };

static struct relic_mapping mappings[places];
static struct sigaction previous;
static int is_handled;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int replaced_by_zeros(struct relic_mapping *mapping, uintptr_t address) {
  uintptr_t start = atomic_load(&mapping->start);
  size_t count = atomic_load(&mapping->count);
  if (start == 0 || address < start || address - start >= count) return 0;
  atomic_store(&mapping->is_lost, 1);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  return mmap((void *)start, count, PROT_READ, flags, -1, 0) != MAP_FAILED;
}

static void handle(int number, siginfo_t *info, void *context) {
  int kept = errno;
  // What another process sends has no address.
  if (info->si_code > 0) {
    for (int i = 0; i < places; i++) {
      if (replaced_by_zeros(&mappings[i], (uintptr_t)info->si_addr)) {
        errno = kept;
        return;
      }
    }
  }
  errno = kept;
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(number, info, context);
  } else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    // The access happens again and ends the process as it would have.
    sigaction(SIGBUS, &previous, NULL);
    if (info->si_code <= 0) raise(SIGBUS);
  } else {
    previous.sa_handler(number);
  }
}

static void set_handler(void) {
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  is_handled = sigaction(SIGBUS, &action, &previous) == 0;
}

struct relic_mapping *relic_map_file(int descriptor, size_t count) {
  pthread_once(&once, set_handler);
  if (!is_handled) return NULL;
  for (int i = 0; i < places; i++) {
    struct relic_mapping *mapping = &mappings[i];
    if (atomic_exchange(&mapping->is_taken, 1)) continue;
    void *start = mmap(NULL, count, PROT_READ, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED) {
      atomic_store(&mapping->is_taken, 0);
      return NULL;
    }
    atomic_store(&mapping->is_lost, 0);
    atomic_store(&mapping->count, count);
    atomic_store(&mapping->start, (uintptr_t)start);
    return mapping;
  }
  return NULL;
}

const void *relic_mapping_start(const struct relic_mapping *mapping) {
  return (const void *)atomic_load(&mapping->start);
}

int relic_mapping_is_lost(const struct relic_mapping *mapping) {
  return atomic_load(&mapping->is_lost);
}

void relic_unmap_file(struct relic_mapping *mapping) {
  void *start = (void *)atomic_exchange(&mapping->start, 0);
  munmap(start, atomic_load(&mapping->count));
  atomic_store(&mapping->is_taken, 0);
}
