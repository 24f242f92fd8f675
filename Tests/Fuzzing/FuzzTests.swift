import Foundation
import Testing

/// What anybody can put in a file or type is read or refused: no trap, no crash, no long wait.
///
/// `make fuzz` tries many inputs, `make test` the first of the same ones.
@Suite(.serialized) struct FuzzTests {
  @Test(arguments: FuzzedFormat.all)
  func `an altered input is read or refused, and soon`(_ format: FuzzedFormat) throws {
    let settings = FuzzSettings()
    guard settings.includes(format) else { return }
    let report = try FuzzRun(format, settings).report()
    print(report)
    #expect(
      report.slowest.seconds < FuzzRun.patience,
      "input \(report.slowest.index) of seed \(settings.seed) took \(report.slowest.seconds) s")
    // Else the alterations reach nothing but the first check.
    if report.inputs >= 1000 {
      #expect(report.accepted > 0 && report.refused > 0, "\(report)")
    }
  }

  @Test func `an index makes the same input each time, and another index another`() {
    let mutator = Mutator(samples: [Array("{\"batch_size\": 256}".utf8), Array("[]".utf8)])
    let inputs = (0..<50).map { mutator.input(seed: 3, index: $0) }
    #expect(inputs == (0..<50).map { mutator.input(seed: 3, index: $0) })
    #expect(Set(inputs).count > 30)
    #expect(inputs != (0..<50).map { mutator.input(seed: 4, index: $0) })
  }
}
