#ifndef RELIC_VARIANTS_H
#define RELIC_VARIANTS_H

// Compiles a function once per x86-64 level (AVX-512, AVX2, baseline) and picks one at load time.
// Other processors get the plain function. Write it on the definition only. A build may be held to
// one level, to test it on a processor that has more (Package.swift, RELIC_KERNELS).
#if defined(RELIC_KERNELS_PLAIN)
#define RELIC_VARIANTS
#elif defined(RELIC_KERNELS_AVX2)
#define RELIC_VARIANTS __attribute__((target("arch=x86-64-v3")))
#elif defined(__x86_64__) && defined(__linux__)
#define RELIC_VARIANTS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RELIC_VARIANTS
#endif

#endif
