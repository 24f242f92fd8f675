import Foundation
import TestSupport

@testable import RelicNN

extension FuzzedFormat {
  /// The checkpoint of a network of few numbers, read as a resumed run does, which then goes on.
  static let checkpoint = FuzzedFormat(
    name: "checkpoint",
    samples: {
      let folder = NSTemporaryDirectory() + "relic-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      var run = SmallEncoder.run
      _ = try run.advance(SmallEncoder.views)
      try CheckpointFile(path: "\(folder)/checkpoint").write(run.checkpoint())
      return [try Fixtures.bytes("\(folder)/checkpoint")]
    },
    read: { folder in
      // Behind the checksum, which few alterations pass.
      let checkpoint = try Safetensors.read("\(folder)/input")
      var run = try SmallEncoder.run.resumed(from: checkpoint)
      if run.step < run.length.steps { _ = try run.advance(SmallEncoder.views) }
      _ = try CheckpointFile.read("\(folder)/input")
    })
}

/// One convolution of single pixels, averaged over the image.
private struct SmallEncoder: EncoderNetwork {
  typealias Cache = (Conv2D.Cache, GlobalAveragePool.Cache)

  private var convolution: Conv2D
  let featureCount = 2

  /// A run of this encoder before its first step.
  static var run: Pretraining<SmallEncoder> {
    var configuration = PretrainingConfiguration()
    configuration.imageSize = 8
    configuration.batchSize = 2
    configuration.projectionHidden = 3
    configuration.projectionOutputs = 2
    configuration.fp16Precision = true
    return Pretraining(SmallEncoder(), configuration, stepsPerEpoch: 2)
  }

  /// Two views of two images.
  static var views: ViewBatch {
    var generator = Philox(seed: 1, purpose: .drawing)
    return ViewBatch(
      global: Tensor(uniform: [4, 8, 8, 3], bound: 1, using: &generator), globalCount: 2)
  }

  init() {
    var generator = Philox(seed: 1, purpose: .weights)
    convolution = Conv2D(inputs: 3, outputs: 2, kernel: 1, using: &generator)
  }

  func callAsFunction(_ images: Tensor) -> Tensor { GlobalAveragePool()(convolution(images)) }

  func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) {
    let (z, first) = convolution.forward(images)
    let (y, second) = GlobalAveragePool().forward(z)
    return (y, (first, second))
  }

  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {
    let (first, second) = cache
    _ = convolution.backward(GlobalAveragePool().backward(dy, second), first)
  }

  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows { try convolution.visitParameters(joined(path, "convolution"), body) }
}
