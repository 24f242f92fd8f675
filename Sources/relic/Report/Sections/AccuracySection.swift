internal import LinearProbe

/// The table of scores.
enum AccuracySection {
  /// Returns the scores of all runs, after those of the controls.
  static func section(_ runs: [ReportedRun], controls: [ReportedScore] = []) -> ReportPage.Section {
    let rows =
      controls.map { row($0, run: "control") }
      + runs.flatMap { run in run.scores.map { row($0, run: run.name) } }
    guard !rows.isEmpty else {
      return ReportPage.Section(id: "accuracy", title: "Accuracy", body: empty(runs))
    }
    let warnings = Set((controls + runs.flatMap(\.scores)).flatMap { $0.warnings ?? [] }).sorted()
    let body: HTML = """
      <p class="note">Share of test images whose class a classifier finds that \
      was fitted to the frozen features of the training images, ± one standard error of so many \
      test images.</p>
      <div class="scroll"><table><thead><tr><th>Run</th><th class="n">Top-1 %</th><th>Classifier</th>\
      <th>Features</th><th class="n">Number</th><th class="n">Epochs</th><th>Data set</th>\
      <th class="n">Training, test images</th><th class="n">Top-1 % in training</th>\
      <th class="n">Log-loss</th><th class="n">C</th><th class="n">Iterations</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      \(warnings.map { warning -> HTML in "<p class=\"note\">\(warning)</p>\n" })\(controlNote(controls))
      """
    return ReportPage.Section(id: "accuracy", title: "Accuracy", body: body)
  }

  private static func empty(_ runs: [ReportedRun]) -> HTML {
    let run = runs.first?.folder.path ?? "RUN"
    return """
      <p>There is no evaluation yet. A labelled data set is scored by \
      <code>\(CommandLineText.joined(["relic", "evaluate", run]))</code>.</p>
      """
  }

  private static func controlNote(_ controls: [ReportedScore]) -> HTML {
    guard controls.isEmpty else { return "" }
    return """
      <p class="note">What raw pixels and an untrained encoder reach by the same classifier tells \
      what pretraining adds: <code>--controls</code> puts both into this table.</p>
      """
  }

  private static func row(_ score: ReportedScore, run: String) -> HTML {
    func cell(_ text: String?) -> HTML { "<td class=\"n\">\(text ?? "–")</td>" }
    let validation = score.features?.validationCount == nil ? "" : ", held-out images"
    return """
      <tr><td class="text">\(run)</td>\
      <td class="n best">\((100 * score.top1).fixed(2)) ± \((100 * score.standardError).fixed(2))</td>\
      <td class="text">\(score.modelName)</td><td class="text">\(origin(of: score))</td>\
      \(cell("\(score.featureDimension)"))\(cell(score.features?.epochs.map(String.init)))\
      <td class="text">\((score.features?.dataset ?? "–") + validation)</td>\
      \(cell("\(score.trainCount), \(score.testCount)"))\
      \(cell(score.trainTop1.map { (100 * $0).fixed(2) }))\
      \(cell(score.logLoss.map { $0.fixed(4) }))\
      \(cell(score.settings?.inverseRegularization.map(\.argument)))\
      \(cell(score.iterations.map(String.init)))</tr>

      """
  }

  private static func origin(of score: ReportedScore) -> String {
    guard let features = score.features else { return "–" }
    let model = [features.model, features.stem.map { "stem \($0)" }].compactMap { $0 }
    switch features.encoder {
    case "raw pixels": return "raw pixels"
    case "random": return (["untrained"] + model).joined(separator: ", ")
    default: return (["pretrained"] + model).joined(separator: ", ")
    }
  }
}
