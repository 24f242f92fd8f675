import Foundation
import Testing

@testable import RelicNN

@Suite struct PretrainingOptionsTests {
  private static var configuration: PretrainingConfiguration {
    var configuration = PretrainingConfiguration()
    configuration.imageSize = 32
    configuration.batchSize = 8
    configuration.projectionHidden = 32
    configuration.projectionOutputs = 16
    configuration.localViews = 1
    configuration.epochs = 3
    return configuration
  }

  private static func views(step: Int) -> ViewBatch {
    var generator = Philox(seed: 9, purpose: .drawing, sample: step)
    return ViewBatch(
      global: Tensor(uniform: [16, 32, 32, 3], bound: 1, using: &generator), globalCount: 2,
      local: Tensor(uniform: [8, 13, 13, 3], bound: 1, using: &generator), localCount: 1)
  }

  private static func losses(
    _ configuration: PretrainingConfiguration, steps: Int
  ) throws -> (losses: [Float], state: Pretraining<ResNet>) {
    var state = Pretraining(configuration, stepsPerEpoch: 4)
    let losses = try (0..<steps).map { try state.advance(views(step: $0)).loss }
    return (losses, state)
  }

  @Test func `views computed twice give the losses and statistics of views kept`() throws {
    var configuration = Self.configuration
    // Only the order of sums differs, but Adam's first steps are of full size however tiny a
    // gradient is, and so is what rounding makes of its sign: small steps keep that below the bound.
    configuration.learningRate = 3e-5
    let kept = try Self.losses(configuration, steps: 3)
    configuration.recomputes = true
    let recomputed = try Self.losses(configuration, steps: 3)
    for (step, pair) in zip(kept.losses, recomputed.losses).enumerated() {
      #expect(abs(pair.0 - pair.1) <= 1e-3 * abs(pair.0), "step \(step): \(pair)")
    }
    let name = "bn1.running_mean"
    let (a, b) = try (
      #require(kept.state.online.encoder.stateDict().tensor(name)).scalars,
      #require(recomputed.state.online.encoder.stateDict().tensor(name)).scalars
    )
    for index in a.indices { #expect(abs(a[index] - b[index]) <= 1e-3, "\(name)[\(index)]") }
  }

  @Test func `the gradient of views computed twice is that of views kept`() throws {
    var configuration = Self.configuration
    let kept = try Self.losses(configuration, steps: 1).state
    configuration.recomputes = true
    let recomputed = try Self.losses(configuration, steps: 1).state
    // Adam's first moments are a tenth of the gradient. A rectifier of an input near 0 may open or shut
    // where sums are rounded otherwise: 1e-2 is what that is given elsewhere (SharedPretrainingTests).
    let share = relativeDistance(
      of: recomputed.optimizer.moments.map(\.mean), from: kept.optimizer.moments.map(\.mean))
    #expect(share <= 1e-2, "gradients are off by \(share) of their norm")
    for (own, other) in zip(recomputed.online.parameters, kept.online.parameters)
    where !own.parameter.role.isTrained {
      let expected = other.parameter.value
      // A hundred roundings of single precision, which normalisations over 8 rows multiply.
      expectClose(
        own.parameter.value, expected, own.name,
        within: Tolerance(relative: 1e-5, absolute: 1e-5, floor: expected.rootMeanSquare))
    }
  }

  /// Factors are powers of two, and gradients have the exponents of floats: nothing is rounded
  /// otherwise on the way.
  @Test(arguments: [TrainingPrecision.half, .bfloat16])
  func `a step in 16 bits is the same whatever the scale of the loss`(
    _ precision: TrainingPrecision
  ) throws {
    var configuration = Self.configuration
    configuration.fp16Precision = true
    let encoder = ResNet(.eighteen, stem: .imagenet, seed: 3, precision: precision)
    let states = try [Float(1), 65_536].map { scale in
      var state = Pretraining(encoder, configuration, stepsPerEpoch: 4)
      state.lossScale = LossScale(value: scale, goodSteps: 0)
      _ = try state.advance(Self.views(step: 0))
      #expect(state.lossScale == LossScale(value: scale, goodSteps: 1))
      return state
    }
    let (plain, scaled) = (states[0], states[1])
    #expect(scaled.optimizer.moments.map(\.mean) == plain.optimizer.moments.map(\.mean))
    #expect(scaled.optimizer.moments.map(\.square) == plain.optimizer.moments.map(\.square))
    #expect(
      scaled.trained.parameters.map(\.parameter.value)
        == plain.trained.parameters.map(\.parameter.value))
  }

  @Test func `ten losses in 16 bits stay within one percent`() throws {
    // A larger batch than elsewhere: with 8 images, 16-bit rounding grows to 1.2 % by step 10.
    func views(step: Int) -> ViewBatch {
      var generator = Philox(seed: 9, purpose: .drawing, sample: step)
      return ViewBatch(
        global: Tensor(uniform: [64, 32, 32, 3], bound: 1, using: &generator), globalCount: 2)
    }
    func run(_ state: Pretraining<ResNet>) throws -> (losses: [Float], state: Pretraining<ResNet>) {
      var state = state
      return (try (0..<10).map { try state.advance(views(step: $0)).loss }, state)
    }
    var configuration = Self.configuration
    let whole = try run(Pretraining(configuration, stepsPerEpoch: 4))
    configuration.fp16Precision = true
    let half = try run(Pretraining(configuration, stepsPerEpoch: 4))
    for (step, pair) in zip(whole.losses, half.losses).enumerated() {
      #expect(abs(pair.0 - pair.1) <= 0.01 * abs(pair.0), "step \(step): \(pair)")
    }
    #expect(whole.losses != half.losses)
    #expect(half.state.lossScale == LossScale(value: 65536, goodSteps: 10))
  }

  @Test func `a scaled loss that overflows skips the step and halves the scale`() throws {
    var configuration = Self.configuration
    configuration.fp16Precision = true
    var state = Pretraining(configuration, stepsPerEpoch: 4)
    state.lossScale = LossScale(value: .greatestFiniteMagnitude, goodSteps: 7)
    let before = state.online.head.stateDict()
    let report = try state.advance(Self.views(step: 0))
    #expect(state.online.head.stateDict() == before)
    #expect(state.lossScale == LossScale(value: .greatestFiniteMagnitude / 2, goodSteps: 0))
    #expect(report.lossScale == .greatestFiniteMagnitude / 2)
  }

  @Test func `two thousand good steps double the scale`() {
    var scale = LossScale()
    for _ in 0..<2_000 { scale.update(isFinite: true) }
    #expect(scale == LossScale(value: 131_072, goodSteps: 0))
  }

  @Test func `the scale grows no further than a float holds`() {
    var scale = LossScale(value: 0x1p127, goodSteps: 1_999)
    scale.update(isFinite: true)
    #expect(scale == LossScale(value: 0x1p127, goodSteps: 0))
  }

  @Test func `the learning rate rises to its peak and falls along half a cosine`() {
    let rates = LearningRateSchedule(peak: 1, warmupSteps: 4, totalSteps: 12, shape: .cosine)
    #expect((0..<4).map { rates.rate(atStep: $0) } == [0.25, 0.5, 0.75, 1])
    #expect(rates.rate(atStep: 4) == 1)
    #expect(abs(rates.rate(atStep: 8) - 0.5) < 1e-6)
    #expect(rates.rate(atStep: 12) == 0)
  }

  @Test func `a cosine may begin late`() {
    let rates = LearningRateSchedule(
      peak: 1, warmupSteps: 2, totalSteps: 12, shape: .cosine, decayStart: 1 / 3)
    #expect((0..<2).map { rates.rate(atStep: $0) } == [0.5, 1])
    #expect((2...4).map { rates.rate(atStep: $0) } == [1, 1, 1])
    #expect(abs(rates.rate(atStep: 8) - 0.5) < 1e-6)
    #expect(rates.rate(atStep: 12) == 0)
    let early = LearningRateSchedule(
      peak: 1, warmupSteps: 4, totalSteps: 12, shape: .cosine, decayStart: 0.1)
    #expect(early.rate(atStep: 3) == 1)
    #expect(abs(early.rate(atStep: 8) - 0.5) < 1e-6)
  }

  @Test func `a run's learning rates count the epochs and the steps of its warm-up`() {
    var configuration = PretrainingConfiguration()
    configuration.epochs = 5
    configuration.learningRate = 0.5
    configuration.warmupEpochs = 2
    configuration.warmupSteps = 3
    configuration.learningRateShape = .cosine
    configuration.decayStart = 0.75
    #expect(
      configuration.learningRates(stepsPerEpoch: 4)
        == LearningRateSchedule(
          peak: 0.5, warmupSteps: 11, totalSteps: 20, shape: .cosine, decayStart: 0.75))
  }

  @Test func `a fixed temperature stays, whatever the penalty`() throws {
    var configuration = Self.configuration
    (configuration.temperature, configuration.weightDecay) = (0.5, 0.1)
    let state = try Self.losses(configuration, steps: 2).state
    #expect(state.trained.logScale == 0)
    #expect(state.trained.bias == 0)
  }

  @Test func `the scale of the logits starts where it is told`() {
    var configuration = PretrainingConfiguration()
    configuration.initialLogitScale = 5
    #expect(configuration.loss.initialLogScale == log(5))
    configuration.useSigLIP = true
    #expect(configuration.loss.initialLogScale == log(5))
    configuration.initialLogitScale = nil
    #expect(configuration.loss.initialLogScale == log(10))
  }

  @Test(arguments: [EncoderModel.resnet18, .efficientnet])
  func `a penalty for weights alone moves those of a whole network alone`(_ model: EncoderModel) {
    Self.expectPenalty(on: model.network(stem: .small, seed: 1))
  }

  private static func expectPenalty(on encoder: some EncoderNetwork) {
    var configuration = Self.configuration
    configuration.weightDecay = 0.5
    configuration.exemptsBiasAndNorm = true
    let state = Pretraining(encoder, configuration, stepsPerEpoch: 4)
    var (optimizer, trained) = (state.optimizer, state.trained)
    func ones(_ shape: [Int]) -> Tensor { Tensor(repeating: 1, shape: shape) }
    // Nothing but the penalty moves a parameter.
    trained.visitParameters("") { _, parameter in
      parameter.value = ones(parameter.value.shape)
      parameter.accumulate(Tensor(zeros: parameter.value.shape))
    }
    optimizer.update(&trained)
    for (name, parameter) in trained.parameters {
      // Biases, scales and shifts have one axis, scale and bias of the logits none.
      let isWeight = parameter.value.shape.count > 1
      #expect((parameter.value != ones(parameter.value.shape)) == isWeight, "\(name)")
    }
  }

  @Test func `a penalty for weights alone leaves biases without a gradient where they are`() {
    struct Pair: Module {
      var weight: Parameter
      var bias: Parameter
      mutating func visitParameters(
        _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
      ) rethrows {
        try body("weight", &weight)
        try body("bias", &bias)
      }
    }
    let one = Tensor([1], shape: [1])
    var pair = Pair(weight: Parameter(one, role: .weight), bias: Parameter(one, role: .bias))
    var adam = Adam(learningRate: 0.1, weightDecay: 0.5)
    adam.exemptsBiasAndNorm = true
    pair.weight.accumulate(Tensor(zeros: [1]))
    pair.bias.accumulate(Tensor(zeros: [1]))
    adam.update(&pair)
    #expect(pair.weight.value.scalars[0] < 1)
    #expect(pair.bias.value == one)
  }
}
