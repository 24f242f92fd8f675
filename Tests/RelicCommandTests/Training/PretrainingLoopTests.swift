import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct PretrainingLoopTests {
  /// Copies an image `count` times to a new folder, a broken one in place of number `broken`.
  private func fill(_ folder: String, count: Int, broken: Int? = nil) throws {
    let images = Fixtures.path("images")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for index in 0..<count {
      try FileManager.default.copyItem(
        atPath: images + (index == broken ? "/truncated.png" : "/rgb.png"),
        toPath: "\(folder)/\(index).png")
    }
  }

  /// A run on images in `data`, in four steps an epoch if there are eight.
  private func arguments(_ data: String, _ more: String...) -> [String] {
    // SigLIP's loss has no chance level: images that are all alike would else draw a warning.
    [
      "pretrain", "--dataset-name", "folder", "--dataset-path", data, "--image-size", "8", "-b",
      "2", "--num_epochs", "1", "--use_siglip",
    ] + more
  }

  @Test func `a broken image stops the run, or is named and passed over`() throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/data"
    try fill(data, count: 8, broken: 3)
    let reason = "\(data)/3.png: cannot be read: the file ends too early"
    let refused = Captured.run(arguments(data, "--save-model-dir", folder.path + "/a"))
    #expect(refused.code == .input)
    #expect(
      refused.error
        == "relic: \(reason); remove the file, or pass over such by --broken-images skip\n")
    let skipped = Captured.run(
      arguments(data, "--broken-images", "skip", "--save-model-dir", folder.path + "/b"))
    #expect(skipped.code == .success)
    #expect(skipped.error == "warning: \(reason); passed over\n")
    let extracted = Captured.run(
      "extract", folder.path + "/b", "--broken-images", "skip", "--output", folder.path + "/f")
    #expect(extracted.error == "warning: \(reason); passed over\n")
    #expect(extracted.output.contains("7 images, 512 features each; there is no test split"))
    #expect(try folder.names("f") == ["features.json", "train_features.npy", "train_files.txt"])
    #expect(
      try folder.text("f/train_files.txt") == "0.png\n1.png\n2.png\n4.png\n5.png\n6.png\n7.png\n")
  }

  @Test func `what a run does about broken images holds for all that is made of it`() throws {
    let folder = try TemporaryFolder()
    let (data, run) = (folder.path + "/data", folder.path + "/run")
    try fill(data, count: 8, broken: 3)
    let begun = arguments(data, "--broken-images", "skip", "--save-model-dir", run)
    #expect(Captured.run(begun).code == .success)
    for command in [
      ["pretrain", "--resume", run, "--epochs", "2"],
      ["extract", run, "--output", folder.path + "/f"],
    ] {
      let captured = Captured.run(command)
      #expect(captured.code == .success && captured.error.contains("passed over"), "\(command)")
    }
    let refused = Captured.run(
      "extract", run, "--broken-images", "refuse", "--output", folder.path + "/g")
    #expect(refused.code == .input)
    let stopped = Captured.run(
      "pretrain", "--resume", run, "--epochs", "3", "--broken-images", "refuse")
    #expect(stopped.code == .input)
    #expect(try RunFolder(path: run).options().brokenImages == .refuse)
  }

  @Test func `a broken image stops a run whose steps are saved`() throws {
    let folder = try TemporaryFolder()
    try fill(folder.path + "/data", count: 8, broken: 3)
    let run = folder.path + "/run"
    let captured = Captured.run(
      arguments(folder.path + "/data", "--seed", "1", "--save-model-dir", run))
    #expect(captured.code == .input)
    #expect(try Safetensors.read(run + "/checkpoint.safetensors").metadata["step"] == "3")
    try fill(folder.path + "/good", count: 8)
    let good = ["pretrain", "--resume", run, "--dataset-path", folder.path + "/good"]
    #expect(
      Captured.run(good)
        == Captured(
          error:
            "relic: \(run)/checkpoint.safetensors: the images are not those that the run began "
            + "with: the sizes of their files differ; restore them, go on with them as they are by "
            + "--accept-changed-images, or start a new run\n", code: .input))
    let rest = Captured.run(good + ["--accept-changed-images"])
    #expect(rest.error == "" && rest.output.contains("step 4/4"))
    // The images that were accepted are those that the run is now held to, and finds by itself.
    #expect(Captured.run("pretrain", "--resume", run) == Captured.run(good))
    #expect(Captured.run(good).error == "")
    // A checkpoint of the others, which is still there, does not take the place of the newest.
    let back = Captured.run("pretrain", "--resume", run, "--dataset-path", folder.path + "/data")
    #expect(back.code == .input && back.error.contains("the sizes of their files differ"))
    for (name, step) in [("checkpoint", "4"), ("checkpoint.previous", "3")] {
      #expect(try Safetensors.read("\(run)/\(name).safetensors").metadata["step"] == step)
    }
  }

  @Test func `a run does not go on with images more or fewer`() throws {
    let folder = try TemporaryFolder()
    let (data, run) = (folder.path + "/data", folder.path + "/run")
    try fill(data, count: 8)
    #expect(Captured.run(arguments(data, "--save-model-dir", run)).code == .success)
    try fill(folder.path + "/more", count: 9)
    let resume = ["pretrain", "--resume", run, "--dataset-path"]
    let more = Captured.run(resume + [folder.path + "/more"])
    #expect(more.code == .input && more.error.contains(": there are 9 of them, not 8; restore"))
    try fill(folder.path + "/less", count: 6)
    let less = Captured.run(resume + [folder.path + "/less", "--accept-changed-images"])
    #expect(less.code == .input)
    #expect(less.error.contains("an epoch of the images has 3 steps, not 4 as when the run began"))
    var checkpoint = try Safetensors.read(run + "/checkpoint.safetensors")
    for note in ["images", "image_names", "image_sizes", "steps_per_epoch", "checksum"] {
      checkpoint.metadata[note] = nil
    }
    try Safetensors.write(checkpoint, to: run + "/checkpoint.safetensors")
    let old = Captured.run(resume + [folder.path + "/more"])
    #expect(old.code == .success)
    #expect(
      old.error
        == "note: \(run)/checkpoint.safetensors does not say which images the run began with; "
        + "these are taken to be the same\n")
    let begun = Captured.run(arguments(data, "--accept-changed-images"))
    #expect(begun.code == .usage && begun.error.contains("is for runs that are resumed"))
  }

  @Test func `short epochs do not write a checkpoint each`() throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/data"
    try fill(data, count: 4)
    let captured = Captured.run(
      arguments(data, "--epochs", "3", "--save-model-dir", folder.path + "/run"))
    #expect(captured.code == .success, "\(captured.error)")
    // One at the end, and so none before it.
    #expect(
      try folder.names("run") == [
        "checkpoint.safetensors", "config.json", "encoder.safetensors", "metrics.jsonl",
      ])
  }

  @Test func `an evaluation that fails does not end the run`() throws {
    let folder = try TemporaryFolder()
    let data = folder.path + "/data"
    for split in ["train", "test"] {
      try fill("\(data)/\(split)/cat", count: 4)
      try fill("\(data)/\(split)/dog", count: 4, broken: split == "test" ? 1 : nil)
    }
    let captured = Captured.run(
      arguments(data, "--eval-every", "2", "--save-model-dir", folder.path + "/run"))
    #expect(captured.code == .success)
    let lines = captured.error.split(separator: "\n")
    #expect(lines.count == 2)
    for (line, step) in zip(lines, [2, 4]) {
      #expect(line.hasPrefix("warning: no evaluation after step \(step): \(data)/test/dog/1.png: "))
      #expect(line.hasSuffix("; --eval-every 0 leaves evaluations out"))
    }
  }

  @Test func `images of one class are not evaluated`() throws {
    let folder = try TemporaryFolder()
    for split in ["train", "test"] { try fill("\(folder.path)/data/\(split)/all", count: 4) }
    let run = arguments(
      folder.path + "/data", "--log-every-n-steps", "1", "--save-model-dir", folder.path + "/run")
    let captured = Captured.run(run + ["--num-epochs", "3"])
    #expect(captured.error == "" && captured.code == .success)
    #expect(!captured.output.contains("evaluation"))
    #expect(
      Captured.run(run + ["--overwrite", "--eval-every", "2"]).error.contains(
        "no labelled train and test splits of two classes"))
  }

  @Test func `a reader of the output that goes away takes no run with it`() throws {
    let folder = try TemporaryFolder()
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let process = Executable(
      [
        "pretrain", "--dataset-name", "shapes", "--image-size", "8", "-b", "2000",
        "--save-model-dir", folder.path,
      ], output: pipe.fileHandleForWriting)
    try process.start(interruptingWhen: { try folder.text("metrics.jsonl").contains("\n") })
    #expect(process.code == ExitCode.interrupted.rawValue)
    #expect(try folder.names().contains("checkpoint.safetensors"))
  }

  @Test func `a resumed run is evaluated at the steps it was told, and its cost goes on`() throws {
    let folder = try TemporaryFolder()
    let (data, run) = (folder.path + "/data", folder.path + "/run")
    for place in ["train/cat", "train/dog", "test/cat", "test/dog"] {
      try fill("\(data)/\(place)", count: 4, broken: place == "train/cat" ? 3 : nil)
    }
    let begun = Captured.run(
      arguments(data, "--seed", "1", "--epochs", "2", "--eval-every", "2", "--save-model-dir", run))
    #expect(begun.code == .input)
    #expect(try folder.text("run/config.json").contains(#""eval_every": 2,"#))
    let metrics = try folder.text("run/metrics.jsonl")
    try (metrics + #"{"processor_seconds":2000,"seconds":1000,"step":3}"# + "\n").write(
      toFile: run + "/metrics.jsonl", atomically: true, encoding: .utf8)
    let start = ContinuousClock.now
    let rest = Captured.run("pretrain", "--resume", run, "--broken-images", "skip")
    let taken = (ContinuousClock.now - start) / .seconds(1)
    #expect(rest.code == .success)
    let total = try #require(
      rest.output.firstMatch(
        of: /\nthe run took (\d+) min (\d+) s, and (\d+) min (\d+) s of processors\n/)?.output)
    let seconds = try 60 * #require(Double(total.1)) + #require(Double(total.2))
    let ofProcessors = try 60 * #require(Double(total.3)) + #require(Double(total.4))
    // The text has whole seconds; other tests may take all processors meanwhile.
    #expect(seconds >= 1000 && seconds <= 1000 + taken + 1)
    let processors = Double(ProcessInfo.processInfo.processorCount)
    #expect(ofProcessors >= 2000 && ofProcessors <= 2000 + taken * processors + 1)
    struct Line: Decodable {
      let step: Int
      let seconds: Double
      let processorSeconds: Double
      let evalTop1: Double?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try folder.text("run/metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.filter { $0.evalTop1 != nil }.map(\.step) == [4, 6, 8])
    #expect(lines.last?.step == 8)
    for (earlier, later) in zip(lines, lines.dropFirst()) {
      #expect(later.seconds >= earlier.seconds)
      #expect(later.processorSeconds >= earlier.processorSeconds)
    }
    #expect(Captured.run("pretrain", "--resume", run, "--eval-every", "0").code == .success)
    #expect(try folder.text("run/config.json").contains(#""eval_every": 0,"#))
  }
}
