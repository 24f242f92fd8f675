import Foundation

/// A new folder, the names in it, and its removal.
struct TemporaryFolder: ~Copyable {
  let path = NSTemporaryDirectory() + "relic-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
