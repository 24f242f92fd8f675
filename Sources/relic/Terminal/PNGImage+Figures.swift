extension PNGImage {
  /// The points of each figure, row by row from the top.
  private static let figures: [Character: [UInt8]] = [
    "0": [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    "1": [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    "2": [0b01110, 0b10001, 0b00001, 0b00010, 0b00100, 0b01000, 0b11111],
    "3": [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
    "4": [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    "5": [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    "6": [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    "7": [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    "8": [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    "9": [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
    ".": [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b01100, 0b01100],
    "-": [0b00000, 0b00000, 0b00000, 0b11111, 0b00000, 0b00000, 0b00000],
  ]

  /// The height of a number in pixels.
  static let figureHeight = 14
  /// The pixels of a point, a side.
  private static let point = 2
  /// From one figure to the next, in points.
  private static let advance = 6

  /// Draws a number in the middle of `width` pixels; no font is needed for digits, `.` and `-`.
  mutating func draw(number: String, x: Int, y: Int, within width: Int, _ color: Color) {
    let known = number.compactMap { Self.figures[$0] }
    let left = x + max(0, width - (known.count * Self.advance - 1) * Self.point) / 2
    for (place, rows) in known.enumerated() {
      for (row, points) in rows.enumerated() {
        for column in 0..<5 where points & (0b10000 >> column) != 0 {
          fill(
            x: left + (place * Self.advance + column) * Self.point, y: y + row * Self.point,
            width: Self.point, height: Self.point, color)
        }
      }
    }
  }
}
