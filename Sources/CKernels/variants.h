#ifndef RELIC_VARIANTS_H
#define RELIC_VARIANTS_H

// Compiles a function once per x86-64 level (AVX-512, AVX2, baseline) and picks one at load time.
// Other processors get the plain function. Write it on the definition only.
#if defined(__x86_64__) && defined(__linux__)
#define RELIC_VARIANTS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RELIC_VARIANTS
#endif

#endif
