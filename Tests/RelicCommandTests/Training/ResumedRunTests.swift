import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// Runs that were interrupted, or whose files were damaged.
@Suite struct ResumedRunTests {
  @Test func `a run leaves its folder, and an interrupted one goes on to the same bits`() throws {
    let folder = try TemporaryFolder()
    let whole = Captured.run(ShortRun.small + ["--save-model-dir", folder.path + "/whole"])
    #expect(whole.error == "")
    #expect(whole.code == .success)
    #expect(
      try folder.names("whole") == [
        "checkpoint.previous.safetensors", "checkpoint.safetensors", "config.json",
        "encoder.safetensors", "metrics.jsonl",
      ])
    #expect(whole.output.contains("epoch 1/1  step 4/4  epoch loss "))

    let parts = Relic.executable(ShortRun.small + ["--save-model-dir", folder.path + "/parts"])
    try parts.start(interruptingWhen: { try folder.text("parts/metrics.jsonl").contains("\n") })
    #expect(parts.code == ExitCode.interrupted.rawValue)
    #expect(parts.errors.contains("interrupted: the step is being finished and saved; "))
    #expect(parts.errors.contains("go on with 'relic pretrain --resume \(folder.path)/parts'"))
    let rest = Captured.run("pretrain", "--resume", folder.path + "/parts")
    #expect(rest.error == "")
    for file in ["checkpoint.safetensors", "encoder.safetensors", "config.json"] {
      #expect(try folder.bytes("parts/" + file) == folder.bytes("whole/" + file), "\(file)")
    }
    let curves = try ["whole", "parts"].map { try losses(folder.text($0 + "/metrics.jsonl")) }
    #expect(curves[0].count == 4)
    #expect(curves[0] == curves[1])
    #expect(try !folder.text("whole/metrics.jsonl").contains("loss_scale"))
  }

  @Test func `a run asked to end in its last step ends with all that others end with`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let process = Relic.executable(
      ShortRun.small + ["-b", "8000", "--eval-every", "1", "--save-model-dir", run])
    // The file is made once signals are listened to, before the only step.
    try process.start(interruptingWhen: {
      FileManager.default.fileExists(atPath: run + "/metrics.jsonl")
    })
    #expect(process.code == ExitCode.success.rawValue)
    #expect(process.errors.contains("interrupted: the step is being finished and saved; "))
    #expect(try folder.text("run/metrics.jsonl").contains("\"eval_top1\":"))
    #expect(try Safetensors.metadata(of: run + "/checkpoint.safetensors")["step"] == "1")
  }

  @Test func `a run that has ended gets the evaluation and the events that it lacks`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/my run"
    let begun = Captured.run(ShortRun.small + ["--eval-every", "0", "--save-model-dir", run])
    #expect(begun.code == .success)
    let resumed = Captured.run("pretrain", "--resume", run, "--eval-every", "4", "--tensorboard")
    #expect(resumed.code == .success && resumed.error == "")
    #expect(
      resumed.output.contains(
        "after 1 epoch; train it longer with 'relic pretrain --resume '\(run)' --epochs 2'\n"))
    #expect(try folder.text("my run/metrics.jsonl").contains("\"eval_top1\":"))
    #expect(try folder.names("my run").contains { $0.hasPrefix("events.out.tfevents.") })
    // A name beyond all times is none of a file that TensorBoard has.
    try folder.write("my run/events.out.tfevents.9223372036854775807.x", Data())
    let names = try folder.names("my run")
    #expect(Captured.run("pretrain", "--resume", run).code == .success)
    #expect(try folder.names("my run") == names)
    // Two names that are one to Unicode.
    for name in ["e\u{301}", "\u{e9}"] { try folder.write("my run/\(name)", Data()) }
    #expect(Captured.run("info", run, "--json").code == .success)
  }

  @Test func `a resumed run tells what is wrong by the run and by what was typed`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain("--recipe", "tuned").code == .success)
    func error(_ options: String...) -> String {
      Captured.run(["pretrain", "--resume", photos.run] + options).error
    }
    let recipe = error("--recipe", "reference")
    #expect(recipe.contains("but '--recipe' is tuned in \(photos.run) and reference here"))
    let prefix = error("--prefix", "x")
    #expect(prefix.contains("but '--prefix' is left out in \(photos.run) and x here"))
    try Data("{".utf8).write(to: URL(filePath: photos.run + "/config.json"))
    let damaged = Captured.run("pretrain", "--resume", photos.run)
    #expect(damaged.code == .input)
    #expect(damaged.error.contains("put back the one that the run wrote, or name another run"))
  }

  @Test func `a damaged checkpoint falls back to the one before it, and says so`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let run = folder.path + "/run"
    let begun = Captured.run(try ShortRun.tiny(photos) + ["--save-model-dir", run])
    #expect(begun.error == "")
    let whole = try folder.bytes("run/checkpoint.safetensors")
    var damaged = whole
    damaged[damaged.count / 2] ^= 0x10
    try damaged.write(to: URL(fileURLWithPath: run + "/checkpoint.safetensors"))
    let resumed = Captured.run("pretrain", "--resume", run)
    #expect(resumed.code == .success)
    #expect(resumed.error.contains("its checksum does not fit its content"))
    #expect(resumed.error.contains("going on from the checkpoint before it, of step 2\n"))
    // The same steps again give the same bits, and the checkpoint before them is kept, not the
    // damaged one.
    #expect(try folder.bytes("run/checkpoint.safetensors") == whole)
    let previous = try CheckpointFile.read(run + "/checkpoint.previous.safetensors")
    #expect(previous.metadata["step"] == "2")
    for name in ["checkpoint", "checkpoint.previous"] {
      try damaged.write(to: URL(fileURLWithPath: "\(run)/\(name).safetensors"))
    }
    let refused = Captured.run("pretrain", "--resume", run)
    #expect(refused.code == .input)
    #expect(refused.error.contains("its checksum does not fit its content"))
  }

  @Test func `a run that goes on with another arithmetic says so`() throws {
    let photos = try PhotoFolder()
    #expect(
      Captured.run(try ShortRun.tiny(photos) + ["--save-model-dir", photos.run]).code == .success)
    let path = photos.run + "/checkpoint.safetensors"
    var checkpoint = try CheckpointFile.read(path)
    #expect(checkpoint.metadata["products"] == "float32")
    #expect(checkpoint.metadata["blas_core"] == BLAS.core)
    let encoder = try Safetensors.metadata(of: photos.run + "/encoder.safetensors")
    #expect(encoder["products"] == "float32" && encoder["blas_core"] == BLAS.core)
    checkpoint.metadata["products"] = "bfloat16"
    try CheckpointFile(path: path).write(checkpoint)
    #expect(
      Captured.run("pretrain", "--resume", photos.run).error
        == "note: until step 4 this run computed products in bfloat16 by BLAS core \(BLAS.core), and "
        + "here it computes products in float32 by BLAS core \(BLAS.core): its bits are no longer "
        + "those of a run on one machine\n")
  }

  @Test func `a run goes on under its own options alone`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain("--recipe", "tuned").code == .success)
    let resume = ["pretrain", "--resume", photos.run]
    for (option, recorded, value) in [
      ("--tau", "left out", "5.0"), ("--feature-image-size", "16", "24"),
    ] {
      let captured = Captured.run(resume + [option, value])
      #expect(captured.code == .usage)
      #expect(
        captured.error.contains(
          "'\(option)' is \(recorded) in \(photos.run) and \(value) here"),
        "\(captured.error)")
    }
    // Its batch and warm-up are not the recipe's, for there are four images.
    let same = Captured.run(resume + ["--recipe", "tuned"])
    #expect(same.code == .success, "\(same.error)")
    let other = Captured.run(resume + ["--recipe", "reference"])
    #expect(other.code == .usage)
  }

  @Test func `an evaluation that an interruption prevented is made when the run goes on`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    #expect(
      Captured.run(ShortRun.small + ["--eval-every", "4", "--save-model-dir", run]).code == .success
    )
    let lines = try folder.text("run/metrics.jsonl").split(separator: "\n")
    let kept = lines.filter { !$0.contains("eval_top1") }
    try (kept.joined(separator: "\n") + "\n").write(
      toFile: run + "/metrics.jsonl", atomically: true, encoding: .utf8)
    #expect(Captured.run("pretrain", "--resume", run, "--epochs", "2").code == .success)
    let scored = try folder.text("run/metrics.jsonl").split(separator: "\n").filter {
      $0.contains("eval_top1")
    }
    #expect(scored.map { $0.contains(#""step":4"#) } == [true, false])
    #expect(scored.map { $0.contains(#""step":8"#) } == [false, true])
  }

  @Test func `a resumed run refuses other options`() throws {
    let folder = try TemporaryFolder()
    try #"{"dataset_name": "shapes", "seed": 1}"#.write(
      toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    #expect(
      Captured.run("pretrain", "--resume", folder.path, "--seed", "2").error == """
        relic: a resumed run keeps its options, but '--seed' is 1 in \(folder.path) and 2 here; \
        leave it out, or start a new run

        """)
    #expect(Captured.run("pretrain", "--resume", folder.path, "--seed", "2").code == .usage)
    for other in ["other", PretrainCommand().folder] {
      #expect(
        Captured.run("pretrain", "--resume", folder.path, "--save-model-dir", other).error.contains(
          "leave out --save-model-dir"))
    }
    #expect(
      Captured.run("pretrain", "--resume", folder.path).error.hasSuffix(
        "start again with '--config \(folder.path)/config.json --save-model-dir \(folder.path) "
          + "--overwrite'\n"))
    #expect(
      Captured.run("pretrain", "--resume", folder.path, "--overwrite").error
        == "relic: '--resume' goes on with a run, and '--overwrite' replaces one; give one of "
        + "them\n")
    #expect(
      Captured.run("pretrain", "--resume", "/no/run")
        == Captured(
          error: "relic: /no/run: holds no run; name the folder that 'relic pretrain "
            + "--save-model-dir' wrote\n", code: .input))
  }

  @Test func `a loss that is not finite ends the run and keeps the checkpoint`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let captured = Captured.run(
      try ShortRun.tiny(photos) + [
        "--learning-rate", "1e30", "--log-every-n-steps", "1", "--save-model-dir", folder.path,
      ])
    #expect(captured.code == .notFinite)
    #expect(captured.error.contains("from the weights of the last checkpoint"))
    let checkpoint = try Safetensors.read(folder.path + "/checkpoint.safetensors")
    #expect(checkpoint.metadata["step"] == "1")
    #expect(checkpoint.names.allSatisfy { checkpoint.tensor($0)?.isFinite ?? true })
  }

  private func losses(_ metrics: String) throws -> [Double] {
    struct Line: Decodable { let loss: Double }
    return try metrics.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8)).loss
    }
  }
}
