import Foundation
import Testing

@testable import LinearProbe
@testable import RelicNN
@testable import relic

@Suite struct CommandLineTextTests {
  @Test(arguments: [
    "plain", "", "a b", "it's", "$(rm -rf x)", "`x`", "a\nb", "*", "\\", "\"", "~", "é",
  ])
  func `a shell reads a quoted word as it was`(_ word: String) throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "printf %s " + word.shellWord]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(String(decoding: output, as: UTF8.self) == word)
  }

  @Test(arguments: Recipe.allCases)
  func `the command of a run sets the run's options`(_ recipe: Recipe) throws {
    var options = RunOptions()
    options.recipe = recipe
    options.datasetName = .shapes
    options.configuration.datasetPath = "it's here"
    options.configuration.emaDecay = 0.9
    options.configuration.recomputes = true
    options.configuration.fp16Precision = false
    options.imageSize = 32
    options.weights = "resnet18.pth"
    options.prefix = "teacher"
    let words = CommandLineText.pretraining(options, into: "runs/a b")
    #expect(words.starts(with: ["relic", "pretrain"]))
    guard
      case .run(let command) = try ArgumentParser<PretrainCommand>().parse(
        Array(words.dropFirst(2)))
    else {
      Issue.record("\(words) asks for help")
      return
    }
    #expect(command.folder == "runs/a b")
    for option in RunOptions.all {
      #expect(option.get(command.recorded) == option.get(options), "\(option.name)")
    }
    // What is not said is as short as it can be, but small sets and short runs change these.
    #expect(words.count < 30, "\(words)")
    for option in ["--batch-size", "--warmup-steps"] { #expect(words.contains(option)) }
  }

  @Test func `crops are told where a recipe would fit them to sizes`() throws {
    var options = RunOptions()
    options.recipe = .tuned
    let words = CommandLineText.pretraining(options, into: "run")
    #expect(words.contains("--min-crop-scale") && words.contains("--max-crop-scale"))
    #expect(!CommandLineText.pretraining(RunOptions(), into: "run").contains("--min-crop-scale"))
  }

  @Test func `the commands of a run that was made longer begin by its first length`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    #expect(photos.pretrain("-b", "2").code == .success)
    for epochs in ["3", "4"] {
      #expect(Captured.run("pretrain", "--resume", photos.run, "--epochs", epochs).code == .success)
    }
    let run = RunFolder(path: photos.run)
    let former = try MetricsFile(path: run.metricsPath).formerLengths
    #expect(former.map(\.step) == [2, 6] && former.map(\.epochs) == [1, 3])
    let lines = CommandLineText.pretraining(
      try run.options(), longerFrom: former, stepsPerEpoch: 2, into: "it's")
    #expect(lines.count == 5)
    #expect(lines[0].contains("--num-epochs 1 "))
    #expect(lines[0].hasSuffix(#"--save-model-dir 'it'\''s'"#))
    #expect(
      lines.dropFirst() == [
        "# from step 2 on", #"relic pretrain --resume 'it'\''s' --num-epochs 3"#,
        "# from step 6 on", #"relic pretrain --resume 'it'\''s' --num-epochs 4"#,
      ])
    let early = CommandLineText.pretraining(
      try run.options(), longerFrom: [(step: 1, epochs: 3)], stepsPerEpoch: 2, into: "it")
    #expect(early[1] == "# interrupted after step 1, and from there on")
    let page = photos.path("report.html")
    #expect(Captured.run("report", run.path, "--no-images", "--output", page).code == .success)
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("# from step 6 on\n"))
  }

  /// Scores of small clouds of points by a probe.
  private static func scores(
    _ probe: Probe = Probe(), _ origin: FeatureDescription? = nil
  ) throws -> [ReportedScore] {
    func split(_ count: Int) -> LabeledFeatures {
      LabeledFeatures(
        features: Features(
          rows: count, columns: 3, elements: (0..<(3 * count)).map { Float($0 * $0 % 101) }),
        labels: (0..<count).map { $0 % 2 })
    }
    let folder = try FeatureFolder(train: split(60), test: split(20), origin: origin)
    return ReportedScore.all(of: try probe.evaluate(folder).scores)
  }

  private static func parsed(_ words: [String]) throws -> EvaluateCommand {
    guard case .run(let command) = try ArgumentParser<EvaluateCommand>().parse(words) else {
      Issue.record("\(words) asks for help")
      return EvaluateCommand()
    }
    return command
  }

  static let probes: [[String]] = [
    [], ["--protocol", "calibrated", "--plain", "--C", "0.5", "--max-iter", "7", "--tol", "0.01"],
    [
      "--protocol", "calibrated", "--class-weight", "balanced", "--convention", "sklearn-1.3",
      "--fit-intercept=false", "--scale", "standard",
    ],
    ["--solver", "whitened-lbfgs", "--fit-precision", "float32", "--scale", "unit"],
    ["--sweep", "dinov2", "--max-iter", "5"], ["--sweep", "clip", "--tol", "0.25"],
    ["--protocol", "knn"], ["--protocol", "knn", "--neighbors", "20"],
    ["--protocol", "knn", "--neighbors", "3", "--temperature", "0.5"],
  ]

  @Test(arguments: probes)
  func `the command of an evaluation sets the probe's options`(_ typed: [String]) throws {
    let probe = try Self.parsed(typed).scoring.complete
    let words = CommandLineText.evaluation(
      try Self.scores(probe), of: RunOptions(), in: "runs/a b")
    #expect(words.starts(with: ["relic", "evaluate", "runs/a b"]))
    let command = try Self.parsed(Array(words.dropFirst(2)))
    #expect(command.scoring.complete == probe, "\(words)")
    #expect(command.common.operands == ["runs/a b"])
    // A vote's two options stand together.
    #expect(words.count <= typed.count + 5, "\(words)")
  }

  @Test func `the command of an evaluation names what its features were made of`() throws {
    var options = RunOptions()
    options.datasetName = .folder
    options.configuration.validationCount = 10
    var origin = FeatureDescription(encoder: "runs/a", dataset: "folder")
    origin.validationCount = 10
    let usual = CommandLineText.evaluation(
      try Self.scores(Probe(), origin), of: options, in: "runs/a")
    #expect(usual == ["relic", "evaluate", "runs/a"])
    #expect(CommandLineText.evaluation([], of: options, in: "runs/a").isEmpty)
    origin = FeatureDescription(encoder: "runs/a (online)", dataset: "cifar10")
    origin.precision = "bfloat16"
    origin.pixelMean = [0.5, 0.25, 0.125]
    origin.pixelDeviation = [0.229, 0.224, 0.225]
    origin.maxImageMegapixels = 300
    origin.decoding = "reduced"
    let words = CommandLineText.evaluation(
      try Self.scores(Probe(), origin), of: options, in: "runs/a")
    let command = try Self.parsed(Array(words.dropFirst(2)))
    #expect(command.datasetName == .cifar10)
    #expect(command.validationCount == 0)
    #expect(command.network == .online)
    #expect(command.precision == .bfloat16)
    #expect(command.pixels.mean == ChannelNumbers.each([0.5, 0.25, 0.125]))
    #expect(command.pixels.deviation == ChannelNumbers.each([0.229, 0.224, 0.225]))
    #expect(command.files.maxMegapixels == 300)
    #expect(command.files.decoding == .reduced)
  }

  @Test func `long commands are broken between options`() {
    let words = ["relic"] + (0..<12).flatMap { ["--option-\($0)", "value \($0)"] }
    let lines = CommandLineText.joined(words).split(separator: "\n")
    #expect(lines.count > 2)
    for line in lines.dropFirst() { #expect(line.hasPrefix("  --")) }
    for line in lines.dropLast() { #expect(line.hasSuffix(" \\")) }
  }
}
