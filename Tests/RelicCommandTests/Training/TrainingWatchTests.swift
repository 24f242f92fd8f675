import Foundation
import Testing

@testable import RelicNN
@testable import relic

@Suite struct TrainingWatchTests {
  private static func report(loss: Float, invariance: Float, spread: Double?) -> StepReport {
    var averages = RunningAverages()
    averages.add(loss: loss, invariance: invariance)
    return StepReport(
      step: 8, epoch: 1, endsEpoch: false, loss: loss, invariance: invariance, emaDecay: 0.9,
      logitScale: 1, bias: 0,
      learningRate: 1e-3, averages: averages, accuracy: nil, spread: spread)
  }

  private static let chance = Float(log(256.0))

  @Test func `a loss at chance is told once, from the second epoch on`() {
    var watch = TrainingWatch(PretrainingConfiguration())
    let stuck = Self.report(loss: Self.chance + 0.25, invariance: 0.25, spread: nil)
    let early = watch.warning(stuck, endsEpoch: true, epoch: 1)
    let meanwhile = watch.warning(stuck, endsEpoch: false, epoch: 2)
    #expect(early == nil && meanwhile == nil)
    let told = watch.warning(stuck, endsEpoch: true, epoch: 2)
    #expect(told?.contains("ln(batch) = 5.545") == true)
    let again = watch.warning(stuck, endsEpoch: true, epoch: 3)
    #expect(again == nil)
  }

  @Test func `SigLIP's loss has no chance level to sit at`() {
    var configuration = PretrainingConfiguration()
    configuration.useSigLIP = true
    var watch = TrainingWatch(configuration)
    let stuck = Self.report(loss: Self.chance + 0.25, invariance: 0.25, spread: nil)
    let told = watch.warning(stuck, endsEpoch: true, epoch: 2)
    #expect(told == nil)
  }

  @Test func `a loss that falls is no reason to warn`() {
    var watch = TrainingWatch(PretrainingConfiguration())
    let falling = Self.report(loss: Self.chance - 0.02, invariance: 0, spread: 0.4)
    let told = watch.warning(falling, endsEpoch: true, epoch: 2)
    #expect(told == nil)
  }

  @Test func `projections that are all the same are told once`() {
    var watch = TrainingWatch(PretrainingConfiguration())
    let same = Self.report(loss: 3, invariance: 0, spread: 0.01)
    let told = watch.warning(same, endsEpoch: false, epoch: 1)
    #expect(told?.contains("collapses") == true)
    let again = watch.warning(same, endsEpoch: false, epoch: 1)
    #expect(again == nil)
  }

  @Test func `a loss scale that has fallen below one is told once`() {
    var watch = TrainingWatch(PretrainingConfiguration())
    var skipped = Self.report(loss: 3, invariance: 0, spread: nil)
    skipped.lossScale = 1
    let before = watch.warning(skipped, endsEpoch: false, epoch: 1)
    #expect(before == nil)
    skipped.lossScale = 0.5
    let told = watch.warning(skipped, endsEpoch: false, epoch: 1)
    #expect(told?.contains("fallen to 0.5 by step 8") == true)
    let again = watch.warning(skipped, endsEpoch: false, epoch: 1)
    #expect(again == nil)
  }
}
