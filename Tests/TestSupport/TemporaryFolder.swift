package import Foundation

/// A new folder, what is in it, and its removal.
package struct TemporaryFolder: ~Copyable {
  package let path = NSTemporaryDirectory() + "relic-\(UUID().uuidString)"

  /// Makes the folder.
  package init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  /// The content of a file.
  package func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  /// The content of a text file.
  package func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// The names in the folder, or in one within it, in their order.
  package func names(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
  }

  /// Writes a file, making the folders it lies in.
  package func write(_ name: String, _ bytes: some Collection<UInt8>) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes a small image under each of these names.
  package func addImages(_ names: [String]) throws {
    let image = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("images/rgb.png")))
    for name in names { try write(name, image) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
