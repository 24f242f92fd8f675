import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import relic

@Suite struct PredictCommandTests {
  private static func lines(_ captured: Captured) -> [Substring] {
    captured.output.split(separator: "\n")
  }

  @Test func `a folder's test samples are classified, or those of the split that is named`() throws
  {
    let folder = try TemporaryFolder()
    try ProbeCommandTests.write(to: folder.path + "/f")
    #expect(
      Captured.run("probe", folder.path + "/f", "--save", folder.path + "/p").code == .success)
    let test = Captured.run("predict", folder.path + "/p", folder.path + "/f")
    #expect(
      test.error == "\(folder.path)/f: 20 samples of 2 features, in 2 classes: left, right\n")
    #expect(Self.lines(test).count == 21)
    #expect(Self.lines(test)[1].hasPrefix("\"images/0, \"\"0\"\".png\",left,0."))
    #expect(Captured.run("predict", folder.path + "/p", "--features", folder.path + "/f") == test)
    let train = Captured.run(
      "predict", folder.path + "/p", folder.path + "/f", "--split", "train")
    #expect(Self.lines(train).count == 61)
    for name in ["features", "labels"] {
      try FileManager.default.removeItem(atPath: "\(folder.path)/f/test_\(name).npy")
    }
    #expect(Captured.run("predict", folder.path + "/p", folder.path + "/f") == train)
    let file = folder.path + "/f/train_features.npy"
    #expect(
      Self.lines(Captured.run("predict", folder.path + "/p", file))[1].hasPrefix("0,left,0."))
    #expect(
      Captured.run("predict", folder.path + "/p", file, "--split", "train").error.contains(
        "'--split' is for folders"))
  }

  @Test func `images go through the encoder that the probe's features came from`() throws {
    let photos = try PhotoFolder()
    try photos.add("train/ape/1.png", "train/ape/2.png", "train/cat/1.png", "test/ape/1.png")
    #expect(photos.pretrain(["-b", "2"]).code == .success)
    #expect(Captured.run("extract", photos.run).code == .success)
    let probe = photos.path("probe")
    let features = photos.run + "/features"
    #expect(Captured.run("probe", features, "--save", probe).code == .success)
    let read = Captured.run("predict", probe, features, "--split", "train")
    let told = "3 samples of 512 features, in 2 classes: ape, cat\n"
    #expect(read.error == "\(features): \(told)" && Self.lines(read).count == 4)
    for more in [[], ["--encoder", photos.run]] {
      let made = Captured.run(["predict", probe, photos.photos, "--split", "train"] + more)
      #expect(made.output == read.output && made.error == "\(photos.photos): \(told)")
    }
    let alone = Captured.run("predict", probe, photos.photos + "/test")
    #expect(Self.lines(alone).last?.hasPrefix("ape/1.png,") == true, "\(alone)")
    // Of another encoder, features of the same width mean something else.
    let other = photos.path("other")
    #expect(
      Captured.run(
        "pretrain", photos.photos, "-b", "2", "--epochs", "1", "--image-size", "16", "--seed", "1",
        "--save-model-dir", other
      ).code == .success)
    let strange = Captured.run("predict", probe, photos.photos, "--encoder", other)
    #expect(strange.code == .success)
    #expect(
      strange.error.hasPrefix(
        "warning: \(photos.photos): features of \(other) after 1 epoch, not \(photos.run) after 1 "
          + "epoch, to which the probe was fitted\n"))
    let absent = Captured.run("predict", probe, photos.path("none"), "--encoder", photos.run)
    #expect(absent.code == .input)
    #expect(absent.error.hasSuffix("/none: cannot be read: there is no such folder\n"))
    try FileManager.default.removeItem(atPath: photos.run)
    let lost = Captured.run("predict", probe, photos.photos)
    #expect(lost.code == .usage)
    #expect(lost.error.contains("name the run whose encoder makes them by --encoder"))
  }

  @Test func `what is neither features nor images is named`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    try ProbeCommandTests.write(to: photos.path("f"))
    let probe = photos.path("p")
    #expect(Captured.run("probe", photos.path("f"), "--save", probe).code == .success)
    #expect(photos.pretrain().code == .success)
    let run = Captured.run("predict", probe, photos.run)
    #expect(run.code == .usage)
    #expect(
      run.error == "relic: '\(photos.run)' holds a run; name features of it, such as "
        + "\(photos.run)/features\n")
    #expect(Captured.run("predict", probe).error.contains("what to classify is missing"))
    let both = Captured.run("predict", probe, photos.path("f"), "--features", photos.path("f"))
    #expect(both.code == .usage && both.error.contains("and '--features' are given"))
  }
}
