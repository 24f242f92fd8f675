import Testing

@testable import RelicNN

@Suite struct GammaScheduleTests {
  private func schedule(gamma: Float, interval: Int = 1) -> GammaSchedule {
    var configuration = PretrainingConfiguration()
    configuration.gamma = gamma
    configuration.epochs = 10
    configuration.updateGammaAfterStep = 200
    configuration.updateGammaEveryNSteps = interval
    return GammaSchedule(configuration, stepsPerEpoch: 100)  // K = 100 · 12 - 200
  }

  @Test(arguments: [Float(0.99), 0.995])
  func `follows the reference's cosine`(_ gamma: Float) throws {
    let fixture = try NetworkFixture("optimizer")
    let expected = try fixture.tensor("gamma\(gamma)")
    let found = (0..<expected.count).map { schedule(gamma: gamma).gamma(afterStep: $0 * 25) }
    // One unit in the last place: gamma's own rounding to single precision may turn one.
    expectClose(
      Tensor(found.map { Float($0) }, shape: expected.shape), expected, "gamma",
      within: Tolerance(relative: 0, absolute: 0x1p-24))
    #expect(found == found.map { Double(Float($0)) }, "not in single precision")
  }

  @Test func `copies first, then moves at every interval`() {
    let schedule = schedule(gamma: 0.99, interval: 7)
    let steps = 190..<230
    #expect(steps.filter(schedule.copies) == Array(190...200))
    #expect(steps.filter(schedule.moves) == [203, 210, 217, 224])
  }
}
