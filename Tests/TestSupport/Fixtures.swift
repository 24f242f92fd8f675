internal import Foundation

/// The small files that the scripts in `Tests/Fixtures` have made.
package enum Fixtures {
  /// The path of one of them: `images/rgb.png`.
  package static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/" + name).path
  }
}
