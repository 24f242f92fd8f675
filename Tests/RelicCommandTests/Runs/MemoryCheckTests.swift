import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct MemoryCheckTests {
  private static let gigabyte = 1_000_000_000

  private static func refusal(
    available: Int, begun: Bool = false, _ change: (inout PretrainingConfiguration) -> Void
  ) -> String? {
    var configuration = PretrainingConfiguration()
    change(&configuration)
    do throws(UsageError) {
      try configuration.checkMemory(
        of: configuration.makeEncoder(), begun: begun, available: available)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `a head too wide for the machine is told by its options`() {
    let text = Self.refusal(available: 16 * Self.gigabyte) {
      $0.projectionHidden = 65_536
      $0.projectionOutputs = 65_536
    }
    let pattern =
      /the run needs at least 8[0-9]\.[0-9] GB of memory, and there are 16\.0 GB; lower --proj-hidden-dim or --proj-out-dim/
    #expect(text?.wholeMatch(of: pattern) != nil, "\(text ?? "no refusal")")
  }

  @Test func `so are images too many and too large`() {
    let text = Self.refusal(available: 16 * Self.gigabyte) {
      $0.batchSize = 8_000
      $0.imageSize = 1_024
    }
    #expect(text?.hasSuffix(" GB; lower --batch-size or --image-size") == true, "\(text ?? "")")
  }

  @Test func `recomputing is advised where it is enough`() {
    let text = Self.refusal(available: 2 * Self.gigabyte) {
      $0.stem = .cifar
      $0.imageSize = 32
    }
    #expect(text?.hasSuffix("--image-size, or add --recompute") == true, "\(text ?? "")")
  }

  @Test func `a run that has begun keeps its options`() {
    let text = Self.refusal(available: 2 * Self.gigabyte, begun: true) { $0.batchSize = 8_000 }
    #expect(text?.hasSuffix("; go on with it on a machine with more") == true, "\(text ?? "")")
  }

  @Test func `a run that fits is not refused`() {
    #expect(Self.refusal(available: 8 * Self.gigabyte) { _ in } == nil)
  }

  @Test(arguments: [
    ["--proj-hidden-dim", "65536", "--proj-out-dim", "65536"],
    ["-b", "65536", "--image-size", "1024"],
  ])
  func `what cannot fit is refused before anything is fetched or written`(
    _ options: [String]
  ) throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      ["pretrain", "--dataset-name", "stl10", "--dataset-path", folder.path + "/data"] + options
        + ["--save-model-dir", folder.path + "/run"])
    #expect(captured.code == .usage)
    #expect(captured.error.hasPrefix("relic: the run needs at least "))
    #expect(try folder.names() == [])
  }
}
