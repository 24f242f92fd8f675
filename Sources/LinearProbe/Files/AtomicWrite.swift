internal import Foundation

/// Writes a file so that `path` holds the old or the whole new content, never a part.
///
/// `parts` are written one after the other to a temporary file beside it, which is then flushed to
/// the disk and renamed.
func writeAtomically(_ parts: [[UInt8]], to path: String) throws(NPYError) {
  let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
  do throws(SystemError) {
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    for part in parts { try write(part, to: descriptor) }
    guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else { throw SystemError() }
  } catch {
    unsafe unlink(temporary)
    throw .unwritable(path: path, reason: error.reason)
  }
}

/// What `errno` said when it was made.
struct SystemError: Error {
  let reason = unsafe String(cString: strerror(errno))
}

private func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
  var written = 0
  while written < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
      return unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
    }
    guard count > 0 else { throw SystemError() }
    written += count
  }
}
