/// The checksum of TensorBoard's records: CRC-32 by Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
  /// With its bits in reversed order.
  private static let polynomial: UInt32 = 0x82f6_3b78

  /// What each byte adds.
  private static let table: [UInt32] = (0..<256).map { byte in
    var sum = UInt32(byte)
    for _ in 0..<8 {
      let isOdd = sum & 1 == 1
      sum >>= 1
      if isOdd { sum ^= polynomial }
    }
    return sum
  }

  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      let place = UInt8(truncatingIfNeeded: sum) ^ byte
      sum = table[Int(place)] ^ (sum >> 8)
    }
    return ~sum
  }

  /// The checksum as records hold it: one of bytes that hold checksums would else be weak.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xa282_ead8
  }
}
