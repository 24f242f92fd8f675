internal import RelicNN

/// Square images in memory, so that reading files is not timed.
struct SmoothImages: ImageDataset {
  let name = "images"
  var count: Int { images.count }
  private let images: [RGBImage]

  /// Draws smooth images with some noise, as photographs are.
  init(count: Int, side: Int) {
    var random = Philox(seed: 1, purpose: .drawing)
    images = (0..<count).map { _ in
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

  func image(at index: Int) -> RGBImage { images[index] }
}
