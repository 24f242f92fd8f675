internal import LinearProbe
internal import RelicNN

/// `relic demo`: the whole way on built-in images, in one to three minutes on two cores.
struct DemoCommand: Command {
  static let name = "demo"
  static let summary = "pretrain and probe on built-in images, one to three minutes"
  static let discussion = """
    Pretrains a ResNet-18 on images of ten kinds of figures that the program draws, then fits
    linear probes to raw pixels, to the untrained encoder and to the pretrained one, and prints
    their accuracy in one table. The run stays in the folder of --output.
    """
  static let options: [OptionGroup<DemoCommand>] = [
    OptionGroup(
      "Demo",
      [
        .value("--output", sets: \.folder, as: "DIR", "the run's folder, replaced if it is there"),
        .value(
          "--num-epochs", "--epochs", sets: \.epochs, as: "N", from: 1, to: 65_535,
          "passes over the images"),
        .choice("--format", sets: \.format, as: "NAME", "layout of the table"),
      ])
  ]

  var folder = "./runs/demo"
  var epochs = 5
  var format = AccuracyTable.Format.text
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let run = RunFolder(path: folder)
    let dataset = try? run.options().configuration.dataset
    if let file = run.firstFile, dataset != DatasetName.shapes.rawValue {
      throw UsageError.conflict(
        "'--output' is \(folder), where \(file) is of no demo", remedy: "name another folder")
    }
    try pretraining.run(console)
    var evaluate = EvaluateCommand()
    evaluate.common.operands = [folder]
    evaluate.hasControls = true
    evaluate.format = format
    console.tell()
    try evaluate.run(console)
  }

  /// The run: of the built-in images, whatever lies in the usual folder of data sets.
  var pretraining: PretrainCommand {
    var pretrain = PretrainCommand()
    pretrain.recorded.datasetName = .shapes
    pretrain.configuration.epochs = epochs
    pretrain.configuration.batchSize = 64
    // A short run: the target would lag behind at the reference's decay.
    pretrain.configuration.emaDecay = 0.95
    pretrain.folder = folder
    pretrain.overwrites = true
    return pretrain
  }
}
