internal import Foundation

/// The digest that data sets publish for their archives, RFC 1321.
///
/// It tells accidents, not attackers; no other digest of these archives is published.
struct MD5 {
  private static let shifts: [UInt32] = [
    7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
  ]
  private static let constants: [UInt32] = (0..<64).map {
    UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296)
  }

  private var state: SIMD4<UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
  private var pending: [UInt8] = []
  private var count: UInt64 = 0

  /// Adds bytes to what is digested.
  mutating func update(_ bytes: [UInt8]) {
    count += UInt64(bytes.count)
    let all = pending.isEmpty ? bytes : pending + bytes
    let whole = all.count / 64 * 64
    let span = all.span
    for start in stride(from: 0, to: whole, by: 64) { digest(span, from: start) }
    pending = Array(all[whole...])
  }

  /// Returns the digest of all bytes so far, in hexadecimal.
  func hexadecimal() -> String {
    var padded = self
    let zeros = (119 - pending.count) % 64
    let length = (0..<8).map { UInt8(truncatingIfNeeded: (count << 3) >> (8 * UInt64($0))) }
    padded.update([0x80] + Array(repeating: 0, count: zeros) + length)
    return (0..<16).map { index in
      let byte = padded.state[index / 4] >> UInt32(8 * (index % 4)) & 0xff
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Returns the digest of a file, or `nil` if it cannot be read.
  static func ofFile(_ path: String) -> String? {
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

  private mutating func digest(_ bytes: Span<UInt8>, from start: Int) {
    let constants = Self.constants.span
    let shifts = Self.shifts.span
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for step in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch step / 16 {
      case 0: (mixed, word) = (b & c | ~b & d, step)
      case 1: (mixed, word) = (d & b | ~d & c, (5 * step + 1) % 16)
      case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) % 16)
      default: (mixed, word) = (c ^ (b | ~d), 7 * step % 16)
      }
      let place = start + 4 * word
      let low = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
      let value = low | UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24
      let sum = a &+ mixed &+ constants[step] &+ value
      let shift = shifts[step / 16 * 4 + step % 4]
      (a, d, c) = (d, c, b)
      b = b &+ (sum << shift | sum >> (32 - shift))
    }
    state &+= [a, b, c, d]
  }
}
