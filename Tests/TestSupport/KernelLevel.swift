import RelicCore

/// What this build's kernels, and those of BLAS, are held to.
package enum KernelLevel {
  /// Whether they are plain loops (`RELIC_KERNELS=plain`), which add long sums in one lane and so round
  /// more than those that add in 8 or 16.
  package static var isPlain: Bool {
    #if RELIC_KERNELS_PLAIN
      true
    #else
      false
    #endif
  }

  /// Whether they are those for this processor, not of a level that the build is held to.
  package static var isBest: Bool {
    #if RELIC_KERNELS_PLAIN || RELIC_KERNELS_AVX2
      false
    #else
      true
    #endif
  }

  /// Whether long sums are added in four lanes at most: by plain loops, or by BLAS's kernels for SSE2,
  /// which OpenBLAS takes on processors that are newer than it.
  package static var isNarrow: Bool { isPlain || BLAS.level(ofCore: BLAS.core) == .sse2 }
}
