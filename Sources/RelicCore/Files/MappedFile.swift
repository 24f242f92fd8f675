internal import CMappedFiles

/// A file's bytes as memory, of which the system reads what is looked at and drops what it needs the
/// room of.
///
/// Another process may change the file meanwhile: what is made of the bytes holds only if
/// ``isIntact`` is still true afterwards. A file that became shorter reads as zeros. A class because
/// a mapping has one owner.
// Sendable: the memory is only read.
@safe package final class MappedFile: @unchecked Sendable {
  /// The file, open.
  package let file: ByteFile
  private let mapping: OpaquePointer
  private let start: UnsafeRawPointer

  /// Maps a file that holds something; nil where the system cannot.
  package init?(_ file: ByteFile) {
    guard file.count > 0, let mapping = unsafe relic_map_file(file.descriptor, file.count),
      let start = unsafe relic_mapping_start(mapping)
    else { return nil }
    self.file = file
    unsafe self.mapping = mapping
    unsafe self.start = start
  }

  deinit { unsafe relic_unmap_file(mapping) }

  /// Whether all bytes read so far were those that the file held when it was opened.
  package var isIntact: Bool { unsafe relic_mapping_is_lost(mapping) == 0 && !file.hasChanged }

  /// Calls `body` with `count` numbers that begin at byte `offset`.
  package func withElements<Element: BitwiseCopyable, Result>(
    at offset: Int, count: Int, of type: Element.Type = Element.self,
    _ body: (UnsafeBufferPointer<Element>) -> Result
  ) -> Result {
    precondition(
      offset >= 0 && offset % MemoryLayout<Element>.alignment == 0
        && count <= (file.count - offset) / MemoryLayout<Element>.stride,
      "\(count) elements at byte \(offset) of \(file.count)")
    let elements = unsafe (start + offset).assumingMemoryBound(to: type)
    return unsafe body(UnsafeBufferPointer(start: elements, count: count))
  }
}
