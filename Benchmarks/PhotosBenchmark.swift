internal import Foundation
internal import RelicNN

/// Times loading views of a user's photos beside the training step that they are for.
enum PhotosBenchmark {
  private static let batches = 3

  /// Prints, for each way to decode, how fast a folder is loaded, and what share that is of a step of
  /// ResNet-18 on views of 96 pixels, 64 images at a time.
  static func run(_ folder: String) throws {
    let step = try StepCase.named(["resnet18-96"])[0]
    let place = NSTemporaryDirectory() + "relic-photos-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    let stepSeconds = try time(step.configuration.makeEncoder(), step)
    print(
      "\nLoading \(folder), \(step.description), medians of \(batches); a step takes "
        + String(format: "%.0f ms", 1000 * stepSeconds))
    var table = Table("decoding", "cache", "images/s", "share of a step")
    for decoding in ImageDecoding.allCases {
      let ways: [ImageCache?] = [
        nil, try ImageCache("\(place)/\(decoding)", limit: 20_000_000_000),
      ]
      for cache in ways {
        let seconds = try loading(folder, step, decoding, cache)
        table.add(
          decoding.rawValue, cache == nil ? "" : "full",
          String(format: "%.1f", Double(step.batch) / seconds),
          String(format: "%.1f %%", 100 * seconds / stepSeconds))
      }
    }
    table.print()
  }

  /// Returns the seconds of a batch; a cache is filled before.
  private static func loading(
    _ folder: String, _ step: StepCase, _ decoding: ImageDecoding, _ cache: ImageCache?
  ) throws -> Double {
    let dataset = try openDataset(
      name: "folder", path: folder, split: .train, decoding: decoding, cache: cache)
    let loader = BatchLoader(dataset: dataset, configuration: step.configuration)
    precondition(loader.stepsPerEpoch > 0, "\(folder) has fewer than \(step.batch) images")
    if cache != nil {
      // Each epoch may choose other reductions; what these have made is there afterwards.
      for epoch in 0...batches { _ = try loader.batch(epoch: epoch, step: 0) }
    }
    var epoch = 0
    return try repeated(batches) {
      _ = try loader.batch(epoch: epoch, step: 0)
      epoch += 1
    }.median
  }

  private static func time(_ encoder: some EncoderNetwork, _ step: StepCase) throws -> Double {
    let loader = BatchLoader(
      dataset: SmoothImages(count: step.batch, side: step.size), configuration: step.configuration)
    let views = try loader.batch(epoch: 0, step: 0).views
    var run = Pretraining(encoder, step.configuration, stepsPerEpoch: 1)
    _ = try run.advance(views)
    return try repeated(batches) { _ = try run.advance(views) }.median
  }
}
