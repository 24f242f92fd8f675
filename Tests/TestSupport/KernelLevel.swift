/// What this build's kernels are held to.
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
}
