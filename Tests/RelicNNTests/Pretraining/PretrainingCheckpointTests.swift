import TestSupport
import Testing

@testable import RelicNN

@Suite struct PretrainingCheckpointTests {
  private static var configuration: PretrainingConfiguration {
    var configuration = PretrainingConfiguration()
    configuration.imageSize = 16
    configuration.batchSize = 4
    configuration.projectionHidden = 16
    configuration.projectionOutputs = 8
    configuration.emaDecay = 0.9
    configuration.epochs = 2
    return configuration
  }

  private static func views(step: Int) -> ViewBatch {
    var generator = Philox(seed: 7, purpose: .drawing, sample: step)
    return ViewBatch(
      global: Tensor(uniform: [8, 16, 16, 3], bound: 1, using: &generator), globalCount: 2)
  }

  @Test func `four steps equal two, a checkpoint and two more, to the bit`() throws {
    var straight = Pretraining(Self.configuration, stepsPerEpoch: 4)
    var first = straight
    for step in 0..<4 { _ = try straight.advance(Self.views(step: step)) }
    for step in 0..<2 { _ = try first.advance(Self.views(step: step)) }
    var resumed = try Pretraining(Self.configuration, stepsPerEpoch: 4)
      .resumed(from: first.checkpoint())
    #expect(resumed.step == 2)
    for step in 2..<4 { _ = try resumed.advance(Self.views(step: step)) }
    #expect(resumed.checkpoint() == straight.checkpoint())
    #expect(resumed.target.stateDict() != first.target.stateDict())
  }

  @Test func `a run goes on whose steps were all skipped`() throws {
    var configuration = Self.configuration
    configuration.fp16Precision = true
    var straight = Pretraining(configuration, stepsPerEpoch: 4)
    straight.lossScale = LossScale(value: .greatestFiniteMagnitude, goodSteps: 0)
    _ = try straight.advance(Self.views(step: 0))
    #expect(straight.step == 1 && straight.optimizer.step == 0)
    var resumed = try Pretraining(configuration, stepsPerEpoch: 4)
      .resumed(from: straight.checkpoint())
    straight.lossScale = LossScale()
    resumed.lossScale = LossScale()
    _ = try straight.advance(Self.views(step: 1))
    _ = try resumed.advance(Self.views(step: 1))
    #expect(straight.optimizer.step == 1)
    #expect(resumed.checkpoint() == straight.checkpoint())
  }

  @Test func `a checkpoint of another width says what does not fit`() throws {
    let state = Pretraining(Self.configuration, stepsPerEpoch: 4)
    var other = Self.configuration
    other.projectionHidden = 32
    #expect(throws: CheckpointError.self) {
      try Pretraining(other, stepsPerEpoch: 4).resumed(from: state.checkpoint())
    }
  }

  @Test func `a checkpoint has the reference's names, and moments laid out as the weights`() throws
  {
    var state = Pretraining(Self.configuration, stepsPerEpoch: 4)
    _ = try state.advance(Self.views(step: 0))
    let checkpoint = state.checkpoint()
    let model = checkpoint.names.filter { !$0.hasPrefix("adam.") }
    #expect(model.count == 206)
    for name in [
      "online_encoder.0.0.weight", "online_encoder.0.1.running_var", "tau", "b",
      "online_encoder.0.5.0.downsample.0.weight", "online_encoder.1.block.2.weight",
      "target_encoder.0.7.1.conv2.weight",
    ] { #expect(model.contains(name), "\(name)") }
    let moments = checkpoint.names.filter { $0.hasPrefix("adam.mean.") }
    #expect(moments.count == 64)
    for name in moments {
      let weight = String(name.dropFirst("adam.mean.".count))
      #expect(checkpoint[name]?.shape == checkpoint[weight]?.shape, "\(name)")
      #expect(checkpoint["adam.square." + weight]?.shape == checkpoint[weight]?.shape)
    }
    // A first step moves each weight against its mean, so the signs lie side by side.
    let before = Pretraining(Self.configuration, stepsPerEpoch: 4).checkpoint()
    let name = "online_encoder.0.0.weight"
    let old = try #require(before.tensor(name)).scalars
    let new = try #require(checkpoint.tensor(name)).scalars
    let mean = try #require(checkpoint.tensor("adam.mean." + name)).scalars
    #expect(old.indices.allSatisfy { (new[$0] - old[$0]) * mean[$0] <= 0 })
  }

  @Test func `a checkpoint under this project's earlier names goes on to the same bits`() throws {
    var state = Pretraining(Self.configuration, stepsPerEpoch: 4)
    _ = try state.advance(Self.views(step: 0))
    var earlier = state.checkpoint().withTorchvisionNames()
    for (name, parameter) in state.trained.parameters where parameter.role.isTrained {
      for kind in ["adam.mean.", "adam.square."] {
        let moment = try #require(earlier.tensor(kind + name))
        earlier[kind + name] = .floats(parameter.fromFile(moment))
      }
    }
    earlier.metadata["moments"] = nil
    let resumed = try Pretraining(Self.configuration, stepsPerEpoch: 4).resumed(from: earlier)
    #expect(resumed.checkpoint() == state.checkpoint())
  }

  @Test(arguments: [
    ("step", "9223372036854775807"), ("step", "9"), ("step", "-1"), ("step", "1e3"),
    ("optimizer_step", "9223372036854775807"), ("optimizer_step", "2"),
    ("run_steps", "9223372036854775807"), ("epoch_steps", "2"), ("gamma", "nan"), ("gamma", "1.5"),
    ("gamma", "-inf"), ("run_loss", "nan"), ("epoch_invariance", "inf"),
  ])
  func `a note that no run could have written is refused by name`(
    _ name: String, _ value: String
  ) throws {
    var state = Pretraining(Self.configuration, stepsPerEpoch: 4)
    _ = try state.advance(Self.views(step: 0))
    var checkpoint = state.checkpoint()
    checkpoint.metadata[name] = value
    let error = #expect(throws: CheckpointError.self) {
      try Pretraining(Self.configuration, stepsPerEpoch: 4).resumed(from: checkpoint)
    }
    #expect(error?.description.contains("its \(name) is ") == true, "\(error?.description ?? "")")
  }

  @Test func `weights, variances and moments that are none are refused by name`() throws {
    var state = Pretraining(Self.configuration, stepsPerEpoch: 4)
    _ = try state.advance(Self.views(step: 0))
    for (name, value, part) in [
      ("online_encoder.0.1.weight", Float.nan, "'online_encoder.0.bn1.weight' holds NaN"),
      ("target_encoder.0.1.running_var", -1, "holds a negative variance"),
      ("adam.square.tau", -1, "the moments of 'tau' are none"),
      ("adam.mean.b", .infinity, "the moments of 'b' are none"),
    ] {
      var checkpoint = state.checkpoint()
      let shape = try #require(checkpoint[name]).shape
      checkpoint[name] = .floats(Tensor(repeating: value, shape: shape))
      let error = #expect(throws: CheckpointError.self) {
        try Pretraining(Self.configuration, stepsPerEpoch: 4).resumed(from: checkpoint)
      }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `a checkpoint of other images or another epoch does not go on`() throws {
    let images = try Shapes(split: .train, count: 8).fingerprint
    var first = Pretraining(Self.configuration, stepsPerEpoch: 2)
    first.images = images
    let checkpoint = first.checkpoint()
    var same = Pretraining(Self.configuration, stepsPerEpoch: 2)
    same.images = images
    #expect(try same.resumed(from: checkpoint).checkpoint() == checkpoint)
    var other = Pretraining(Self.configuration, stepsPerEpoch: 2)
    other.images = try Shapes(split: .train, count: 9).fingerprint
    #expect(
      throws: CheckpointError.changedImages(difference: "there are 9 of them, not 8")
    ) { try other.resumed(from: checkpoint) }
    #expect(throws: CheckpointError.changedEpoch(steps: 3, before: 2)) {
      try Pretraining(Self.configuration, stepsPerEpoch: 3).resumed(from: checkpoint)
    }
  }

  @Test func `a checkpoint without notes of its images goes on with any`() throws {
    var checkpoint = Pretraining(Self.configuration, stepsPerEpoch: 2).checkpoint()
    checkpoint.metadata["steps_per_epoch"] = nil
    var state = Pretraining(Self.configuration, stepsPerEpoch: 2)
    state.images = try Shapes(split: .train, count: 9).fingerprint
    #expect(try state.resumed(from: checkpoint).images?.count == 9)
  }

  @Test func `two workers take the same step as one, to the bit`() throws {
    let start = Pretraining(Self.configuration, stepsPerEpoch: 4)
    let checkpoints = try [1, 2].map { workers in
      try withWorkers(workers) {
        var state = start
        _ = try state.advance(Self.views(step: 0))
        return state.checkpoint()
      }
    }
    #expect(checkpoints[0] == checkpoints[1])
  }
}
