internal import RelicNN

/// `relic views`: a drawing of what a pretraining run sees.
struct ViewsCommand: DatasetCommand {
  static let name = "views"
  static let summary = "draw augmented views of some images as a PNG file"
  static let discussion = """
    Each row shows an image of the training split and views of it, large crops and then small
    ones: those that the first epoch of a run sees that has the same options. A FOLDER of images is
    what --dataset-path names; without either the images are those that the program draws.

      relic views photos --recipe tuned
      relic views --dataset-name cifar10 --num-local-views 2 --output views.png
    """
  static let operandPlaceholder: String? = "[FOLDER]"
  static let options: [OptionGroup<ViewsCommand>] = [
    OptionGroup(
      "Views",
      [
        .choice(
          "--dataset-name", sets: \.datasetName, as: "NAME",
          "the images (default: what lies in the folder that is named, else shapes)"),
        .value(
          "--dataset-path", sets: \.datasetPath, as: "DIR", "the folder the data set lies in"),
        .value(
          "--image-size", sets: \.imageSize, as: "N", from: RunOptions.imageSizes.lowerBound,
          to: RunOptions.imageSizes.upperBound,
          "side of a large crop in pixels (default: the data set's own; with --recipe tuned half of "
            + "it, if that leaves the network's last stage more than a pixel)"),
        .value(
          "--images", sets: \.images, as: "N", from: 1, to: 256, "images to draw, a row for each"),
        .value(
          "--num-global-views", sets: \.globalViews, as: "N", from: 0, to: 16,
          "large crops of each image"),
        .value(
          "--num-local-views", sets: \.localViews, as: "N", from: 0, to: 16,
          "small crops of each image"),
        .preset(
          "--recipe", sets: \.recipe, as: "NAME",
          "size and strength of views whose numbers are not given"),
        .choice(
          "--encoder-model-name", "-m", sets: \.encoder, as: "NAME",
          "the encoder, by which a recipe chooses sizes"),
        .choice("--stem", sets: \.stem, as: "NAME", "first layers of a ResNet, likewise"),
      ] + ViewStrength.options.map { $0.within(\.strength) } + [
        .value("--seed", sets: \.seed, as: "N", "seed of the views"),
        .value("--output", sets: \.output, as: "FILE", "the PNG file to write"),
        maxMegapixelsOption, mirrorOption,
      ])
  ]

  var datasetName: DatasetName?
  var datasetPath = "./data"
  var imageSize: Int?
  var images = 8
  var globalViews = 6
  var localViews = 0
  var strength = ViewStrength()
  var recipe = Recipe.reference {
    didSet { strength = recipe.values.viewStrength }
  }
  var encoder = EncoderModel.resnet18
  var stem = Stem.imagenet
  var seed: UInt64 = 42
  var output = "views.png"
  var files = DatasetFiles()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    try UsageError.check(output, endsIn: "png")
    let folder = try typedFolder(byOption: datasetPath, of: datasetName)
    let path = folder ?? datasetPath
    // What is wrong with a folder without images is told when it is opened.
    let name =
      datasetName ?? folder.map { DatasetName(foundIn: $0) ?? .folder } ?? DatasetName.shapes
    if !recipe.choosesSizes {
      try refuse(
        "--encoder-model-name", "--stem",
        because: "is for recipes that choose sizes by the network")
    }
    let sizes = recipe.sizes(
      of: name.imageSize, view: imageSize, feature: nil,
      outputStride: encoder.outputStride(stem: stem))
    let size = sizes.view
    var strength = strength
    recipe.fitCrops(&strength, to: sizes, given: common.given)
    try strength.check()
    try files.fetchIfMissing(name, in: path, console)
    let dataset = try files.open(name.rawValue, in: path, name.pretrainingSplit)
    let rows = min(images, dataset.count)
    let (scale, gap) = (max(1, 96 / size), 4)
    let cell = size * scale + gap
    let (width, height) = ((1 + globalViews + localViews) * cell + gap, rows * cell + gap)
    guard width * height <= RGBImage.largestPNG else {
      throw UsageError.conflict(
        "the drawing would have \(width) x \(height) pixels",
        remedy: "choose fewer --images or views, or a smaller --image-size")
    }
    var drawing = PNGImage(width: width, height: height, grey: 255)
    for row in 0..<rows {
      // Spread over the set, whose neighbours may be alike or take turns by class.
      let sample = row * (dataset.count - 1) / max(rows - 1, 1)
      let image = try dataset.image(at: sample)
      let original = EvaluationTransform(size: size)(image)
      drawing.draw(original, x: gap, y: gap + row * cell, scale: scale)
      for view in 0..<(globalViews + localViews) {
        let generator = ViewGenerator(
          imageSize: size, isLocal: view >= globalViews, strength: strength)
        drawing.draw(
          generator.view(of: image, seed: seed, epoch: 0, sample: sample, view: view),
          x: gap + (view + 1) * cell, y: gap + row * cell, scale: scale)
      }
    }
    try AtomicFile.write(drawing.encoded(), to: output)
    console.tell(
      "\(output): \(rows.counted("image")), \(globalViews) large and \(localViews) small views")
  }
}
