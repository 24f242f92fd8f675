internal import RelicNN

/// `relic report`: what runs have learnt, as one page.
struct ReportCommand: Command {
  static let name = "report"
  static let summary = "write what runs have learnt as one HTML page"
  static let discussion = """
    The page needs no network and no other file: accuracies, curves of several runs laid over each
    other, configuration, cost, and the commands that make it all again.

      relic report runs/a runs/b --output report.html
    """
  static let operandPlaceholder: String? = "RUN..."
  static let options: [OptionGroup<ReportCommand>] = [
    OptionGroup(
      "Report",
      [.value("--output", sets: \.output, as: "FILE", "the HTML file to write")])
  ]

  var output = "report.html"
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: "relic \(Self.name) --help")
    }
    try UsageError.check(output, endsIn: "html")
    let runs = try ReportedRun.all(at: common.operands)
    var page = ReportPage(
      title: runs.count == 1 ? runs[0].name : "\(runs.count) runs", subtitle: Self.subtitle(runs))
    let (curves, charts) = CurvesSection.section(runs)
    page.data.charts = charts
    page.sections = [
      AccuracySection.section(runs), curves, ConfigurationSection.options(runs),
      ConfigurationSection.cost(runs), ConfigurationSection.commands(runs, report: words),
    ]
    try AtomicFile.write(page.document.utf8, to: output)
    console.line("\(output): \(runs.count == 1 ? "a run" : "\(runs.count) runs")")
  }

  /// The command line.
  private var words: [String] {
    ["relic", Self.name] + common.operands + ["--output", output]
  }

  private static func subtitle(_ runs: [ReportedRun]) -> HTML {
    let parts = runs.map { run -> HTML in
      let configuration = run.configuration
      return """
        \(runs.count > 1 ? run.name + ": " : "")\(configuration.encoder.rawValue) pretrained by ReLIC on \
        \(configuration.dataset) at \(configuration.imageSize) pixels, step \(run.metrics.lastStep) \
        of \(configuration.epochs) epochs
        """
    }
    return parts.joined(separator: "<br/>")
  }
}
