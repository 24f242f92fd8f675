import RelicNN

/// Alters good inputs at random; an input is a function of seed and index.
struct Mutator {
  private static let numbers: [UInt64] =
    (0..<64).flatMap { (bit: Int) -> [UInt64] in
      let power = UInt64(1) << UInt64(bit)
      return [power, power - 1, 0 &- power]
    }
  private static let bytes: [UInt8] =
    [0, 1, 0x7f, 0x80, 0xff] + Array("\n \"'(),-./0:9A[]\\{}".utf8)
  private static let texts = [
    "-1", "0", "1e999", "-0", "nan", "null", "9223372036854775807", "18446744073709551616", "\u{0}",
    "1e-400", "[[[[[[[[", "\\ud800", "..", "/", "77777777777",
  ].map { Array($0.utf8) }
  private static let largest = 1 << 17

  private let samples: [[UInt8]]
  private let repair: (@Sendable (inout [UInt8]) -> Void)?

  /// - Parameters:
  ///   - samples: Good inputs, at least one.
  ///   - repair: What is done to half of the altered ones.
  init(samples: [[UInt8]], repair: (@Sendable (inout [UInt8]) -> Void)? = nil) {
    self.samples = samples
    self.repair = repair
  }

  /// Returns input `index`: a sample with up to eight alterations, few more often than many.
  func input(seed: UInt64, index: Int) -> [UInt8] {
    var random = Philox(seed: seed, purpose: .drawing, sample: index)
    var input = random.one(of: samples)
    var changes = 1
    while changes < 8, random.integer(below: 2) == 0 { changes += 1 }
    for _ in 0..<changes { alter(&input, &random) }
    if let repair, random.integer(below: 2) == 0 { repair(&input) }
    return input
  }

  private func alter(_ input: inout [UInt8], _ random: inout Philox) {
    let place = place(in: input, &random)
    switch random.integer(below: 10) {
    case 0: replace(&input, at: place, with: [random.byte])
    case 1:
      if place < input.count { input[place] ^= 1 << UInt8(random.integer(below: 8)) }
    case 2: replace(&input, at: place, with: [random.one(of: Self.bytes)])
    case 3: replace(&input, at: place, with: number(near: input.count, &random))
    case 4: replaceDigits(of: &input, after: place, &random)
    case 5: input.removeSubrange(place..<min(input.count, place + random.length))
    case 6: input.insert(contentsOf: (0..<random.length).map { _ in random.byte }, at: place)
    case 7:
      let copy = Array(input[place..<min(input.count, place + random.length)])
      input.insert(contentsOf: copy, at: self.place(in: input, &random))
    case 8:
      let other = random.one(of: samples)
      let start = self.place(in: other, &random)
      replace(
        &input, at: place, with: Array(other[start..<min(other.count, start + random.length)]))
    default: if random.integer(below: 4) == 0 { input.removeSubrange(place...) }
    }
    if input.count > Self.largest { input.removeSubrange(Self.largest...) }
  }

  /// A place from 0 to the end: most often near the beginning or the end, where headers and lists
  /// of members are.
  private func place(in input: [UInt8], _ random: inout Philox) -> Int {
    let near = min(input.count, 256)
    return switch random.integer(below: 4) {
    case 0: random.integer(below: near + 1)
    case 1: input.count - random.integer(below: near + 1)
    default: random.integer(below: input.count + 1)
    }
  }

  /// One to eight bytes of a number at some limit, in either order.
  private func number(near count: Int, _ random: inout Philox) -> [UInt8] {
    var value = random.one(of: Self.numbers)
    if random.integer(below: 4) == 0 { value = UInt64(count + random.integer(below: 5)) &- 2 }
    let width = random.one(of: [1, 2, 4, 8])
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    return random.integer(below: 2) == 0 ? bytes : bytes.reversed()
  }

  /// Puts another number in the place of the next digits, as headers in text have them.
  private func replaceDigits(of input: inout [UInt8], after place: Int, _ random: inout Philox) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let start = input[place...].firstIndex(where: isDigit) ?? place
    let end = input[start...].firstIndex { !isDigit($0) } ?? input.count
    let text =
      random.integer(below: 2) == 0
      ? random.one(of: Self.texts) : Array("\(random.one(of: Self.numbers))".utf8)
    input.replaceSubrange(start..<end, with: text)
  }

  private func replace(_ input: inout [UInt8], at place: Int, with bytes: [UInt8]) {
    input.replaceSubrange(place..<min(input.count, place + bytes.count), with: bytes)
  }
}

extension Philox {
  fileprivate var byte: UInt8 { mutating get { UInt8(truncatingIfNeeded: next32()) } }

  /// From 1 to 512, short ones more often.
  fileprivate var length: Int { mutating get { 1 + integer(below: 1 << integer(below: 10)) } }

  fileprivate mutating func one<Element>(of list: [Element]) -> Element {
    list[integer(below: list.count)]
  }
}
