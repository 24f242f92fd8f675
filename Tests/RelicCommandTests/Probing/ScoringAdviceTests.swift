import LinearProbe
import Testing

@testable import relic

/// Every line that advises a command, and the command.
@Suite struct ScoringAdviceTests {
  /// Carries out the command between the last quotes of a text.
  private func follow(_ text: String) -> Captured {
    let command = text.split(separator: "'").first { $0.hasPrefix("relic ") } ?? ""
    return Captured.run(command.split(separator: " ").dropFirst().map(String.init))
  }

  @Test func `after a run on unlabelled images the advice is what works`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    let trained = photos.pretrain()
    #expect(
      trained.output.hasSuffix(
        "the encoder; write its features with 'relic extract \(photos.run)'\n"))
    let extracted = follow(trained.output)
    #expect(extracted.code == .success)
    #expect(extracted.output.contains("split and nothing to score by; 'relic predict PROBE "))
    for more in [[], ["--validation", "2"]] {
      let scored = Captured.run(["evaluate", photos.run] + more)
      #expect(scored.code == .input)
      #expect(
        scored.error == "relic: \(photos.photos): has no labels to score by; sort the images into "
          + "class folders, or write their features with 'relic extract \(photos.run)'\n")
      #expect(follow(scored.error).code == .success)
    }
    let probed = Captured.run("probe", photos.run + "/features")
    #expect(probed.code == .input)
    #expect(probed.error.contains("holds no features to test on; write them again by 'relic extr"))
  }

  @Test func `class folders without a test split are scored by images held out`() throws {
    let photos = try PhotoFolder()
    for number in 1...5 { try photos.add("ape/\(number).png", "cat/\(number).png") }
    let trained = photos.pretrain()
    #expect(
      trained.output.contains("'relic evaluate \(photos.run) --validation 2', by images whose lab"))
    let scored = follow(trained.output)
    #expect(scored.code == .success, "\(scored.error)")
    let refused = Captured.run("evaluate", photos.run)
    #expect(refused.code == .input)
    #expect(refused.error.contains("hold out some of its images by --validation 2, or put images"))
    #expect(
      Captured.run("extract", photos.run).output.contains("the same with --validation 2 holds"))
    #expect(Captured.run("extract", photos.run, "--validation", "2").code == .success)
    #expect(Captured.run("probe", photos.run + "/features").code == .success)
  }

  @Test func `a test split without labels is named as such`() throws {
    let photos = try PhotoFolder()
    try photos.add("train/ape/1.png", "train/ape/2.png", "train/cat/1.png", "train/cat/2.png")
    try photos.add("test/1.png")
    let trained = photos.pretrain()
    #expect(trained.output.contains("write its features with 'relic extract"))
    let refused = Captured.run("evaluate", photos.run)
    #expect(refused.error.contains("its images to test on have no labels; sort them into class fo"))
    #expect(follow(trained.output).output.contains("the images to test on are without labels"))
    let probed = Captured.run("probe", photos.run + "/features")
    #expect(probed.error.contains("the test samples have no labels"))
  }
}
