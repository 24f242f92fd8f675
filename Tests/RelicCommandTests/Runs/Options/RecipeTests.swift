import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct RecipeTests {
  private func parsed(_ arguments: String...) throws -> RunOptions { try parsed(arguments) }

  private func parsed(_ arguments: [String]) throws -> RunOptions {
    try command(arguments).recorded
  }

  /// The options as a run takes them.
  private func settled(_ arguments: [String]) throws -> RunOptions {
    var command = try command(arguments)
    command.recorded.settleImageSizes(given: command.common.given)
    return command.recorded
  }

  private func command(_ arguments: [String]) throws -> PretrainCommand {
    guard case .run(let command) = try ArgumentParser<PretrainCommand>().parse(arguments) else {
      throw UsageError.conflict("help was asked for", remedy: "")
    }
    return command
  }

  @Test func `the reference's recipe is the default`() throws {
    #expect(try parsed().configuration == PretrainingConfiguration())
    #expect(try parsed("--recipe", "reference").configuration == PretrainingConfiguration())
  }

  @Test func `a recipe sets what is not given, wherever it stands`() throws {
    let after = try parsed("--batch-size", "32", "--jitter", "1", "--recipe", "tuned")
    let before = try parsed("--recipe", "tuned", "--batch-size", "32", "--jitter", "1")
    #expect(after.configuration == before.configuration)
    var expected = Recipe.tuned.values
    expected.batchSize = 32
    expected.viewStrength.jitter = 1
    #expect(after.configuration == expected)
    #expect(expected.globalViews == 8 && expected.viewStrength.blurProbability == 0)
  }

  @Test(arguments: [
    (["--recipe", "tuned"], 48, 96), (["--recipe", "tuned", "--image-size", "64"], 64, 128),
    (["--recipe", "tuned", "--image-size", "1024"], 1024, 1024),
    (["--recipe", "tuned", "--feature-image-size", "160"], 80, 160),
    (["--recipe", "tuned", "--image-size", "96", "--feature-image-size", "96"], 96, 96),
    (["--recipe", "tuned", "--dataset-name", "cifar10"], 32, 32), ([], 96, 96),
    (["--recipe", "tuned", "--dataset-name", "cifar10", "--image-size", "40"], 40, 80),
    (["--recipe", "tuned", "--dataset-name", "cifar10", "--stem", "small"], 32, 32),
    (["--recipe", "tuned", "--dataset-name", "cifar10", "--stem", "cifar"], 16, 32),
    (["--recipe", "tuned", "--dataset-name", "cifar10", "-m", "efficientnet"], 32, 32),
    (["--dataset-name", "cifar10"], 32, 32), (["--image-size", "64"], 64, 64),
    (["--feature-image-size", "160"], 96, 160),
    (["--recipe", "tuned", "--feature-image-size", "12"], 12, 12),
    (["--recipe", "tuned", "--feature-image-size", "18", "--stem", "cifar"], 9, 18),
  ])
  func `tuned views are half as large as the images that features are made of`(
    _ arguments: [String], _ view: Int, _ feature: Int
  ) throws {
    let options = try settled(arguments)
    let configuration = options.configuration
    #expect(configuration.imageSize == view && options.imageSize == view)
    #expect(configuration.featureImageSize == feature)
    // What is recorded is what is taken from the record.
    let folder = try TemporaryFolder()
    try ConfigurationFile.text(RunOptions.all, of: options)
      .write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let again = try settled(["--config", folder.path + "/config.json"])
    #expect(again.configuration == configuration)
    guard options.recipe == .tuned else { return }
    // Crops of about their own resolution, or large ones where views are as large as the images.
    let strength = configuration.viewStrength
    let crops = (strength.minimumCropScale, strength.maximumCropScale)
    #expect(crops == (view == feature ? (0.2, 1) : (0.15, 0.5)))
  }

  @Test func `crops that were given stay, typed or from a file`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    let small = ["--recipe", "tuned", "--dataset-name", "cifar10"]
    let typed = try settled(small + ["--min-crop-scale", "0.15", "--max-crop-scale", "0.5"])
    #expect(typed.configuration.viewStrength == Recipe.tuned.values.viewStrength)
    try ConfigurationFile.text(RunOptions.all, of: typed)
      .write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try settled(["--config", path]).configuration == typed.configuration)
    let anew = try settled(["--config", path, "--recipe", "reference"]).configuration
    #expect(anew.viewStrength == ViewStrength())
  }

  @Test(arguments: ["pretrain", "views"])
  func `crops that a recipe has fitted are checked as those that were given`(
    _ command: String
  ) throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png")
    let (output, file) =
      command == "views" ? ("--output", "v.png") : ("--save-model-dir", "made")
    func run(_ options: String...) -> Captured {
      Captured.run(
        [command, photos.photos, "--recipe", "tuned", "--image-size", "16", output]
          + [photos.path(file)] + options + (command == "pretrain" ? ["--epochs", "1"] : []))
    }
    let refused = run("--max-crop-scale", "0.17")
    #expect(refused.code == .usage)
    #expect(refused.error.contains("'--min-crop-scale' is 0.2, and '--max-crop-scale' 0.17"))
    #expect(!FileManager.default.fileExists(atPath: photos.path(file)))
    #expect(run("--min-crop-scale", "0.6").code == .success)
  }

  @Test func `what no recipe names stays as it was given`() throws {
    let options = try parsed("--epochs", "3", "--recipe", "tuned", "--seed", "7")
    #expect(options.configuration.epochs == 3)
    #expect(options.configuration.seed == 7)
  }

  @Test func `a recipe's warm-up is a tenth of a short run, one that was given stays`() throws {
    for (arguments, steps, expected) in [
      (["--recipe", "tuned"], 40, 4), (["--recipe", "tuned"], 3_010, 300), ([], 40, 0),
      (["--recipe", "tuned", "--warmup-steps", "300"], 40, 300), (["--warmup-steps", "8"], 9, 8),
    ] {
      var options = try parsed(arguments)
      options.fitWarmup(toSteps: steps)
      #expect(options.configuration.warmupSteps == expected, "\(arguments), \(steps)")
    }
  }

  @Test func `a recorded recipe gives way to the values beside it`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    let options = try parsed("--recipe", "tuned", "--alpha", "2", "--learning-rate", "0.25")
    try ConfigurationFile.text(RunOptions.all, of: options)
      .write(toFile: path, atomically: true, encoding: .utf8)
    let again = try parsed("--config", path)
    #expect(again.configuration == options.configuration)
    #expect(again.recipe == .tuned)
    // The command line wins over the file, also where it names a recipe.
    let other = try parsed("--config", path, "--recipe", "reference")
    #expect(other.configuration.learningRate == 3e-4)
    #expect(other.configuration.alpha == 2)
    // One that the file has already changes nothing of it.
    let same = try parsed("--config", path, "--recipe", "tuned")
    #expect(same.configuration == options.configuration)
  }

  @Test(arguments: Recipe.allCases)
  func `a recipe typed over another's settled run settles sizes anew`(_ recipe: Recipe) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    let other = recipe == .tuned ? Recipe.reference : .tuned
    let options = try settled(["--recipe", other.rawValue])
    try ConfigurationFile.text(RunOptions.all, of: options)
      .write(toFile: path, atomically: true, encoding: .utf8)
    for sizes in [[], ["--image-size", "64"]] {
      let again = try settled(["--config", path, "--recipe", recipe.rawValue] + sizes)
      let alone = try settled(["--recipe", recipe.rawValue] + sizes)
      #expect(again.configuration == alone.configuration)
    }
  }

  @Test func `a recipe that is not known is refused with those that are`() throws {
    #expect(throws: UsageError.self) { try parsed("--recipe", "tunde") }
    let captured = Captured.run("pretrain", "--recipe", "tunde")
    #expect(captured.error.contains("reference or tuned"))
    #expect(captured.code == .usage)
  }
}
