import Foundation
import TestSupport

@testable import RelicNN

/// The files that Tests/Fixtures/make_format_fixtures.py wrote, and the formula of their content.
enum FormatFixture {
  static func path(_ name: String) -> String { Fixtures.path("formats/" + name) }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The script's `pattern`: multiples of 1/16 that differ from name to name.
  static func floats(_ name: String, _ shape: [Int]) -> StateDict.Value {
    let count = shape.reduce(1, *)
    return .floats(Tensor((0..<count).map { Float(number(name, $0)) / 16 }, shape: shape))
  }

  /// The script's `pattern` for integers.
  static func integers(_ name: String, _ shape: [Int], below bound: Int = 100) -> StateDict.Value {
    let numbers = (0..<shape.reduce(1, *)).map { index in
      Int64((number(name, index) % bound + bound) % bound)
    }
    return .integers(numbers, shape: shape)
  }

  private static func number(_ name: String, _ index: Int) -> Int {
    (index * 7 + Int(checksum(name) % 31)) % 31 - 15
  }

  private static func checksum(_ name: String) -> UInt32 {
    ~name.utf8.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
        value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0)
      }
    }
  }
}

/// A path for a test's file, and its removal.
struct TemporaryFile: ~Copyable {
  let path = NSTemporaryDirectory() + "relic-\(UUID().uuidString)"

  init() {}

  /// Writes through a handle: `Data.write` would wait for the disk each time.
  init(_ bytes: [UInt8]) throws {
    close(unsafe open(path, O_CREAT | O_WRONLY | O_EXCL, 0o600))
    try FileHandle(forWritingTo: URL(fileURLWithPath: path)).write(contentsOf: bytes)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
