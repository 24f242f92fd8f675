extension [String] {
  /// The strings as a sentence has them: `a, b or c`.
  var listed: String {
    count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
  }

  /// Returns the string most like `typed`, whatever the case of its letters, or `nil` if none is
  /// close enough to be meant.
  func nearest(to typed: String) -> String? {
    let letters = typed.lowercased()
    let meant = map { (name: $0, edits: $0.lowercased().edits(to: letters)) }
      .min { $0.edits < $1.edits }
    guard let meant, meant.edits <= Swift.max(2, typed.count / 3) else { return nil }
    return meant.edits < Swift.max(typed.count, 1) ? meant.name : nil
  }
}

extension String {
  /// The number of characters to insert, delete or replace to turn this string into `other`
  /// (Levenshtein distance).
  func edits(to other: String) -> Int {
    let target = Array(other)
    var row = Array(0...target.count)
    for (i, character) in enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in target.indices {
        let substituted = diagonal + (character == target[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
