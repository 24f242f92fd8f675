import RelicNN

/// Views per second on one worker, the full pipeline from an 8-bit picture to floats.
enum AugmentationBenchmark {
  /// Prints one line per view size.
  static func run() throws {
    Workers.count = 1
    for size in [32, 96] {
      var configuration = PretrainingConfiguration()
      configuration.imageSize = size
      configuration.batchSize = 256
      let loader = BatchLoader(dataset: Pictures(side: size), configuration: configuration)
      let clock = ContinuousClock()
      var rates: [Double] = []
      for epoch in 0..<9 {
        let time = try clock.measure { _ = try loader.batch(epoch: epoch, step: 0) }
        rates.append(512 / (time / .seconds(1)))
      }
      let median = rates.sorted()[rates.count / 2]
      print("\(size) px: \(Int(median)) views/s on one core")
    }
  }
}

/// Pictures in memory, so that reading files is not timed.
private struct Pictures: ImageDataset {
  let name = "pictures"
  let count = 256
  let classNames: [String]? = nil
  private let pictures: [RGBImage]

  /// Draws smooth pictures with some noise, as photographs are.
  init(side: Int) {
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
