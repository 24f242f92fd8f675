internal import Foundation
internal import RelicNN

/// OpenBLAS kernels for a lesser processor than there is.
struct SlowBLAS: Equatable, CustomStringConvertible {
  let core: String
  let used: Processor.Level
  let processor: Processor
  let level: Processor.Level
  /// Whether the environment chose the kernels.
  let isChosen: Bool
  /// Whether the library holds kernels for other processors, too.
  let hasOthers: Bool

  /// Finds out whether the kernels are slower than the processor allows.
  ///
  /// - Parameters:
  ///   - core: The kernel family in use.
  ///   - configuration: OpenBLAS's own words on how it was built.
  ///   - processor: What it runs on.
  ///   - choice: The value of `OPENBLAS_CORETYPE`.
  init?(core: String, configuration: String, processor: Processor, choice: String?) {
    guard let used = BLAS.level(ofCore: core), let level = processor.level, used < level else {
      return nil
    }
    (self.core, self.used, self.processor, self.level) = (core, used, processor, level)
    isChosen = choice?.isEmpty == false
    hasOthers = configuration.contains("DYNAMIC_ARCH")
  }

  /// Those of this process, or `nil` if they are as fast as its processor allows.
  static var current: SlowBLAS? {
    SlowBLAS(
      core: BLAS.core, configuration: BLAS.configuration, processor: .current,
      choice: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"])
  }

  /// What is slow and how to mend it, in one line.
  var description: String {
    "OpenBLAS runs its kernels for \(core) (\(used.rawValue)), and the processor has "
      + "\(level.rawValue); \(remedy)"
  }

  private var remedy: String {
    if !hasOthers {
      return "it holds no others: install one that is built with DYNAMIC_ARCH, such as Debian's "
        + "libopenblas0-pthread"
    }
    return isChosen
      ? "the environment chose them: 'unset OPENBLAS_CORETYPE'"
      : "choose faster ones by 'export OPENBLAS_CORETYPE=\(faster)'"
  }

  private var faster: String {
    switch level {
    case .avx512: processor.features.contains("avx512_bf16") ? "Cooperlake" : "SkylakeX"
    case .avx2: "Haswell"
    case .avx: "Sandybridge"
    case .sse2: "Nehalem"
    }
  }
}
