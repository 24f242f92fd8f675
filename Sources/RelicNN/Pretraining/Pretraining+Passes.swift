internal import Synchronization

/// What the passes of a step come to, the same on every rank.
struct StepPasses: Sendable {
  let loss: ViewLoss
  /// The projections of all images, `[views, n, outputs]`.
  let online: Tensor
  let targets: Tensor
}

extension Pretraining {
  /// Takes the views through both networks and back, and leaves the gradients of the whole batch, times
  /// the loss scale, in the online one.
  ///
  /// - Parameters:
  ///   - views: The views of this rank's rows of the batch.
  ///   - ranks: Those who share it.
  /// - Returns: The loss and what it is of.
  /// - Throws: `PretrainingError.lossNotFinite`; there are no gradients then.
  mutating func differentiate(
    _ views: ViewBatch, over ranks: any Communicator
  ) throws(PretrainingError) -> StepPasses {
    let shared = SharedStep(ranks)
    return try SharedStep.$current.withValue(shared) {
      Result { () throws(PretrainingError) in try differentiate(views, shared) }
    }.get()
  }

  /// The same, of a step that is bound to the thread.
  private mutating func differentiate(
    _ views: ViewBatch, _ shared: SharedStep
  ) throws(PretrainingError) -> StepPasses {
    let ranks = shared.ranks
    let rows = BatchRows(own: views.count, ranks)
    func pass(_ index: Int) -> TrainingPass {
      TrainingPass(seed: seed, step: step, index: index, rows: rows)
    }
    let groups = viewGroups(views)
    // Before the online passes, so that its working memory does not come on top of what they keep.
    target.prepare(for: pass(Self.targetPass))
    let targets = rows.gathered(
      target.forwardOnly(views.global.cut(into: views.globalCount)), ranks)
    var passes: [(y: Tensor, cache: RelicNetwork<Backbone>.Cache)] = []
    var projections: [Tensor] = []
    if recomputes {
      // The copy's running statistics are dropped: they move once, when the views come again.
      var copy = trained.network
      projections = groups.indices.map { index in
        copy.prepare(for: pass(index))
        return copy.forwardOnly(groups[index])
      }
    } else {
      passes = groups.indices.map { index in
        trained.network.prepare(for: pass(index))
        return trained.network.forward(groups[index])
      }
      projections = passes.map(\.y)
    }
    // All ranks know the whole loss, so no gradient has to find its way back through the gather.
    let online = rows.gathered(.concatenated(projections), ranks)
    let result = ranks.once {
      loss(online: online, target: targets, logScale: trained.logScale, bias: trained.bias)
    }
    guard result.loss.isFinite else {
      throw .lossNotFinite(step: step + 1, loss: result.loss)
    }
    let factor = lossScale?.value ?? 1
    let dOnline = rows.own(of: result.dOnline).scaled(by: factor)
    var first = 0
    for (index, group) in groups.enumerated() {
      if index == groups.count - 1 { shared.beginLastPass() }
      trained.network.prepare(for: pass(index))
      let own = first..<(first + group.shape[0])
      let cache =
        passes.isEmpty ? trained.network.forward(group).cache : passes.removeFirst().cache
      // Handed over, so that every layer's part is free once its gradient is known.
      trained.network.backward(dOnline.rows(own), consume cache)
      first = own.upperBound
    }
    trained.network.sumGradients(over: ranks)
    // Of the whole loss, on every rank.
    trained.accumulate(dLogScale: result.dLogScale * factor, dBias: result.dBias * factor)
    return StepPasses(loss: result, online: online, targets: targets)
  }

  /// The target's pass; online passes count from 0.
  private static var targetPass: Int { 255 }

  /// Views that go through the network together, `[count, n, size, size, 3]`: all of one size, or
  /// one alone if they are computed twice.
  private func viewGroups(_ views: ViewBatch) -> [Tensor] {
    let sizes =
      [views.global.cut(into: views.globalCount)]
      + (views.local.map { [$0.cut(into: views.localCount)] } ?? [])
    guard recomputes else { return sizes }
    return sizes.flatMap { views in (0..<views.shape[0]).map { views.rows($0..<($0 + 1)) } }
  }
}

/// Shards: parts of a batch that are computed each by itself, as by ranks of which a process is several,
/// so that the bits do not depend on how many processes there are.
extension Pretraining {
  /// Takes the views of this rank's shards through both networks and back, as ``differentiate(_:over:)``.
  mutating func differentiateShards(
    _ views: ViewBatch
  ) throws(PretrainingError) -> StepPasses {
    let rows = BatchRows(own: views.count, ranks)
    let cuts = (0..<shards).map { BatchRows(of: rows.total, rank: $0, size: shards).own }
    let count = shards / ranks.size
    // Taken out by the threads, so that nothing has two owners when the optimiser moves it.
    let copies = Mutex(Array(repeating: self, count: count))
    let results = ThreadRanks.run(count, within: ranks) { shard in
      Result { () throws(PretrainingError) in
        var own = copies.withLock { $0.removeLast() }
        let cut = cuts[shard.rank]
        let images = (cut.lowerBound - rows.own.lowerBound)..<(cut.upperBound - rows.own.lowerBound)
        let passes = try own.differentiate(views.images(images), over: shard)
        return (own.trained, own.target, passes)
      }
    }
    // All shards have the same sums and statistics.
    let passes: StepPasses
    (trained, target, passes) = try results[0].get()
    return passes
  }
}
