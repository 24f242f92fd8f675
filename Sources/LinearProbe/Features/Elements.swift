/// Numbers in memory, or in a file that is read where they are looked at.
struct Elements<Element: BitwiseCopyable & Equatable & Sendable>: Equatable, Sendable {
  private enum Place: Sendable {
    case memory([Element])
    case file(MappedFile, offset: Int)
  }

  let count: Int
  private let place: Place

  /// Takes numbers in memory.
  init(_ elements: [Element]) {
    count = elements.count
    place = .memory(elements)
  }

  /// Takes `count` numbers of a file from byte `offset` on; nil if they are not aligned there as in
  /// memory.
  init?(_ file: MappedFile, at offset: Int, count: Int) {
    guard offset % MemoryLayout<Element>.alignment == 0 else { return nil }
    self.count = count
    place = .file(file, offset: offset)
  }

  /// Some of the numbers.
  subscript(range: Range<Int>) -> [Element] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe withUnsafeBufferPointer { unsafe Array($0[range]) }
  }

  /// One of the numbers.
  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "no element \(index) among \(count)")
    return unsafe withUnsafeBufferPointer { unsafe $0[index] }
  }

  /// The path of the file, if it was written to since it was opened.
  var changedFile: String? {
    if case .file(let file, _) = place, !file.isIntact { file.file.path } else { nil }
  }

  func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Element>) -> Result
  ) -> Result {
    switch place {
    case .memory(let elements): unsafe elements.withUnsafeBufferPointer(body)
    case .file(let file, let offset): unsafe file.withElements(at: offset, count: count, body)
    }
  }

  /// Appends the numbers to a file.
  func write(to writer: NPYWriter) throws(FileError) {
    var failure: FileError?
    unsafe withUnsafeBufferPointer { elements in
      do throws(FileError) { try unsafe writer.append(elements) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Numbers that one task looks at.
  private static var part: Int { 1 << 18 }

  /// Returns the first index that is not in the prefix whose length `prefix` returns of any numbers.
  func firstIndex(behind prefix: (UnsafeBufferPointer<Element>) -> Int) -> Int? {
    unsafe withUnsafeBufferPointer { elements in
      nonisolated(unsafe) let elements = unsafe elements
      let found = parallelMap((count + Self.part - 1) / Self.part) { task in
        let range = (task * Self.part)..<min(count, (task + 1) * Self.part)
        let length = unsafe prefix(UnsafeBufferPointer(rebasing: elements[range]))
        return length < range.count ? range.lowerBound + length : nil as Int?
      }
      return found.lazy.compactMap(\.self).first
    }
  }

  static func == (left: Self, right: Self) -> Bool {
    unsafe left.withUnsafeBufferPointer { a in
      unsafe right.withUnsafeBufferPointer { b in unsafe a.elementsEqual(b) }
    }
  }
}
