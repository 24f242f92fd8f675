/// A number of bytes that differs after any one of them has changed: for accidents, not attacks.
///
/// Fowler, Noll and Vo's function over eight bytes at a time: for each of them a step that can be
/// undone, so that two contents of which one word differs never meet.
package struct Checksum {
  /// The sum so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// Returns the checksum of some bytes.
  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var sum = Checksum()
    unsafe bytes.withUnsafeBytes { unsafe sum.add($0) }
    return sum.value
  }

  /// Adds eight bytes.
  package mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }

  /// Adds a text and its length.
  package mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(UInt64(text.utf8.count) + 256)
  }

  /// Adds bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let whole = bytes.count / 8 * 8
    for place in stride(from: 0, to: whole, by: 8) {
      add(unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    for place in whole..<bytes.count { add(UInt64(unsafe bytes[place])) }
  }
}
