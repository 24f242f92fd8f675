internal import Foundation

/// Writes all bytes to an open file or stream, also those that one call of the system leaves.
///
/// - Returns: The number of the error that prevented it, or `nil`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
  var rest = unsafe bytes[...]
  while let start = unsafe UnsafeRawBufferPointer(rebasing: rest).baseAddress,
    unsafe !rest.isEmpty
  {
    let count = unsafe write(descriptor, start, rest.count)
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return errno }
    unsafe rest = rest.dropFirst(count)
  }
  return nil
}
