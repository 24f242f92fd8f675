internal import RelicNN

/// The options that decide a run and what is told of it, as its user sets them; config.json records
/// them.
struct RunOptions: PrefixSettings, Sendable {
  var configuration = PretrainingConfiguration()

  /// The side of a global view in pixels, or `nil` for that of the data set and the recipe.
  var imageSize: Int?

  /// The set of values that stands where nothing else was given; setting it sets these, and leaves the
  /// sides of images to be settled.
  var recipe = Recipe.reference {
    didSet {
      recipe.apply(to: &configuration)
      imageSize = nil
      configuration.wholeImageSize = nil
      givesBatchSize = false
      givesWarmup = false
    }
  }

  /// The file of the weights that a run starts from, or `nil` for random ones.
  var weights: String?

  /// What stands before the names of that file that are wanted.
  var prefix: String?

  /// The most millions of pixels that an image may have, or `nil` for Pillow's limit.
  var maxMegapixels: Int?

  /// What to do about an image that cannot be read.
  var brokenImages = BrokenImages.refuse

  /// How JPEG files are decoded.
  var decoding = ImageDecoding.full

  /// Steps between two linear evaluations, 0 for none, or `nil` for the default.
  var evaluationInterval: Int?

  /// Images per step, as they were given.
  var batchSize: Int {
    get { configuration.batchSize }
    set {
      configuration.batchSize = newValue
      givesBatchSize = true
    }
  }

  /// Whether the batch size was given: one that was not, a recipe's too, gives way to small sets.
  private(set) var givesBatchSize = false

  /// The steps of the warm-up.
  var warmupSteps: Int {
    get { configuration.warmupSteps }
    set {
      configuration.warmupSteps = newValue
      givesWarmup = true
    }
  }

  /// Whether the steps of the warm-up were given.
  private var givesWarmup = false

  /// Lowers a recipe's warm-up to a tenth of a run of `steps`, for it is meant for thousands.
  mutating func fitWarmup(toSteps steps: Int) {
    if !givesWarmup { configuration.warmupSteps = min(configuration.warmupSteps, steps / 10) }
  }

  /// Settles the sides of views and of the images that features are made of, and how large a part of an
  /// image a view shows, where these are not among the `given` options.
  mutating func settleImageSizes(given: Set<String>) {
    let sizes = recipe.sizes(
      of: datasetName?.imageSize ?? configuration.imageSize, view: imageSize,
      feature: configuration.wholeImageSize,
      outputStride: configuration.encoder.outputStride(stem: configuration.stem))
    imageSize = sizes.view
    // A recipe would take the side of views alone for a given one, and scale it.
    if sizes.feature != sizes.view || recipe.choosesSizes {
      configuration.wholeImageSize = sizes.feature
    }
    recipe.fitCrops(&configuration.viewStrength, to: sizes, given: given)
    takeImageSize()
  }

  /// Takes no recipe's start of the logits' scale for one that a run has not recorded: a fixed temperature
  /// or the model that it began with was in its place.
  mutating func takeScale(given: Set<String>) {
    guard !given.contains("logit_scale"), configuration.temperature != nil || weights != nil else {
      return
    }
    configuration.initialLogitScale = nil
  }

  /// Makes the side of views that a run has recorded that of its configuration.
  mutating func takeImageSize() {
    configuration.imageSize = imageSize ?? configuration.imageSize
  }

  /// The lengths that a run may have, in epochs.
  static let epochs = 1...65_535

  /// The sides that images may have, in pixels.
  static let imageSizes = 8...1024

  /// The data set of `configuration`, where its name is known.
  var datasetName: DatasetName? {
    get { DatasetName(rawValue: configuration.dataset) }
    set {
      configuration.dataset = newValue?.rawValue ?? configuration.dataset
      namesDataset = newValue != nil
    }
  }

  /// Whether the data set was named, or is the default.
  private(set) var namesDataset = false

  /// How they are typed, in the order that the help shows them.
  static let groups: [OptionGroup<RunOptions>] = [
    OptionGroup(
      "Data",
      [
        .choice(
          "--dataset-name", sets: \.datasetName, as: "NAME", "the images"),
        .value(
          "--dataset-path", sets: \.configuration.datasetPath, as: "DIR",
          "the folder the data set lies in; cifar10 and stl10 are fetched into it where missing"),
        .value(
          "--validation", sets: \.configuration.validationCount, as: "N", from: 0,
          "labelled training images to hold out; evaluations score by them, not by the test split"),
        .value(
          "--image-size", sets: \.imageSize, as: "N", from: imageSizes.lowerBound,
          to: imageSizes.upperBound,
          "side of a global view in pixels (default: the data set's own; with --recipe tuned half of "
            + "it, if that leaves the network's last stage more than a pixel)"),
        .value(
          "--feature-image-size", sets: \.configuration.wholeImageSize, as: "N",
          from: imageSizes.lowerBound, to: imageSizes.upperBound,
          "side of the images that features are made of (default: that of global views, or twice "
            + "it with --recipe tuned)"),
        .value(
          ImageSizeLimit.option, sets: \.maxMegapixels, as: "N", from: 1,
          to: ImageSizeLimit.most, ImageSizeLimit.help),
        .choice("--broken-images", sets: \.brokenImages, as: "NAME", BrokenImages.help),
        .choice("--decode", sets: \.decoding, as: "NAME", ImageDecoding.help),
        .value(
          "--num-global-views", sets: \.configuration.globalViews, as: "N", from: 2, to: 16,
          "large crops of each image, seen by both networks"),
        .value(
          "--num-local-views", sets: \.configuration.localViews, as: "N", from: 0, to: 16,
          "small crops of each image, seen by the online network"),
      ] + ViewStrength.options.map { $0.within(\.configuration.viewStrength) }),
    OptionGroup(
      "Model",
      [
        .choice(
          "--encoder-model-name", "-m", sets: \.configuration.encoder, as: "NAME", "the encoder"),
        .choice(
          "--stem", sets: \.configuration.stem, as: "NAME",
          "first layers of a ResNet: 7x7/2 and a pool, or for small images 3x3/1 (cifar) or 3x3/2 "
            + "(small)"),
        .value(
          "--proj-out-dim", sets: \.configuration.projectionOutputs, as: "N", from: 1, to: 65_536,
          "width of the projection head's output"),
        .value(
          "--proj-hidden-dim", sets: \.configuration.projectionHidden, as: "N", from: 1,
          to: 65_536, "width of the projection head's hidden layer"),
        .value(
          "--ckpt-path", sets: \.weights, as: "FILE",
          "start from the weights of a relic_model.pth or checkpoint.safetensors, or of an "
            + "encoder alone, such as torchvision's resnet18.pth"),
        prefixOption,
      ]),
    OptionGroup(
      "Training",
      [
        .preset(
          "--recipe", sets: \.recipe, as: "NAME",
          "values of options that are not given: the reference's, or those that did best in trials"
        ),
        .value(
          "--num-epochs", "--epochs", sets: \.configuration.epochs, as: "N",
          from: epochs.lowerBound, to: epochs.upperBound, "passes over the images"),
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 2, to: 65_536,
          "images per step; lowered for a small data set, unless it is given"),
        .value(
          "--learning-rate", "-lr", "--lr", sets: \.configuration.learningRate, as: "RATE",
          from: 0, "Adam's step size"),
        .value(
          "--warmup-epochs", sets: \.configuration.warmupEpochs, as: "N", from: 0, to: 65_535,
          "epochs over which the learning rate rises from 0"),
        .value(
          "--warmup-steps", sets: \.warmupSteps, as: "N", from: 0, to: 1_000_000_000,
          "steps over which it rises, beside those epochs; a recipe's are at most a tenth of all"),
        .choice(
          "--lr-schedule", sets: \.configuration.learningRateShape, as: "NAME",
          "the learning rate after the warm-up"),
        .value(
          "--lr-decay-start", sets: \.configuration.decayStart, as: "SHARE", from: 0, to: 1,
          "share of all steps after which the cosine begins, if not right after the warm-up"),
        .value(
          "--weight-decay", "-wd", "--wd", sets: \.configuration.weightDecay, as: "RATE", from: 0,
          "Adam's L2 penalty"),
        .flag(
          "--no-bias-norm-decay", sets: \.configuration.exemptsBiasAndNorm,
          "leave biases and normalisations out of the penalty"),
        .value(
          "--gamma", sets: \.configuration.emaDecay, as: "RATE", from: 0, to: 1,
          "decay of the target network, an exponential moving average, at the start"),
        .value(
          "--update-gamma-after-step", sets: \.configuration.copiesTargetThroughStep, as: "N",
          from: 0,
          "last step, counted from 0, after which the target is a copy of the online network"),
        .value(
          "--update-gamma-every-n-steps", sets: \.configuration.targetMoveInterval, as: "N",
          from: 1, "steps between two moves of the target"),
        .value(
          "--alpha", sets: \.configuration.alpha, as: "WEIGHT", from: 0,
          "weight of the invariance penalty"),
        .flag(
          "--use-siglip", sets: \.configuration.useSigLIP,
          "pairwise sigmoid loss in place of the cross-entropy"),
        .value(
          "--logit-scale", sets: \.configuration.initialLogitScale, as: "SCALE", above: 0,
          "trained scale of the logits at the start (default: 1, or 10 with --use-siglip)"),
        .value(
          "--tau", sets: \.configuration.temperature, as: "T", above: 0,
          "fixed temperature, on projections that are not normalised, in place of a trained scale"),
        .flag(
          "--fp16-precision", sets: \.configuration.fp16Precision,
          "multiply bfloat16 where that is faster, and keep what the backward pass needs in 16 bits"
        ),
        .flag(
          "--recompute", sets: \.configuration.recomputes,
          "compute views twice and keep one at a time: less memory, more time"),
        .value(
          "--shards", sets: \.configuration.shards, as: "N", from: 1, to: 4096,
          "parts of a batch, a power of two, that are computed each by itself: up to as many "
            + "processes then come to the same bits"),
        .value(
          "--log-every-n-steps", sets: \.configuration.logEveryNSteps, as: "N", from: 1,
          to: 1_000_000_000,
          "steps between two checkpoints; the end of an epoch has one, too, if a minute has passed"),
        .value(
          "--eval-every", sets: \.evaluationInterval, as: "N", from: 0,
          "steps between two linear evaluations on the labelled splits, 0 for none (default: "
            + "five times --log-every-n-steps)"),
        .value("--seed", sets: \.configuration.seed, as: "N", "seed of weights, order and views"),
      ]),
  ]

  /// The options that a resumed run may be given anew, for they do not change the weights it has.
  static let free: Set<String> = [
    "broken_images", "dataset_path", "eval_every", "max_image_megapixels", "num_epochs",
  ]

  /// The options of all groups.
  static var all: [Option<RunOptions>] { groups.flatMap(\.options) }
}
