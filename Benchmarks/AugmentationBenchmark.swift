internal import Foundation
internal import RelicNN

/// Times making views on one worker, the full pipeline from an 8-bit image to floats.
enum AugmentationBenchmark {
  private static let images = 256

  /// Returns the seconds for one view, of each of `count` epochs over 256 images with two views
  /// each.
  static func secondsPerView(size: Int, count: Int) throws -> [Double] {
    let workers = ThreadPool.workerCount
    ThreadPool.workerCount = 1
    defer { ThreadPool.workerCount = workers }
    var configuration = PretrainingConfiguration()
    configuration.imageSize = size
    configuration.batchSize = images
    let loader = BatchLoader(
      dataset: SmoothImages(count: images, side: size), configuration: configuration)
    var epoch = 0
    return try repeated(count) {
      _ = try loader.batch(epoch: epoch, step: 0)
      epoch += 1
    }.map { $0 / Double(2 * images) }
  }

  /// Prints one line per view size.
  static func run() throws {
    print("\nAugmentation on one core, median of 9")
    var table = Table("view", "views/s")
    for size in [32, 96] {
      let median = try secondsPerView(size: size, count: 9).median
      table.add("\(size)x\(size)", String(format: "%.0f", 1 / median))
    }
    table.print()
  }
}
