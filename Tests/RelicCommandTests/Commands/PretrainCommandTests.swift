import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct PretrainCommandTests {
  /// Four steps of a run whose images are so small that it takes seconds.
  private static let small = [
    "pretrain", "--dataset-name", "shapes", "--image-size", "8", "--num_epochs", "1", "-b", "2000",
    "--log-every-n-steps", "2",
  ]

  /// As many steps on copies of one photo, which take less time and cannot be scored.
  private static func tiny(_ photos: borrowing PhotoFolder) throws -> [String] {
    try photos.add("1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png")
    return [
      "pretrain", photos.photos, "--image-size", "8", "--num_epochs", "1", "-b", "2",
      "--log-every-n-steps", "2",
    ]
  }

  @Test func `the reference's published commands are understood as typed`() throws {
    let cifar = [
      "--dataset_name", "cifar10", "--encoder_model_name", "resnet18", "--fp16_precision",
      "--gamma", "0.99", "--alpha", "1.0",
    ]
    guard case .run(let command) = try ArgumentParser<PretrainCommand>().parse(cifar) else {
      Issue.record("no run")
      return
    }
    var expected = PretrainingConfiguration()
    expected.dataset = "cifar10"
    expected.fp16Precision = true
    expected.emaDecay = 0.99
    #expect(command.configuration == expected)
  }

  @Test func `every option of the reference is understood as typed`() throws {
    let typed = [
      "--dataset_path", "d", "--dataset_name", "cifar10", "-m", "resnet50", "-save_model_dir", "s",
      "--num_epochs", "7", "-b", "8", "-lr", "0.5", "-wd", "0.25", "--fp16_precision",
      "--proj_out_dim", "3", "--proj_hidden_dim", "5", "--log_every_n_steps", "9", "--gamma", "0.5",
      "--use_siglip", "--alpha", "2", "--update_gamma_after_step", "4",
      "--update_gamma_every_n_steps", "6", "--ckpt_path", "c", "--num_global_views", "3",
      "--num_local_views", "2",
    ]
    guard case .run(let command) = try ArgumentParser<PretrainCommand>().parse(typed) else {
      Issue.record("no run")
      return
    }
    var expected = PretrainingConfiguration()
    expected.datasetPath = "d"
    expected.dataset = "cifar10"
    expected.encoder = .resnet50
    expected.epochs = 7
    expected.batchSize = 8
    expected.learningRate = 0.5
    expected.weightDecay = 0.25
    expected.fp16Precision = true
    expected.projectionOutputs = 3
    expected.projectionHidden = 5
    expected.logEveryNSteps = 9
    expected.emaDecay = 0.5
    expected.useSigLIP = true
    expected.alpha = 2
    expected.copiesTargetThroughStep = 4
    expected.targetMoveInterval = 6
    expected.globalViews = 3
    expected.localViews = 2
    #expect(command.configuration == expected)
    #expect(command.folder == "s")
    #expect(command.weights == "c")
  }

  @Test(arguments: ["--weight-decay", "--wd"])
  func `every option that decides a run beside these is understood as typed`(
    _ weightDecay: String
  ) throws {
    let typed = [
      "--validation", "11", "--feature-image-size", "24", "--min-crop-scale", "0.3",
      "--max-crop-scale", "0.7", "--jitter", "0.25", "--gray-probability", "0.1",
      "--blur-probability", "0.6", "--solarize-probability", "0.4", "--stem", "small",
      "--warmup-epochs", "3", "--warmup-steps", "13", "--lr-schedule", "cosine",
      "--lr-decay-start", "0.75", weightDecay, "0.125", "--no-bias-norm-decay",
      "--logit-scale", "4", "--tau", "0.5", "--recompute", "--shards", "8", "--seed", "9",
    ]
    guard case .run(let command) = try ArgumentParser<PretrainCommand>().parse(typed) else {
      Issue.record("no run")
      return
    }
    var expected = PretrainingConfiguration()
    expected.validationCount = 11
    expected.wholeImageSize = 24
    expected.viewStrength.minimumCropScale = 0.3
    expected.viewStrength.maximumCropScale = 0.7
    expected.viewStrength.jitter = 0.25
    expected.viewStrength.grayscaleProbability = 0.1
    expected.viewStrength.blurProbability = 0.6
    expected.viewStrength.solarizeProbability = 0.4
    expected.stem = .small
    expected.warmupEpochs = 3
    expected.warmupSteps = 13
    expected.learningRateShape = .cosine
    expected.decayStart = 0.75
    expected.weightDecay = 0.125
    expected.exemptsBiasAndNorm = true
    expected.initialLogitScale = 4
    expected.temperature = 0.5
    expected.recomputes = true
    expected.shards = 8
    expected.seed = 9
    #expect(command.configuration == expected)
  }

  @Test(arguments: [
    "dataset_path ./data", "num_global_views 2", "num_local_views 0", "encoder_model_name resnet18",
    "stem imagenet", "proj_out_dim 64", "proj_hidden_dim 512", "num_epochs 100", "batch_size 256",
    "learning_rate 0.0003", "lr_schedule constant", "warmup_epochs 0", "weight_decay 1e-05",
    "no_bias_norm_decay false", "gamma 0.995", "update_gamma_after_step 1",
    "update_gamma_every_n_steps 1", "alpha 1.0", "use_siglip false", "fp16_precision false",
    "log_every_n_steps 400",
  ])
  func `the defaults are the reference's`(_ expected: String) {
    let values = RunOptions.all.map { "\($0.key) \($0.get(RunOptions()) ?? "-")" }
    #expect(values.contains(expected))
    #expect(PretrainCommand().configuration.dataset == "stl10")
  }

  @Test func `a run leaves its folder, and an interrupted one goes on to the same bits`() throws {
    let folder = try TemporaryFolder()
    let whole = Captured.run(Self.small + ["--save-model-dir", folder.path + "/whole"])
    #expect(whole.error == "")
    #expect(whole.code == .success)
    #expect(
      try folder.names("whole") == [
        "checkpoint.previous.safetensors", "checkpoint.safetensors", "config.json",
        "encoder.safetensors", "metrics.jsonl",
      ])
    #expect(whole.output.contains("epoch 1/1  step 4/4  epoch loss "))

    let parts = Relic.executable(Self.small + ["--save-model-dir", folder.path + "/parts"])
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

  @Test func `the target is scored on the labelled splits while the run goes on`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      Self.small + ["--fp16-precision", "--eval-every", "4", "--save-model-dir", folder.path])
    #expect(captured.error == "")
    #expect(captured.output.contains("evaluation after step 4: top-1 "))
    struct Line: Decodable {
      let step: Int
      let evalTop1: Double?
      let evalKnnTop1: Double?
      let spread: Double?
      let lossScale: Float?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try folder.text("metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(Line.self, from: Data($0.utf8))
    }
    let scored = try #require(lines.first { $0.evalTop1 != nil })
    #expect(lines.count == 5 && scored.step == 4)
    #expect(try #require(scored.evalTop1) > 0.1)
    #expect(try #require(scored.evalKnnTop1) > 0.1)
    #expect(lines.filter { $0.spread.map { $0 > 0 && $0 < 1 } ?? false }.map(\.step) == [2, 4])
    #expect(lines.compactMap(\.lossScale) == [65536, 65536, 65536, 65536])
  }

  @Test func `weights of the reference's model start a run`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let tiny = try Self.tiny(photos)
    var configuration = PretrainingConfiguration()
    configuration.seed = 7
    var generator = Philox(seed: configuration.seed, purpose: .weights)
    let encoder = ResNet(.eighteen, stem: configuration.stem, using: &generator)
    let weights = Pretraining(encoder, configuration, stepsPerEpoch: 4).checkpoint()
    let path = folder.path + "/weights.safetensors"
    try Safetensors.write(weights, to: path)
    let captured = Captured.run(
      tiny + [
        "--learning-rate", "0", "--ckpt-path", path, "--save-model-dir",
        folder.path + "/run",
      ])
    #expect(captured.error == "")
    #expect(captured.output.hasPrefix("\(path): weights only; "))
    let after = try Safetensors.read(folder.path + "/run/checkpoint.safetensors")
    let name = "online_encoder.0.0.weight"
    #expect(after[name] == weights[name])
  }

  @Test func `a damaged checkpoint falls back to the one before it, and says so`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let run = folder.path + "/run"
    let begun = Captured.run(try Self.tiny(photos) + ["--save-model-dir", run])
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

  private func losses(_ metrics: String) throws -> [Double] {
    struct Line: Decodable { let loss: Double }
    return try metrics.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8)).loss
    }
  }

  @Test func `an encoder is scored without its checkpoint, and if scores cannot be kept`() throws {
    let folder = try TemporaryFolder()
    let trained = Captured.run(
      Self.small + ["--eval-every", "0", "--save-model-dir", folder.path])
    #expect(trained.error == "")
    try FileManager.default.removeItem(atPath: folder.path + "/checkpoint.safetensors")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/evaluation.json", withIntermediateDirectories: false)
    let captured = Captured.run("evaluate", folder.path, "--max-iter", "5")
    #expect(captured.code == .output)
    #expect(captured.error.contains("relic: \(folder.path)/evaluation.json: cannot be written: "))
    #expect(captured.output.contains("Top-1 %"), "\(captured.output)")
    #expect(captured.output.contains("shapes"), "\(captured.output)")
  }

  @Test(arguments: [[], ["--overwrite"]])
  func `a folder that another process trains in is refused by its name`(_ more: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/r"
    let lock = try FolderLock(path, writing: [])
    let captured = Captured.run(Self.small + ["--save-model-dir", path] + more)
    #expect(captured.code == .output)
    #expect(captured.error.hasPrefix("relic: \(path): another process is writing to it; "))
    #expect(try folder.names("r") == [])
    lock.release()
  }

  @Test(arguments: [
    "checkpoint.safetensors.12-3.partial", "checkpoint.previous.safetensors.12-0.partial",
  ])
  func `what a killed run left unfinished goes when the next begins`(_ left: String) throws {
    let folder = try TemporaryFolder()
    try "left".write(toFile: "\(folder.path)/\(left)", atomically: true, encoding: .utf8)
    let photos = try PhotoFolder()
    let captured = Captured.run(try Self.tiny(photos) + ["--save-model-dir", folder.path])
    #expect(captured.error == "")
    #expect(try !folder.names().contains { $0.hasSuffix(".partial") })
  }

  @Test func `a folder that holds a run is not overwritten`() throws {
    let folder = try TemporaryFolder()
    try "{}".write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let captured = Captured.run(Self.small + ["--save-model-dir", folder.path])
    #expect(captured.code == .input)
    #expect(
      captured.error == """
        relic: \(folder.path): already holds a run; go on with '--resume \(folder.path)', name \
        another --save-model-dir, or replace it with --overwrite

        """)
    #expect(try folder.text("config.json") == "{}")
  }

  @Test func `a run goes on under its own options alone`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain("--recipe", "tuned").code == .success)
    let resume = ["pretrain", "--resume", photos.run]
    for (option, value) in [("--tau", "5.0"), ("--feature-image-size", "24")] {
      let captured = Captured.run(resume + [option, value])
      #expect(captured.code == .usage)
      #expect(
        captured.error.contains("'\(option)' is left out in \(photos.run) and \(value) here"),
        "\(captured.error)")
    }
    // Its batch and warm-up are not the recipe's, for there are four images.
    let same = Captured.run(resume + ["--recipe", "tuned"])
    #expect(same.code == .success, "\(same.error)")
    let other = Captured.run(resume + ["--recipe", "reference"])
    #expect(other.code == .usage)
  }

  @Test func `features and events that are there are not lost without a word`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let features = ["features", "features-online", "features-random-init", "features-raw-pixels"]
    for name in features {
      try folder.write("run/\(name)/features.json", Data())
      try folder.write("run/\(name)/train_features.npy", Data())
      let captured = Captured.run(Self.small + ["--save-model-dir", run])
      #expect(captured.code == .input)
      #expect(captured.error.contains("/features.json: is there already"), "\(captured.error)")
    }
    try folder.write("run/notes.txt", Data())
    try folder.write("run/events.out.tfevents.1", Data())
    let captured = Captured.run(Self.small + ["--save-model-dir", run])
    #expect(captured.error.contains("\(run)/events.out.tfevents.1: is there already"))
    let photos = try PhotoFolder()
    let replaced = Captured.run(
      try Self.tiny(photos) + ["--overwrite", "--save-model-dir", run])
    #expect(replaced.code == .success, "\(replaced.error)")
    #expect(try folder.names("run").contains("notes.txt"))
    for name in features { #expect(try folder.names("run/" + name) == [], "\(name)") }
    #expect(try !folder.names("run").contains("events.out.tfevents.1"))
  }

  @Test func `an evaluation that an interruption prevented is made when the run goes on`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    #expect(
      Captured.run(Self.small + ["--eval-every", "4", "--save-model-dir", run]).code == .success)
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

  @Test func `a file that a run would write is not replaced either`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/encoder.safetensors"
    try "mine".write(toFile: path, atomically: true, encoding: .utf8)
    let captured = Captured.run(Self.small + ["--save-model-dir", folder.path])
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(path): is there already, and a run would "))
    #expect(try folder.names() == ["encoder.safetensors"])
    #expect(try folder.text("encoder.safetensors") == "mine")
  }

  @Test func `a demo is of the built-in images, whatever lies in the usual folder`() {
    let pretraining = DemoCommand().pretraining
    #expect(pretraining.recorded.datasetName == .shapes && pretraining.recorded.namesDataset)
  }

  @Test(arguments: [("config.json", #"{"dataset_name": "cifar10"}"#), ("metrics.jsonl", "mine")])
  func `a demo replaces nothing but a demo`(_ name: String, _ text: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      Captured.run("demo", "--output", folder.path)
        == Captured(
          error: "relic: '--output' is \(folder.path), where \(path) is of no demo; name another "
            + "folder\n", code: .usage))
    #expect(try folder.names() == [name] && folder.text(name) == text)
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
    #expect(
      Captured.run("pretrain", "--resume", folder.path, "--save-model-dir", "other").error.contains(
        "leave out --save-model-dir"))
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

  @Test func `more images in a batch than in the data are refused before anything is written`()
    throws
  {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "pretrain", "--dataset-name", "shapes", "-b", "8001", "--save-model-dir", folder.path + "/r")
    #expect(
      captured
        == Captured(
          error:
            "relic: '--batch-size' is 8001, but shapes has 8000 images; choose a smaller one\n",
          code: .usage))
    #expect(try folder.names() == [])
  }

  @Test func `gradient accumulation is refused with the reason`() {
    let captured = Captured.run("pretrain", "--gradient_accumulation_steps", "4")
    #expect(captured.code == .usage)
    #expect(captured.error.contains("does not enlarge the set of negatives"))
  }

  @Test func `a data set that is not there is named with a remedy`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "pretrain", "--dataset-name", "folder", "--dataset-path", folder.path + "/none",
      "--save-model-dir", folder.path + "/r")
    #expect(captured.code == .input)
    #expect(
      captured.error == "relic: \(folder.path)/none: not found; name a folder of images by "
        + "--dataset-path\n")
    #expect(try folder.names() == [])
  }

  @Test func `weights that do not fit are refused by the file's name`() throws {
    let folder = try TemporaryFolder()
    let file = Fixtures.path("formats/relic_model.pth")
    let captured = Captured.run(
      Self.small + ["--ckpt-path", file, "--save-model-dir", folder.path + "/r"])
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(file): "), "\(captured.error)")
    #expect(captured.error.contains("missing online_encoder.0.layer3.0"), "\(captured.error)")
    #expect(try folder.names() == [])
    try "{}".write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let both = Captured.run("pretrain", "--resume", folder.path, "--ckpt-path", file)
    #expect(both.code == .usage && both.error.contains("leave out --ckpt-path and --config"))
  }

  @Test func `a loss that is not finite ends the run and keeps the checkpoint`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let captured = Captured.run(
      try Self.tiny(photos) + [
        "--learning-rate", "1e30", "--log-every-n-steps", "1", "--save-model-dir", folder.path,
      ])
    #expect(captured.code == .notFinite)
    #expect(captured.error.contains("from the weights of the last checkpoint"))
    let checkpoint = try Safetensors.read(folder.path + "/checkpoint.safetensors")
    #expect(checkpoint.metadata["step"] == "1")
    #expect(checkpoint.names.allSatisfy { checkpoint.tensor($0)?.isFinite ?? true })
  }
}
