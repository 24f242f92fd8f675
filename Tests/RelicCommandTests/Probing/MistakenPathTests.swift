import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// Paths to something else than a command takes; paths below are those of a folder that has all.
@Suite struct MistakenPathTests {
  private static func fill(_ folder: borrowing TemporaryFolder) throws {
    try ProbeCommandTests.write(to: folder.path + "/features")
    #expect(
      Captured.run("probe", folder.path + "/features", "--save", folder.path + "/probe").code
        == .success)
    let files = [
      "run/config.json", "run/encoder.safetensors", "scored/config.json",
      "scored/features/train_features.npy", "encoder/encoder.safetensors", "weights.pth",
    ]
    for file in files {
      let path = "\(folder.path)/\(file)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: path))
    }
    let image = RGBImage(width: 1, height: 1, pixels: [1, 2, 3])
    try FileManager.default.createDirectory(
      atPath: folder.path + "/photos/train", withIntermediateDirectories: true)
    try AtomicFile.write(image.encodedAsPNG(), to: folder.path + "/photos/train/1.png")
  }

  @Test(arguments: [
    (
      ["evaluate", "features"],
      "features: holds features, not a run; score them with 'relic probe features'"
    ),
    (
      ["extract", "features"],
      "features: holds features, not a run; score them with 'relic probe features'"
    ),
    (
      ["evaluate", "probe"],
      "probe: holds a probe, not a run; apply it with 'relic predict probe --features FILE'"
    ),
    (
      ["evaluate", "photos"],
      "photos: holds images, not a run; train on them with 'relic pretrain photos'"
    ),
    (
      ["evaluate", "weights.pth"],
      "weights.pth: is a file, not a run; if it is an encoder, write its features with 'relic "
        + "extract --encoder weights.pth -m MODEL --dataset-name NAME --output DIR', and score "
        + "them with 'relic probe DIR'"
    ),
    (
      ["evaluate", "encoder"],
      "encoder: holds an encoder without the config.json of a run; write its features with 'relic "
        + "extract --encoder encoder/encoder.safetensors -m MODEL --dataset-name NAME --output "
        + "DIR', and score them with 'relic probe DIR'"
    ),
    (
      ["evaluate", "run/encoder.safetensors"],
      "run/encoder.safetensors: is a file of run; name that folder"
    ),
    (
      ["probe", "run"], "run: holds a run, not features; score it with 'relic evaluate run'"
    ),
    (
      ["probe", "scored"],
      "scored: holds a run, not features; score those in it with 'relic probe scored/features'"
    ),
    (
      ["probe", "features/train_labels.npy"],
      "features/train_labels.npy: is a file of features; name that folder"
    ),
    (
      ["probe", "photos"],
      "photos: holds images, not features; write their features with 'relic extract RUN "
        + "--dataset-name folder --dataset-path photos'"
    ),
    (
      ["predict", "features", "--features", "x.npy"],
      "features: holds features, not a probe; fit one to them with 'relic probe features --save "
        + "PROBE'"
    ),
    (
      ["predict", "weights.pth", "--features", "x.npy"],
      "weights.pth: is a file, not a probe; name the folder that 'relic probe --save' wrote"
    ),
  ])
  func `what is there and the command that takes it are named`(
    _ arguments: [String], _ line: String
  ) throws {
    let folder = try TemporaryFolder()
    try Self.fill(folder)
    let path = "\(folder.path)/\(arguments[1])"
    let captured = Captured.run([arguments[0], path] + arguments.dropFirst(2))
    #expect(captured.code == .input)
    #expect(captured.error.replacing("\(folder.path)/", with: "") == "relic: \(line)\n")
  }

  @Test func `what is wanted, and what is not known, is left to its reader`() throws {
    let folder = try TemporaryFolder()
    try Self.fill(folder)
    try MistakenPath.check(folder.path + "/run", for: .run)
    try MistakenPath.check(folder.path + "/features", for: .features)
    try MistakenPath.check(folder.path + "/probe", for: .probe)
    for wanted in [MistakenPath.Wanted.run, .features, .probe] {
      try MistakenPath.check(folder.path + "/nowhere", for: wanted)
    }
  }

  @Test func `a run of which a part is gone is told what is left of it`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = Captured.run(
      "pretrain", "--dataset-name", "shapes", "-b", "4096", "--image-size", "8", "--epochs", "1",
      "--eval-every", "0", "--save-model-dir", run)
    #expect(trained.code == .success, "\(trained.error)")
    let (encoder, checkpoint) = (run + "/encoder.safetensors", run + "/checkpoint.safetensors")
    try FileManager.default.moveItem(atPath: encoder, toPath: folder.path + "/aside")
    #expect(
      Captured.run("evaluate", run).error
        == "relic: \(run): has no encoder.safetensors, but a checkpoint; write it with 'relic "
        + "convert \(checkpoint) \(encoder) --encoder-only'\n")
    #expect(Captured.run("convert", checkpoint, encoder, "--encoder-only").code == .success)
    let (made, own) = try (
      Safetensors.read(encoder), Safetensors.read(folder.path + "/aside")
    )
    #expect(made.names == own.names && made.names.allSatisfy { made[$0] == own[$0] })

    try FileManager.default.removeItem(atPath: checkpoint)
    #expect(
      Captured.run("evaluate", run, "--network", "online").error
        == "relic: \(run): has no checkpoint, which holds the online network; leave out --network "
        + "online\n")
    #expect(
      Captured.run("pretrain", "--resume", run).error
        == "relic: \(run): has no checkpoint to go on from, but an encoder; score it with 'relic "
        + "evaluate \(run)', or train anew with '--config \(run)/config.json' and another "
        + "--save-model-dir\n")
  }
}
