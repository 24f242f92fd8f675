internal import Foundation

/// What a processor can do, as far as speed depends on it here.
package struct Processor: Equatable, Sendable {
  /// Vector instructions of x86-64, each level with those before it.
  package enum Level: String, Sendable, CaseIterable, Comparable {
    case sse2 = "SSE2"
    case avx = "AVX"
    case avx2 = "AVX2"
    case avx512 = "AVX-512"

    package static func < (left: Self, right: Self) -> Bool {
      let order = allCases
      return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
    }
  }

  /// What its maker calls it, where the system tells.
  package let name: String?
  /// Its features by the names that Linux has for them.
  package let features: Set<String>

  /// Reads what Linux tells of the first processor in `/proc/cpuinfo`.
  package init(cpuInfo text: String) {
    var name: String?
    var features: Set<String> = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "model name" where name == nil: name = parts[1]
      // As x86-64 and as 64-bit ARM call the list.
      case "flags" where features.isEmpty, "Features" where features.isEmpty:
        features = Set(parts[1].split(separator: " ").map(String.init))
      default: break
      }
    }
    (self.name, self.features) = (name, features)
  }

  /// The one this program runs on; without features where the system does not tell.
  package static var current: Processor {
    Processor(cpuInfo: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")
  }

  /// The highest level of which it has all that compilers and BLAS take it to have; `nil` if it is
  /// not known to be an x86-64.
  package var level: Level? {
    let needed: [(Level, Set<String>)] = [
      (.avx512, ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"]),
      (.avx2, ["avx2", "fma", "f16c", "bmi2"]), (.avx, ["avx"]), (.sse2, ["sse2"]),
    ]
    return needed.first { $0.1.isSubset(of: features) }?.0
  }

  /// The features that multiply bfloat16 numbers.
  package var bfloat16: [String] {
    ["avx512_bf16", "amx_bf16", "bf16", "svebf16"].filter(features.contains)
  }
}

extension BLAS {
  /// Returns the vector instructions that OpenBLAS's kernels of this family use, `nil` for a family
  /// that is not known to be of x86-64.
  package static func level(ofCore core: String) -> Processor.Level? {
    switch core.lowercased() {
    case "skylakex", "cooperlake", "sapphirerapids": .avx512
    case "haswell", "zen": .avx2
    case "sandybridge", "bulldozer", "piledriver", "steamroller", "excavator": .avx
    case "katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2", "penryn",
      "dunnington", "nehalem", "athlon", "opteron", "opteron_sse3", "barcelona", "nano", "bobcat":
      .sse2
    default: nil
    }
  }
}
