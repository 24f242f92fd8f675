import Foundation
import TestSupport
import Testing

/// A kind of input, good samples of it and what reads it.
struct FuzzedFormat: Sendable {
  let name: String
  /// The name of the file that an input is put in.
  var fileName = "input"
  /// Good inputs.
  let samples: @Sendable () throws -> [[UInt8]]
  /// Puts checksums right again, so that alterations reach what lies behind them.
  var repair: (@Sendable (inout [UInt8]) -> Void)?
  /// Puts the files beside the input that reading takes.
  var prepare: @Sendable (_ folder: String) throws -> Void = { _ in }
  /// Reads the input that lies in a folder, or throws why it is refused.
  let read: @Sendable (_ folder: String) throws -> Void

  static let all: [FuzzedFormat] =
    [npy, safetensors, zipPTH, legacyPTH, tarPTH, checkpoint, configuration, arguments]
    + [cifar10, stl10Images, stl10Labels, jpeg, png, tar]
}

extension FuzzedFormat: CustomTestStringConvertible {
  var testDescription: String { name }
}

extension Fixtures {
  /// The content of the fixtures of a folder that have one of these endings.
  static func contents(_ folder: String, endings: String...) throws -> [[UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
      .filter { name in endings.contains { name.lowercased().hasSuffix($0) } }
      .map { try bytes(path("\(folder)/\($0)")) }
  }

  /// The content of any file.
  static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
