import Foundation
import TestSupport

@testable import RelicNN

extension FuzzedFormat {
  static let safetensors = weights("safetensors") {
    try Fixtures.contents("formats", endings: ".safetensors")
      + [Fixtures.bytes(Fixtures.path("network/optimizer.safetensors"))]
  }

  static let zipPTH = weights("pth-zip") { try torchFiles { $0.starts(with: [0x50, 0x4b]) } }

  static let legacyPTH = weights("pth-legacy") { try torchFiles { $0.first == 0x80 } }

  /// PyTorch's first form.
  static let tarPTH = weights("pth-tar") {
    try torchFiles { !$0.starts(with: [0x50, 0x4b]) && $0.first != 0x80 }
  }

  private static func weights(
    _ name: String, samples: @escaping @Sendable () throws -> [[UInt8]]
  ) -> FuzzedFormat {
    FuzzedFormat(name: name, samples: samples) { folder in
      let content = try WeightFile.read("\(folder)/input")
      // Most samples are no encoder's.
      _ = try? content.encoderWeights()
    }
  }

  private static func torchFiles(where isOne: ([UInt8]) -> Bool) throws -> [[UInt8]] {
    let folders = ["checkpoints", "formats"]
    return try folders.flatMap { try Fixtures.contents($0, endings: ".pth") }.filter(isOne)
  }
}
