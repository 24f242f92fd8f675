internal import LinearProbe
internal import RelicNN

/// `relic report`: what runs have learnt, as one page.
struct ReportCommand: Command {
  static let name = "report"
  static let summary = "write what runs have learnt as one HTML page"
  static let discussion = """
    The page needs no network and no other file: accuracies, curves of several runs laid over each
    other, confusion, a map of the images with their thumbnails, nearest neighbours, the most
    confident mistakes, views, configuration, cost, and the commands that make it all again.
    Features are those in the run's folder where 'relic extract' has left some of its encoder, and
    are extracted otherwise. A labelled run without an evaluation gets one.

      relic report runs/a runs/b --output report.html
    """
  static let operandPlaceholder: String? = "RUN..."
  static let options: [OptionGroup<ReportCommand>] = [
    OptionGroup(
      "Report",
      [
        .value("--output", sets: \.output, as: "FILE", "the HTML file to write"),
        .value(
          "--points", sets: \.points, as: "N", from: 2, to: 10_000,
          "images that a map shows; of more, so many are drawn at random"),
        .flag(
          "--controls", sets: \.hasControls,
          "score raw pixels and the untrained encoder of the first run, too"),
        .flag(
          "--no-images", sets: \.leavesOutImages,
          "leave out all that needs images or features, as while a run is under way"),
        .value(
          "--dataset-path", sets: \.images.datasetPath, as: "DIR",
          "the folder the data set lies in (default: the run's)"),
        .value(
          "--batch-size", "-b", sets: \.images.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        .choice(
          "--broken-images", sets: \.images.brokenImages, as: "NAME",
          "what to do about an image that cannot be read: stop, or name it and go on without it"),
      ])
  ]

  var output = "report.html"
  var points = 2000
  var hasControls = false
  var leavesOutImages = false
  var images = EncodedImages.Settings()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: "relic \(Self.name) --help")
    }
    if leavesOutImages, hasControls {
      throw UsageError.conflict(
        "'--controls' needs the images that '--no-images' leaves out",
        remedy: "give one of them")
    }
    try UsageError.check(output, endsIn: "html")
    let report = Report(
      runs: try ReportedRun.all(at: common.operands), images: leavesOutImages ? nil : images,
      points: points, hasControls: hasControls, commandLine: words, console: console)
    let page = try report.page()
    let bytes = Array(page.document.utf8)
    try AtomicFile.write(bytes, to: output)
    console.line(
      "\(output): \(common.operands.count == 1 ? "a run" : "\(common.operands.count) runs"), "
        + "\((Double(bytes.count) / 1e6).fixed(1)) MB")
  }

  /// The command line that makes the page again.
  private var words: [String] {
    let usual = Self()
    var words = ["relic", Self.name] + common.operands
    for option in Self.options.flatMap(\.options) {
      guard let value = option.get(self), value != option.get(usual) || option.name == "--output"
      else { continue }
      words += option.placeholder == nil ? [option.name] : [option.name, value]
    }
    return words
  }
}
