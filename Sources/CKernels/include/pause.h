#ifndef RELIC_PAUSE_H
#define RELIC_PAUSE_H

// Tells the processor that the loop around it waits for another thread.
static inline void relic_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
