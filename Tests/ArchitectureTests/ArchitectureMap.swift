import Foundation

/// The order of the folders and the arrows between them, as `docs/ARCHITECTURE.md` has them.
struct ArchitectureMap {
  /// The folder of the files that lie in none.
  static let topFiles = "./"
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let text: String
  /// The targets in the order of the map, each with its folders.
  let targets: [(name: String, folders: [String])]

  /// Reads the tables: a heading names a target, the first cell of each row a folder.
  init() throws {
    text = try String(contentsOf: Self.file, encoding: .utf8)
    var targets: [(name: String, folders: [String])] = []
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("### `") {
        targets.append((String(line.dropFirst(5).prefix { $0 != "`" }), []))
      } else if line.hasPrefix("| `"), !targets.isEmpty {
        targets[targets.count - 1].folders.append(String(line.dropFirst(3).prefix { $0 != "`" }))
      }
    }
    self.targets = targets
  }

  private static let file = root.appendingPathComponent("docs/ARCHITECTURE.md")

  /// The map with the arrows that the tables draw from `used`: what each folder uses by name.
  func drawn(_ used: (_ target: String, _ folder: String) -> [String]) -> String {
    var target = ""
    let lines = text.components(separatedBy: "\n").map { line in
      if line.hasPrefix("### `") { target = String(line.dropFirst(5).prefix { $0 != "`" }) }
      guard line.hasPrefix("| `") else { return line }
      let folder = String(line.dropFirst(3).prefix { $0 != "`" })
      let cells = line.components(separatedBy: " | ").dropLast()
      let names = used(target, folder).map { "`\($0)`" }.joined(separator: " ")
      return (cells + [names.isEmpty ? "- |" : names + " |"]).joined(separator: " | ")
    }
    return lines.joined(separator: "\n")
  }

  /// Puts `text` in the place of the map.
  func write(_ text: String) throws {
    try text.write(to: Self.file, atomically: true, encoding: .utf8)
  }
}
