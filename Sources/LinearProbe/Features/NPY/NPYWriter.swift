/// A `.npy` file, version 1.0 in C order, that is written part by part.
///
/// A class because its file has one owner.
final class NPYWriter {
  let file: AtomicFile
  private let header: NPYHeader

  /// Begins a file of an expected shape; ``finish(rows:)`` tells how many rows there were.
  init(_ path: String, of type: NPYHeader.ElementType, shape: [Int]) throws(FileError) {
    file = try AtomicFile(path: path)
    header = NPYHeader(type: type, shape: shape)
    try file.write(header.encoded)
  }

  /// Appends elements, which must be of the file's type.
  func append<Element: BitwiseCopyable>(
    _ elements: UnsafeBufferPointer<Element>
  ) throws(FileError) {
    precondition(
      MemoryLayout<Element>.stride == header.type.width, "elements of another type than the file's")
    try unsafe file.write(UnsafeRawBufferPointer(elements))
  }

  /// Appends elements, which must be of the file's type.
  func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(FileError) {
    var failure: FileError?
    unsafe elements.withUnsafeBufferPointer { elements in
      do throws(FileError) { try unsafe append(elements) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Corrects the number of rows, if fewer were written than expected.
  func finish(rows: Int) throws(FileError) {
    guard rows != header.shape.first else { return }
    var shorter = header
    shorter.shape[0] = rows
    let bytes = shorter.encoded
    precondition(
      bytes.count == header.encoded.count, "the header's length depends on the number of rows")
    try file.overwriteStart(bytes)
  }
}
