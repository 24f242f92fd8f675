/// What was measured while the runs were trained, laid over each other.
enum CurvesSection {
  /// A chart of one or two numbers.
  private struct Kind {
    let id: String
    let title: String
    let note: String
    let keys: [(key: MetricsKey, name: String)]
    /// What the numbers are multiplied by, 100 for shares.
    var factor = 1.0
  }

  private static let kinds = [
    Kind(
      id: "loss", title: "Loss",
      note: "Mean over pairs of views. A run that learns nothing stays at ln(batch).",
      keys: [(.loss, "")]),
    Kind(
      id: "kl", title: "Invariance penalty (KL)",
      note: "How far the likeness of two views to the others differs, before its weight alpha.",
      keys: [(.kl, "")]),
    Kind(
      id: "batch-accuracy", title: "In-batch accuracy, %",
      note: "Images whose other view the target network finds in the batch: at once (solid), among "
        + "five (dashed).", keys: [(.top1, "top-1"), (.top5, "top-5")], factor: 100),
    Kind(
      id: "online", title: "Accuracy of a probe meanwhile, %",
      note: "Top-1 on images not trained on: logistic regression (solid), 20 neighbours (dashed).",
      keys: [(.evaluationTop1, "linear"), (.evaluationNeighborsTop1, "neighbours")], factor: 100),
    Kind(
      id: "scale", title: "Logit scale",
      note: "What cosines are multiplied by before the softmax.", keys: [(.logitScale, "")]),
    Kind(
      id: "ema", title: "EMA decay of the target (gamma)",
      note: "The share of its weights that the target network keeps at a step.",
      keys: [(.gamma, "")]),
    Kind(
      id: "rate", title: "Learning rate", note: "Adam's step size.", keys: [(.learningRate, "")]),
    Kind(
      id: "spread", title: "Spread of projections",
      note: "Near 1 when projections point everywhere, 0 when all are the same: collapse.",
      keys: [(.spread, "")]),
  ]

  /// Returns the charts that any run has numbers for, and what the script knows of them.
  static func section(_ runs: [ReportedRun]) -> (ReportPage.Section, [ChartData]) {
    let charts = kinds.map { chart($0, of: runs) }
    let figures = charts.compactMap(\.figure)
    let unreadable = runs.filter { $0.metrics.unreadableLines > 0 }
    var body: HTML = runs.count > 1 ? legend(runs) : ""
    if figures.isEmpty {
      body += "<p>No step has been taken yet.</p>"
    } else {
      body += """
        <p class="note">By steps. A line stands for the mean of neighbouring steps, its shade for \
        their extremes.</p>
        <div class="charts">
        \(figures)</div>
        """
    }
    for run in unreadable {
      body += """
        <p class="warn">\(run.folder.metricsPath): lines that cannot be read are left out: \
        \(run.metrics.unreadableLines).</p>
        """
    }
    let section = ReportPage.Section(id: "curves", title: "Curves", body: body)
    return (section, charts.compactMap(\.data))
  }

  private static func chart(_ kind: Kind, of runs: [ReportedRun]) -> LineChart {
    var lines: [LineChart.Line] = []
    for (index, run) in runs.enumerated() {
      for (place, (key, name)) in kind.keys.enumerated() {
        guard let series = run.metrics.series[key] else { continue }
        let scaled = series.map {
          MetricsFile.Point(step: $0.step, value: kind.factor * $0.value)
        }
        let words = [runs.count > 1 ? run.name : "", name].filter { !$0.isEmpty }
        lines.append(
          LineChart.Line(
            name: words.isEmpty ? kind.title : words.joined(separator: ", "), color: index % 10,
            isDashed: place > 0, curve: Curve(scaled)))
      }
    }
    return LineChart(id: "chart-" + kind.id, title: kind.title, note: kind.note, lines: lines)
  }

  private static func legend(_ runs: [ReportedRun]) -> HTML {
    let items = runs.enumerated().map { index, run -> HTML in
      """
      <li><svg class="key k\(index % 10)" viewBox="0 0 26 12" aria-hidden="true">\
      <line x1="1" x2="25" y1="6" y2="6"/></svg>\(run.name)</li>

      """
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }
}
