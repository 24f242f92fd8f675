internal import Foundation

/// A file opened for reading whose length is known, so that no promise in it is believed.
struct InputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  /// The number of bytes not read yet.
  private(set) var remaining: Int

  init(path: String) throws(NPYError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: SystemError().reason) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(path: path, reason: "not a regular file")
    }
    self.descriptor = descriptor
    self.path = path
    remaining = Int(facts.st_size)
  }

  deinit { close(descriptor) }

  /// Returns the next `count` numbers as they lie in the file, nil if there are not so many.
  mutating func read<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) throws(NPYError) -> [Element]? {
    let bytes = count * MemoryLayout<Element>.stride
    guard bytes <= remaining else { return nil }
    var reason: String?
    let elements = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      reason = unsafe fill(UnsafeMutableRawBufferPointer(buffer), bytes)
      initialized = reason == nil ? count : 0
    }
    if let reason { throw .unreadable(path: path, reason: reason) }
    remaining -= bytes
    return elements
  }

  /// Reads `bytes` bytes into `buffer`; returns why that failed.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ bytes: Int) -> String? {
    var filled = 0
    while filled < bytes {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<bytes])
      let count = unsafe Foundation.read(descriptor, rest.baseAddress, rest.count)
      if count == 0 { return "it became shorter while it was read" }
      if count < 0 { return SystemError().reason }
      filled += count
    }
    return nil
  }
}
