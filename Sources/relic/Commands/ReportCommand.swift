internal import Foundation
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
        .flag(
          "--follow", sets: \.follows,
          "while the runs go on, write the page anew, without images; it loads itself again, and has "
            + "images once all runs have ended"),
        .value(
          "--interval", sets: \.interval, as: "SECONDS", from: 1, to: 86_400,
          "with --follow: the time between two pages (default: \(usualInterval))"),
        .value(
          "--dataset-path", sets: \.images.datasetPath, as: "DIR",
          "the folder the data set lies in (default: the run's)"),
        .value(
          "--batch-size", "-b", sets: \.images.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        .choice(
          "--broken-images", sets: \.images.brokenImages, as: "NAME",
          BrokenImages.help + " (default: the run's)"),
      ])
  ]

  private static let usualInterval = 30

  var output = "report.html"
  var points = 2000
  var hasControls = false
  var leavesOutImages = false
  var follows = false
  var interval: Int?
  var images = EncodedImages.Settings()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: "relic \(Self.name) --help")
    }
    if leavesOutImages {
      try refuse(
        "--controls", "--points", "--dataset-path", "--batch-size", "--broken-images",
        because: "is for the images that '--no-images' leaves out")
    }
    if !follows { try refuse("--interval", because: "is for '--follow'") }
    try UsageError.check(output, endsIn: "html")
    if follows {
      try follow(console) { Thread.sleep(forTimeInterval: Double(interval ?? Self.usualInterval)) }
    }
    let runs = try ReportedRun.all(at: common.operands)
    let bytes = try write(runs, images: leavesOutImages ? nil : images, console)
    console.tell(
      "\(output): \(common.operands.count == 1 ? "a run" : "\(common.operands.count) runs"), "
        + "\((Double(bytes) / 1e6).fixed(1)) MB")
  }

  /// Writes pages without images until all runs have ended.
  ///
  /// - Parameters:
  ///   - console: Where is told how far the runs are.
  ///   - wait: Passes the time to the next page.
  /// - Throws: What cannot be read or written.
  func follow(_ console: Console, wait: () -> Void) throws {
    var display = StatusDisplay(console.forProgress)
    defer { display.erase() }
    var isFirst = true
    while true {
      let runs = try ReportedRun.all(at: common.operands)
      if runs.allSatisfy(\.hasEnded) { return }
      try write(
        runs, images: nil, console, secondsToReload: interval ?? Self.usualInterval)
      if isFirst {
        let end = runs.count == 1 ? "the run has ended" : "the runs have ended"
        console.tell("\(output): open it in a browser; it is made anew until \(end)")
      }
      isFirst = false
      display.show(
        runs.map { run in
          "\(run.name): step \(run.metrics.lastStep)" + (run.progress.map { "/\($0.steps)" } ?? "")
        }, always: console.isTerminal)
      wait()
    }
  }

  /// Writes a page and returns its size in bytes.
  @discardableResult private func write(
    _ runs: [ReportedRun], images: EncodedImages.Settings?, _ console: Console,
    secondsToReload: Int? = nil
  ) throws -> Int {
    let report = Report(
      runs: runs, images: images, points: points, hasControls: hasControls && images != nil,
      commandLine: words, console: console)
    var page = try report.page()
    page.secondsToReload = secondsToReload
    if secondsToReload != nil {
      let state = runs.count == 1 ? "The run goes on" : "The runs go on"
      page.notes.insert("\(state): this page is made anew, and loads itself again.", at: 0)
    }
    let bytes = Array(page.document.utf8)
    try AtomicFile.write(bytes, to: output)
    return bytes.count
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
