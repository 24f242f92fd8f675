/// The checksums of PNG chunks and tar headers, put right after an alteration.
enum Checksums {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1
    }
  }

  /// Puts right the checksum of every chunk of a PNG file that lies within it.
  static func repairPNG(_ file: inout [UInt8]) {
    var start = 8
    while start + 12 <= file.count {
      let length = file[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - start - 12 else { return }
      let end = start + 8 + length
      let sum = file[(start + 4)..<end].reduce(UInt32.max) {
        table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8
      }
      for place in 0..<4 {
        file[end + place] = UInt8(truncatingIfNeeded: ~sum >> UInt32(24 - 8 * place))
      }
      start = end + 4
    }
  }

  /// Puts right the checksum of every header of a tar file: the sum of its bytes in octal digits,
  /// its own place counted as blanks.
  static func repairTar(_ file: inout [UInt8]) {
    for start in stride(from: 0, through: file.count - 512, by: 512)
    where file[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
      let place = (start + 148)..<(start + 156)
      file.replaceSubrange(place, with: repeatElement(0x20, count: 8))
      let sum = file[start..<(start + 512)].reduce(0) { $0 + Int($1) }
      let digits = Array(String(sum, radix: 8).utf8)
      let zeros = Array(repeating: UInt8(ascii: "0"), count: max(0, 6 - digits.count))
      file.replaceSubrange(place, with: zeros + digits + [0, 0x20])
    }
  }
}
