import TestSupport
import Testing

@testable import RelicNN

/// An encoder fixture, and how to build what it describes.
struct EncoderCase: Sendable, CustomTestStringConvertible {
  var name: String
  var model: EncoderModel
  var stem: Stem
  var batch: Int
  var side: Int
  /// Whether the fixture's biases keep rectifiers away from their kinks.
  var isClear = false

  var testDescription: String { name }

  func images(_ fixture: NetworkFixture) throws -> Tensor {
    let attempt = Int(try fixture.tensor("attempt").scalars[0])
    return Formula.images("input\(attempt)", [batch, 3, side, side]).mapped { $0 * 0.5 + 0.5 }
  }

  static let resNets = [
    EncoderCase(
      name: "resnet18-imagenet", model: .resnet18, stem: .imagenet, batch: 4, side: 64,
      isClear: true),
    EncoderCase(
      name: "resnet18-imagenet-32", model: .resnet18, stem: .imagenet, batch: 24, side: 32),
    EncoderCase(name: "resnet18-cifar", model: .resnet18, stem: .cifar, batch: 3, side: 16),
    EncoderCase(
      name: "resnet50-imagenet", model: .resnet50, stem: .imagenet, batch: 4, side: 64,
      isClear: true),
    EncoderCase(
      name: "resnet50-cifar", model: .resnet50, stem: .cifar, batch: 3, side: 16, isClear: true),
    EncoderCase(
      name: "resnet16-tapered-small", model: .resnet16Tapered, stem: .small, batch: 4, side: 32,
      isClear: true),
  ]
}

extension EncoderCase {
  /// Checks features in both modes, every gradient and every running statistic.
  ///
  /// Gradients are compared element by element or, if `gradientError` is given, by the norm of the
  /// difference as a share of the reference's.
  func expectPyTorch(gradientError: Float? = nil) throws {
    try expectPyTorch(model.network(stem: stem, seed: 0), gradientError: gradientError)
  }

  private func expectPyTorch(_ network: some EncoderNetwork, gradientError: Float?) throws {
    let fixture = try NetworkFixture(name)
    var encoder = network
    try Formula.fill(&encoder, clear: isClear)
    let images = try images(fixture)
    if model != .efficientnet {
      let evaluated = encoder(images)
      try fixture.expectClose(evaluated, "evaluated", relative: 1e-4, absolute: 1e-5)
    }
    let (y, cache) = encoder.forward(images)
    try fixture.expectClose(y, "training")
    encoder.backward(Formula.noise("dy", y.shape), cache)
    for (name, parameter) in encoder.parameters {
      if parameter.role == .runningStatistic {
        try fixture.expectClose(parameter.value, "buffer.\(name)")
      } else {
        let gradient = try #require(parameter.gradient, "'\(name)' has no gradient")
        let isOIHW = parameter.role == .convolutionWeight
        let found = isOIHW ? gradient.permuted(to: [3, 2, 0, 1]) : gradient
        if let gradientError {
          try fixture.expectCloseInNorm(found, "gradient.\(name)", within: gradientError)
        } else {
          // A bias that the next normalisation takes out again has a gradient of nothing but rounding.
          try fixture.expectClose(found, "gradient.\(name)", absolute: 5e-5)
        }
      }
    }
  }
}

@Suite struct ResNetTests {
  @Test(arguments: EncoderCase.resNets)
  func `features, gradients and running statistics agree with torchvision`(
    _ example: EncoderCase
  ) throws {
    try example.expectPyTorch()
  }

  @Test(arguments: [
    (EncoderModel.resnet18, 11_176_512, 512),
    (.resnet50, 23_508_032, 2048),
  ])
  func `has torchvision's number of parameters and features`(
    _ model: EncoderModel, _ count: Int, _ features: Int
  ) {
    let encoder = model.network(stem: .imagenet, seed: 0)
    let trained = encoder.parameters.filter(\.parameter.role.isTrained)
    #expect(trained.reduce(0) { $0 + $1.parameter.value.count } == count)
    #expect(encoder.featureCount == features)
  }

  @Test func `initial convolutions are normal with He's deviation over the fan-out`() {
    let encoder = ResNet(.eighteen, stem: .imagenet, seed: 3)
    let weights = encoder.parameters.filter { $0.parameter.role == .convolutionWeight }
    // 17 of the depth's weighted layers, without the classifier, and three projections.
    #expect(weights.count == 20)
    for (name, parameter) in weights {
      let shape = parameter.value.shape
      let variance = 2 / Float(shape[0] * shape[1] * shape[3])
      let scalars = parameter.value.scalars
      let count = Float(scalars.count)
      let square = scalars.reduce(0) { $0 + $1 * $1 } / count / variance
      let mean = scalars.reduce(0, +) / count / variance.squareRoot()
      let fourth = scalars.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count / (variance * variance)
      // Five standard errors.
      #expect(abs(mean) < 5 / count.squareRoot(), "\(name)")
      #expect(abs(square - 1) < 5 * (2 / count).squareRoot(), "\(name)")
      #expect(abs(fourth - 3) < 5 * (96 / count).squareRoot(), "\(name)")
    }
  }

  @Test func `one and two workers give the same bits`() throws {
    let images = Formula.images("workers", [16, 3, 32, 32]).reshaped([2, 8, 32, 32, 3])
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        var encoder = ResNet(.eighteen, stem: .imagenet, seed: 1)
        let (y, cache) = encoder.forward(images)
        encoder.backward(y, cache)
        return encoder.parameters.reduce(into: [y]) { list, entry in
          list += [entry.parameter.value, entry.parameter.gradient].compactMap { $0 }
        }
      }
    }
    #expect(results[0] == results[1])
  }

  @Test func `features do not depend on what else is in the batch`() {
    let encoder = ResNet(.eighteen, stem: .cifar, seed: 1)
    let images = Formula.images("batch", [5, 3, 16, 16])
    let all = encoder(images)
    let tolerance = Tolerance(relative: 1e-5, absolute: 1e-6, floor: all.rootMeanSquare)
    expectClose(
      encoder(images.rows(2..<3)), all.rows(2..<3), "features", within: tolerance)
  }
}
