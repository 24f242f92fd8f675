internal import CMessageDigest

/// The digest that data sets publish for their archives, RFC 1321, by libmd.
///
/// It finds accidents, not attacks: no other digest of these archives is published, and fingerprints
/// of data sets guard against accidents alone.
package struct MD5 {
  private var context = MD5_CTX()

  package init() { unsafe MD5Init(&context) }

  /// Adds bytes to what is digested.
  package mutating func update(_ bytes: [UInt8]) {
    unsafe MD5Update(&context, bytes, bytes.count)
  }

  /// Returns the digest of all bytes so far, in hexadecimal.
  package func hexadecimal() -> String {
    var copy = context
    var digest = [UInt8](repeating: 0, count: Int(MD5_DIGEST_LENGTH))
    unsafe MD5Final(&digest, &copy)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Returns the digest of a file, or `nil` if it cannot be read.
  package static func ofFile(_ path: String) -> String? {
    guard let file = try? ByteFile(path: path) else { return nil }
    let step = 1 << 20
    var digest = MD5()
    for start in stride(from: 0, to: file.count, by: step) {
      guard let part = try? file.bytes(at: start, count: min(step, file.count - start)) else {
        return nil
      }
      digest.update(part)
    }
    return digest.hexadecimal()
  }
}
