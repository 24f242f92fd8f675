import Testing

@testable import RelicCore

@Suite struct MD5Tests {
  // The test suite of RFC 1321, and lengths around a block's end against themselves in parts.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func `digests are the published ones`(_ text: String, _ expected: String) {
    var digest = MD5()
    digest.update(Array(text.utf8))
    #expect(digest.hexadecimal() == expected)
  }

  @Test(arguments: [1, 55, 56, 57, 63, 64, 65, 119, 120, 128])
  func `parts of any length give the digest of the whole`(_ count: Int) {
    let bytes = (0..<300).map { UInt8($0 & 255) }
    var whole = MD5()
    whole.update(bytes)
    var parts = MD5()
    for start in stride(from: 0, to: 300, by: count) {
      parts.update(Array(bytes[start..<min(start + count, 300)]))
    }
    #expect(parts.hexadecimal() == whole.hexadecimal())
  }
}
