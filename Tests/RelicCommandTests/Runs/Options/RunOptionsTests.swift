import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// What is typed, and what it sets.
@Suite struct RunOptionsTests {
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
    #expect(command.recorded.weights == "c")
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

  @Test func `gradient accumulation is refused with the reason`() {
    let captured = Captured.run("pretrain", "--gradient_accumulation_steps", "4")
    #expect(captured.code == .usage)
    #expect(captured.error.contains("does not enlarge the set of negatives"))
  }
}
