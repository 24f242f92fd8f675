internal import RelicNN

/// What decided the runs, what they took, and how they are made again.
enum ConfigurationSection {
  /// Returns every option of every run; those in which runs differ stand out.
  static func options(_ runs: [ReportedRun]) -> ReportPage.Section {
    let heads = runs.map { run -> HTML in "<th class=\"text\">\(run.name)</th>" }
    let rows = RunOptions.all.compactMap { option -> HTML? in
      let values = runs.map { option.get($0.options) }
      guard values.contains(where: { $0 != nil }) else { return nil }
      let differs = Set(values).count > 1 ? " differs" : ""
      let cells = values.map { value -> HTML in
        "<td class=\"text\(differs)\">\(value ?? "–")</td>"
      }
      return "<tr><th>\(option.key)</th>\(cells)</tr>\n"
    }
    return ReportPage.Section(
      id: "configuration", title: "Configuration",
      body: """
        <div class="scroll"><table><thead><tr><th>Option</th>\(heads)</tr></thead>
        <tbody>\(rows)</tbody></table></div>
        """)
  }

  /// Returns versions, and what the runs and their evaluations took.
  static func cost(_ runs: [ReportedRun]) -> ReportPage.Section {
    let rows: [(String, (ReportedRun) -> String?)] = [
      ("Begun by relic", { $0.version }),
      ("Scored by relic", { $0.scores.first?.version }),
      ("BLAS core", { $0.scores.first?.blasCore }),
      ("Steps", { String($0.metrics.lastStep) }),
      ("Images seen", { String($0.metrics.lastStep * $0.configuration.batchSize) }),
      ("Time", { time($0.metrics.cost.seconds) }),
      ("of which evaluations meanwhile", { time($0.metrics.evaluationSeconds) }),
      ("Processor time", { time($0.metrics.cost.processorSeconds) }),
      ("Images a second", { speed($0) }),
      ("Fitting and scoring", { $0.scores.first?.seconds.map { $0.fixed(1) + " s" } }),
    ]
    let heads = runs.map { run -> HTML in "<th class=\"text\">\(run.name)</th>" }
    let lines = rows.map { title, value -> HTML in
      let cells = runs.map { run -> HTML in "<td class=\"text\">\(value(run) ?? "–")</td>" }
      return "<tr><th>\(title)</th>\(cells)</tr>\n"
    }
    return ReportPage.Section(
      id: "cost", title: "Versions and cost",
      body: """
        <div class="scroll"><table><thead><tr><th></th>\(heads)</tr></thead>
        <tbody>\(lines)</tbody></table></div>
        <p class="note">This page is by relic \(Program.version).</p>
        """)
  }

  private static func time(_ seconds: Double) -> String? {
    seconds > 0 ? "\(seconds.duration) (\(seconds.fixed(0)) s)" : nil
  }

  private static func speed(_ run: ReportedRun) -> String? {
    let seconds = run.metrics.cost.seconds - run.metrics.evaluationSeconds
    guard seconds > 0 else { return nil }
    return (Double(run.metrics.lastStep * run.configuration.batchSize) / seconds).fixed(0)
  }

  /// Returns the command lines that make each run, its scores and this page.
  static func commands(_ runs: [ReportedRun], report: [String]) -> ReportPage.Section {
    let texts = runs.map { run -> HTML in
      let evaluation = CommandLineText.evaluation(
        run.scores, of: run.options, in: run.folder.path)
      let lines =
        CommandLineText.pretraining(
          run.options, longerFrom: run.metrics.formerLengths,
          stepsPerEpoch: run.progress.map { $0.steps / run.configuration.epochs },
          into: run.folder.path)
        + (evaluation.isEmpty ? [] : [CommandLineText.joined(evaluation)])
      return """
        \(runs.count > 1 ? "<h3>\(run.name)</h3>" : HTML.none)
        <pre>\(lines.joined(separator: "\n").lines)</pre>
        """
    }
    return ReportPage.Section(
      id: "commands", title: "To make it again",
      body: """
        \(texts)
        <p>This page:</p>
        <pre>\(CommandLineText.joined(report).lines)</pre>
        """)
  }
}

extension String {
  /// The lines as HTML, each escaped and on its own.
  fileprivate var lines: HTML {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { HTML(text: String($0)) }.joined(separator: "\n")
  }
}
