import TestSupport
import Testing

@testable import RelicNN

/// A step over several ranks, beside the same of one process.
@Suite struct SharedPretrainingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var recipe = RecipeCase.all[0]
    var encoder = EncoderModel.resnet18
    var precision = TrainingPrecision.float32
    var recomputes = false
    var loss: Float = 1e-6
    /// Of the running statistics and, as a share of their norms, of the gradients.
    var statistics: Float = 2e-6
    var gradients: Float = 1e-2
    var shards = 1

    /// How far gradients go astray is what a change of the BLAS core does to them: rectifiers of
    /// inputs near 0 open or shut, the more the deeper the network.
    static let all = [
      Case(testDescription: "ReLIC"),
      // The BLAS core with AVX-512 cuts products of uneven ranks otherwise than the whole's: 1.2e-6;
      // plain kernels are off by 2.3e-6.
      Case(
        testDescription: "SigLIP", recipe: RecipeCase.all[1],
        loss: KernelLevel.isPlain ? 4e-6 : 2e-6),
      Case(testDescription: "multi-crop", recipe: RecipeCase.all[2]),
      // The head multiplies bfloat16 where the processor can.
      Case(testDescription: "16 bits", precision: .half, loss: 5e-5),
      Case(testDescription: "recompute", recipe: RecipeCase.all[2], recomputes: true),
      Case(
        testDescription: "EfficientNet", recipe: larger, encoder: .efficientnet, statistics: 3e-5),
      Case(
        testDescription: "ResNet-50", recipe: larger, encoder: .resnet50, statistics: 3e-5,
        gradients: 5e-2),
    ]

    /// What multiplies bfloat16 numbers.
    static let rounded = [EncoderModel.resnet18, .efficientnet].map {
      Case(
        testDescription: "\($0) in bfloat16", recipe: larger, encoder: $0, precision: .bfloat16)
    }

    /// Of 32 pixels, deep networks leave one, and so 16 rows to a normalisation, which multiplies
    /// rounding.
    private static let larger = RecipeCase(testDescription: "recipe", stem: .imagenet, side: 64)

    var configuration: PretrainingConfiguration {
      var configuration = recipe.configuration
      configuration.encoder = encoder
      configuration.fp16Precision = precision != .float32
      configuration.recomputes = recomputes
      configuration.shards = shards
      return configuration
    }

    func cut(into shards: Int) -> Case {
      var example = self
      example.shards = shards
      return example
    }

    func makeEncoder() -> any EncoderNetwork {
      encoder.network(stem: recipe.stem, seed: configuration.seed, precision: precision)
    }
  }

  /// What two steps came to on one rank.
  private struct Outcome: Sendable {
    var firstLoss: Float
    /// The first gradient, of which Adam's first moment is a tenth.
    var gradients: [Tensor]
    var statistics: [Tensor]
    var checkpoint: StateDict
  }

  private static func start<Backbone: EncoderNetwork>(
    _ encoder: Backbone, _ configuration: PretrainingConfiguration, _ ranks: any Communicator
  ) throws -> Pretraining<Backbone> {
    try Pretraining(encoder, configuration, stepsPerEpoch: 4).shared(by: ranks)
  }

  private static func outcome(
    _ encoder: some EncoderNetwork, _ example: Case, _ ranks: any Communicator
  ) throws -> Outcome {
    var state = try start(encoder, example.configuration, ranks)
    let views = example.recipe.views.rows(of: ranks)
    let report = try state.advance(views, measuresAccuracy: true)
    var outcome = Outcome(
      firstLoss: report.loss, gradients: state.optimizer.moments.map(\.mean),
      statistics: state.online.parameters.map(\.parameter).filter { !$0.role.isTrained }
        .map(\.value), checkpoint: StateDict())
    _ = try state.advance(views)
    outcome.checkpoint = state.checkpoint()
    return outcome
  }

  /// ResNet-18 as it is usual over 1 to 4 ranks, everything else over three, which cut 16 unevenly.
  private static let examples = [1, 2, 4].map { (Case.all[0], $0) } + Case.all.map { ($0, 3) }

  @Test(arguments: examples)
  func `ranks take the step of one process, and all the same`(_ example: Case, _ size: Int) throws {
    let encoder = example.makeEncoder()
    let whole = try Self.outcome(encoder, example, OneRank())
    let parts = try ThreadRanks.run(size, overlapping: size != 2) { ranks in
      try Self.outcome(encoder, example, ranks)
    }
    if size == 1 { #expect(parts[0].checkpoint == whole.checkpoint) }
    for part in parts {
      #expect(abs(part.firstLoss - whole.firstLoss) <= example.loss * abs(whole.firstLoss))
      Self.expectStatistics(part, whole, within: example.statistics)
      let share = relativeDistance(of: part.gradients, from: whole.gradients)
      #expect(share <= Double(example.gradients), "gradients are off by \(share) of their norm")
      #expect(part.checkpoint == parts[0].checkpoint)
    }
  }

  /// Compares running statistics element by element, by a share of their size and of that of all.
  private static func expectStatistics(
    _ part: Outcome, _ whole: Outcome, within share: Float,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(part.statistics.count == whole.statistics.count, sourceLocation: location)
    for (index, pair) in zip(part.statistics, whole.statistics).enumerated() {
      expectClose(
        pair.0, pair.1, "running statistic \(index)",
        within: Tolerance(relative: share, absolute: share, floor: pair.1.rootMeanSquare),
        location: location)
    }
  }

  /// Sums over other rows round some numbers otherwise, which the next layers round again: how far that
  /// leads is measured by how far bfloat16 leads from float32.
  @Test(arguments: Case.rounded)
  func `in bfloat16, ranks are nearer to one process than that is to float32`(_ example: Case)
    throws
  {
    var exact = example
    exact.precision = .float32
    let expected = try Self.outcome(exact.makeEncoder(), exact, OneRank())
    let whole = try Self.outcome(example.makeEncoder(), example, OneRank())
    let parts = try ThreadRanks.run(3, overlapping: true) { ranks in
      try Self.outcome(example.makeEncoder(), example, ranks)
    }
    #expect(parts.allSatisfy { $0.checkpoint == parts[0].checkpoint })
    // Plain kernels are off by up to 1.4e-3, less than one number in bfloat16 may be.
    let rounding: Float = KernelLevel.isPlain ? 0x1p-8 : 1e-3
    #expect(abs(parts[0].firstLoss - whole.firstLoss) <= rounding * abs(whole.firstLoss))
    func compare(_ part: [Tensor], _ whole: [Tensor], _ exact: [Tensor], _ name: String) {
      let share = relativeDistance(of: part, from: whole)
      let limit = relativeDistance(of: whole, from: exact)
      #expect(share < limit, "\(name) are off by \(share), those of float32 by \(limit)")
    }
    compare(parts[0].gradients, whole.gradients, expected.gradients, "gradients")
    compare(parts[0].statistics, whole.statistics, expected.statistics, "running statistics")
  }

  @Test func `sums in the background are the same bits`() throws {
    let example = Case.all[2]
    let encoder = example.makeEncoder()
    let checkpoints = try [false, true].map { overlapping in
      try ThreadRanks.run(2, overlapping: overlapping) { ranks in
        try Self.outcome(encoder, example, ranks).checkpoint
      }
    }
    #expect(checkpoints[0] == checkpoints[1])
  }

  /// What is drawn, cut, kept in 16 bits or computed twice, and an encoder with buffers and branches.
  @Test(arguments: [Case.all[0], .all[2], .all[3], .all[4], .all[5], Case.rounded[0]])
  func `a batch in shards comes to the same bits on any number of ranks`(_ example: Case) throws {
    let encoder = example.makeEncoder()
    let whole = try Self.outcome(encoder, example, OneRank())
    let sharded = example.cut(into: 4)
    let alone = try Self.outcome(encoder, sharded, OneRank())
    #expect(abs(alone.firstLoss - whole.firstLoss) <= 1e-3 * abs(whole.firstLoss))
    #expect(alone.checkpoint != whole.checkpoint, "nothing was cut")
    let share = relativeDistance(of: alone.gradients, from: whole.gradients)
    let limit = try Self.gradientLimit(example, whole)
    #expect(share <= limit, "gradients are off by \(share) of their norm")
    // In bfloat16 sums of other rows are rounded to other numbers, as between ranks.
    if example.precision != .bfloat16 {
      Self.expectStatistics(alone, whole, within: max(example.statistics, 1e-5))
    }
    for size in [2, 4] {
      let parts = try ThreadRanks.run(size) { ranks in
        try Self.outcome(encoder, sharded, ranks)
      }
      for part in parts {
        #expect(part.firstLoss == alone.firstLoss)
        #expect(part.checkpoint == alone.checkpoint, "\(size) ranks")
      }
    }
  }

  /// Returns how far the gradients of parts may be from the whole batch's: in bfloat16, as far as that
  /// is from float32.
  private static func gradientLimit(_ example: Case, _ whole: Outcome) throws -> Double {
    guard example.precision == .bfloat16 else { return Double(example.gradients) }
    var exact = example
    exact.precision = .float32
    let expected = try outcome(exact.makeEncoder(), exact, OneRank())
    return relativeDistance(of: whole.gradients, from: expected.gradients)
  }

  @Test func `a run goes on with another number of ranks`() throws {
    let example = Case.all[0]
    let encoder = example.makeEncoder()
    let checkpoint = try Self.outcome(encoder, example, OneRank()).checkpoint
    let reports = try ThreadRanks.run(3) { ranks in
      try Self.resumed(encoder, example, checkpoint, ranks)
    }
    let alone = try Self.resumed(encoder, example, checkpoint, OneRank())
    for report in reports {
      #expect(report.step == 3 && abs(report.loss - alone.loss) <= 1e-6 * alone.loss)
      #expect(report == reports[0])
    }
  }

  /// Takes a step from a checkpoint that rank 0 alone has.
  private static func resumed(
    _ encoder: some EncoderNetwork, _ example: Case, _ checkpoint: StateDict,
    _ ranks: any Communicator
  ) throws -> StepReport {
    var state = Pretraining(encoder, example.configuration, stepsPerEpoch: 4)
    if ranks.rank == 0 { state = try state.resumed(from: checkpoint) }
    state = try state.shared(by: ranks)
    return try state.advance(example.recipe.views.rows(of: ranks))
  }
}

/// Runs over several ranks, batches included.
@Suite struct SharedRunTests {
  private static var configuration: PretrainingConfiguration {
    var configuration = Self.example.configuration
    configuration.epochs = 2
    configuration.batchSize = 6
    configuration.imageSize = 32
    return configuration
  }

  private static let example = SharedPretrainingTests.Case.all[0]

  private static func run(
    _ ranks: any Communicator, on dataset: some ImageDataset, broken: BrokenImages = .refuse,
    altering alter: (inout RelicNetwork<ResNet>) -> Void = { _ in }
  ) throws -> PretrainingRun<ResNet> {
    let loader = BatchLoader(dataset: dataset, configuration: configuration, broken: broken)
    var state = try Pretraining(configuration, stepsPerEpoch: loader.stepsPerEpoch)
      .shared(by: ranks)
    alter(&state.trained.network)
    return state.run(on: loader)
  }

  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func `an image that one rank cannot read stops all before the step`() throws {
    let images = BatchLoaderTests.Scans(lost: [1, 3, 5])
    let results = try ThreadRanks.run(3) { ranks in
      var run = try Self.run(ranks, on: images)
      return (Self.message { while try run.next() != nil {} }, run.state.step)
    }
    let own = results.map(\.0).filter { $0.contains("image") }
    #expect(own.count == 1, "\(results)")
    #expect(results.filter { $0.0.hasSuffix("has failed") }.count == 2)
    #expect(Set(results.map(\.1)).count == 1)
  }

  @Test func `every rank knows of the images that any has passed over`() throws {
    let images = BatchLoaderTests.Scans(lost: [1, 3, 5])
    let alone = try {
      var run = try Self.run(OneRank(), on: images, broken: .skip)
      _ = try run.next()
      return run.skipped.map(\.description)
    }()
    #expect(!alone.isEmpty)
    let all = try ThreadRanks.run(3) { ranks in
      var run = try Self.run(ranks, on: images, broken: .skip)
      _ = try run.next()
      return run.skipped.map(\.description)
    }
    #expect(all == [alone, alone, alone])
  }

  @Test func `a rank that computes otherwise is told of at the end of the epoch`() throws {
    let images = try Shapes(split: .train, count: 12)
    let errors = try ThreadRanks.run(3) { ranks in
      var run = try Self.run(ranks, on: images) { network in
        guard ranks.rank == 2 else { return }
        network.visitParameters("") { name, parameter in
          if name == "1.block.2.weight" { parameter.value = parameter.value.mapped { $0 * 1.001 } }
        }
      }
      return Self.message { while try run.next() != nil {} }
    }
    let expected = "\(RankError.drifted(rank: 2, step: 2))"
    #expect(errors == [expected, expected, expected])
  }
}

extension ViewBatch {
  /// The rows of the batch that a rank has.
  fileprivate func rows(of ranks: any Communicator) -> ViewBatch {
    images(BatchRows(of: count, rank: ranks.rank, size: ranks.size).own)
  }
}
