import Testing

@testable import RelicNN

@Suite struct EMAScheduleTests {
  private func schedule(start: Float, interval: Int = 1) -> EMASchedule {
    // K = 100 · 12 - 200
    EMASchedule(
      start: start, epochs: 10, stepsPerEpoch: 100, copiesThrough: 200, interval: interval)
  }

  @Test(arguments: [Float(0.99), 0.995])
  func `follows the reference's cosine`(_ start: Float) throws {
    let fixture = try NetworkFixture("optimizer")
    let expected = try fixture.tensor("gamma\(start)")
    let found = (0..<expected.count).map { schedule(start: start).decay(afterStep: $0 * 25) }
    // One unit in the last place: the start's own rounding to single precision may turn one.
    expectClose(
      Tensor(found.map { Float($0) }, shape: expected.shape), expected, "decay",
      within: Tolerance(relative: 0, absolute: 0x1p-24))
    #expect(found == found.map { Double(Float($0)) }, "not in single precision")
  }

  @Test func `copies first, then moves at every interval`() {
    let schedule = schedule(start: 0.99, interval: 7)
    let steps = 190..<230
    #expect(steps.filter(schedule.copies) == Array(190...200))
    #expect(steps.filter(schedule.moves) == [203, 210, 217, 224])
  }
}
