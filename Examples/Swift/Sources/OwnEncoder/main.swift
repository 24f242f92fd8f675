import LinearProbe
import RelicNN

/// Images in memory: bright stripes, lying in class 0 and standing in class 1.
struct Stripes: ImageDataset {
  let count = 64
  func label(at index: Int) -> Int? { index % 2 }
  func image(at index: Int) -> RGBImage {
    let pixels = (0..<(16 * 16)).flatMap { pixel in
      let along = index % 2 == 0 ? pixel / 16 : pixel % 16
      return Array(repeating: UInt8((along + index / 2) % 4 < 2 ? 220 : 30), count: 3)
    }
    return RGBImage(width: 16, height: 16, pixels: pixels)
  }
}

/// A network of one's own: one convolution, its rectified outputs averaged over the image.
struct OneConvolution: EncoderNetwork {
  var convolution: Conv2D
  let featureCount = 16
  init(using generator: inout Philox) {
    convolution = Conv2D(inputs: 3, outputs: 16, kernel: 5, padding: 2, using: &generator)
  }
  func callAsFunction(_ x: Tensor) -> Tensor { GlobalAveragePool()(ReLU()(convolution(x))) }
  func forward(_ x: Tensor) -> (
    y: Tensor, cache: (Conv2D.Cache, ReLU.Cache, GlobalAveragePool.Cache)
  ) {
    let (z, first) = convolution.forward(x)
    let (a, second) = ReLU().forward(z)
    let (y, third) = GlobalAveragePool().forward(a)
    return (y, (first, second, third))
  }
  mutating func backward(
    _ dy: consuming Tensor, _ cache: consuming (Conv2D.Cache, ReLU.Cache, GlobalAveragePool.Cache)
  ) {
    let (first, second, third) = cache
    _ = convolution.backward(
      ReLU().backward(GlobalAveragePool().backward(dy, third), second), first)
  }
  mutating func visitParameters(
    _ path: String, _ body: (String, inout Parameter) throws -> Void
  ) rethrows { try convolution.visitParameters(joined(path, "convolution"), body) }
}

var configuration = PretrainingConfiguration()
(configuration.imageSize, configuration.batchSize, configuration.epochs) = (16, 16, 5)
let loader = BatchLoader(dataset: Stripes(), configuration: configuration)
var generator = Philox(seed: configuration.seed, purpose: .weights)
let start = Pretraining(
  OneConvolution(using: &generator), configuration, stepsPerEpoch: loader.stepsPerEpoch)
var run = start.run(on: loader)
while let report = try run.next() { print("step \(report.step): loss \(report.loss)") }

let features = try run.state.target.encoder.features(of: Stripes(), imageSize: 16)
let all = LabeledFeatures(
  features: Features(rows: 64, columns: 16, elements: features.scalars),
  labels: (0..<64).map { $0 % 2 })
let scores = try Probe().evaluate(FeatureFolder(train: all, test: all)).scores
print("top-1 of a linear probe: \(scores[0].top1)")
