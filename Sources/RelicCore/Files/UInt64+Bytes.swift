extension UInt64 {
  /// The eight bytes, lowest first.
  package var littleEndianBytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
