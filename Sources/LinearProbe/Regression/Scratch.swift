/// Memory for numbers of passes that follow each other: fresh pages for each would cost more than
/// the arithmetic of some.
///
/// A class because memory has one owner.
@safe final class Scratch<Element: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Element>

  /// Takes memory for `count` numbers with arbitrary content.
  init(count: Int) {
    unsafe pointer = .allocate(capacity: max(count, 1))
  }

  deinit { unsafe pointer.deallocate() }
}
