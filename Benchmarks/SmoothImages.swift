internal import RelicNN

/// Square pictures in memory, so that reading files is not timed.
struct Pictures: ImageDataset {
  let name = "pictures"
  var count: Int { pictures.count }
  let classNames: [String]? = nil
  private let pictures: [RGBImage]

  /// Draws smooth pictures with some noise, as photographs are.
  init(count: Int, side: Int) {
    var random = Philox(seed: 1, purpose: .drawing)
    pictures = (0..<count).map { _ in
      let slope = (0..<3).map { _ in SIMD2(random.uniform(-3, 3), random.uniform(-3, 3)) }
      var pixels: [UInt8] = []
      for y in 0..<side {
        for x in 0..<side {
          for channel in 0..<3 {
            let value =
              slope[channel].x * Float(x) + slope[channel].y * Float(y) + random.uniform(80, 120)
            pixels.append(UInt8(max(0, min(255, value))))
          }
        }
      }
      return RGBImage(width: side, height: side, pixels: pixels)
    }
  }

  func image(at index: Int) -> RGBImage { pictures[index] }

  func label(at index: Int) -> Int? { nil }
}
