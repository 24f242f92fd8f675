#ifndef RELIC_PROCESSOR_H
#define RELIC_PROCESSOR_H

// Tells the processor that the loop around it waits for another thread.
static inline void relic_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Returns the number of processors this process may run on, at least 1: those of its affinity mask,
// which taskset, mpirun and batch schedulers narrow.
long relic_usable_processors(void);

#endif
