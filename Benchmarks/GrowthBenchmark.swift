internal import Foundation
internal import RelicNN

/// Times ResNet-18's step over batch and image sizes; the cost of an image and of a pixel should
/// stay the same.
enum GrowthBenchmark {
  /// Prints a line per batch size, then one per image size.
  static func run() throws {
    print("\nGrowth of the training step, resnet18, imagenet stem, median of 3")
    var table = Table("size", "batch", "ms", "images/s", "ns/pixel")
    for size in [32, 96] {
      for batch in [32, 64, 128, 256, 512] { try add(size, batch, to: &table) }
    }
    for size in [32, 64, 96, 128] { try add(size, 64, to: &table) }
    table.print()
  }

  private static func add(_ size: Int, _ batch: Int, to table: inout Table) throws {
    let step = StepCase("growth", .resnet18, size: size, batch: batch)
    let median = try StepBenchmark(step).seconds(of: .step, count: 3).median
    table.add(
      "\(size)x\(size)", "\(batch)", String(format: "%.1f", 1000 * median),
      String(format: "%.1f", Double(batch) / median),
      String(format: "%.0f", 1e9 * median / Double(batch * size * size)))
  }
}
