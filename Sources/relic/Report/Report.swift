internal import LinearProbe
internal import RelicNN

/// Everything on a page, in its order.
struct Report {
  let runs: [ReportedRun]
  /// How images are found, or `nil` if the page has none.
  let images: EncodedImages.Settings?
  /// The most images that a map shows.
  let points: Int
  let hasControls: Bool
  /// What makes the page again.
  let commandLine: [String]
  let console: Console

  /// Makes the page: what takes time is told of on the console.
  func page() throws -> ReportPage {
    var runs = runs
    var page = ReportPage(
      title: runs.count == 1 ? runs[0].name : "\(runs.count) runs", subtitle: Self.subtitle(runs))
    let (curves, charts) = CurvesSection.section(runs)
    page.data.charts = charts
    let largest = runs.map(\.configuration.featureImageSize).max() ?? 32
    var store = ThumbnailStore(side: min(max(largest, 32), 96))
    let skipped = SkippedImages(console)
    var details: [ReportPage.Section] = []
    for index in runs.indices {
      let place = PagePlace(index: index, name: runs.count > 1 ? runs[index].name : nil)
      let thumbnails = try self.thumbnails(&runs[index], place, skipped)
      if let score = runs[index].scores.first {
        details.append(try ConfusionSection.confusion(score, place))
        details.append(ConfusionSection.classes(score, place))
      }
      guard let thumbnails else { continue }
      if let (section, maps) = try thumbnails.map(limit: points, &store) {
        details.append(section)
        page.data.maps += maps
      }
      details += [
        thumbnails.nearest(&store), thumbnails.surestMistakes(&store), thumbnails.views(&store),
      ].compactMap { $0 }
    }
    let controls = hasControls ? self.controls(of: &runs[0], skipped) : []
    page.notes = runs.flatMap(\.notes)
    page.sections =
      [AccuracySection.section(runs, controls: controls), curves] + details
      + [
        ConfigurationSection.options(runs), ConfigurationSection.cost(runs),
        ConfigurationSection.commands(runs, report: commandLine),
      ]
    page.thumbnailRules = try store.rules()
    return page
  }

  /// Returns what a run's encoder makes of its images, and scores the run where it has no score of
  /// this encoder; `nil` without images, with the reason among the run's notes.
  private func thumbnails(
    _ run: inout ReportedRun, _ place: PagePlace, _ skipped: SkippedImages
  ) throws -> RunThumbnails? {
    guard let settings = images else { return nil }
    guard run.folder.holdsEncoder else {
      tellOfMissingImages("it has saved no encoder yet", of: &run)
      return nil
    }
    let opened: EncodedImages.Opened
    do {
      opened = try EncodedImages.open(run, settings)
    } catch {
      tellOfMissingImages(Remedies.message(for: error), of: &run)
      return nil
    }
    let progress = console.forProgress
    let encoded = try EncodedImages(opened, of: run, settings, skipped: skipped, progress)
    var judged: JudgedImages?
    do {
      judged = try JudgedImages(encoded, source: run.configuration.dataset, progress)
    } catch let error as UnfitFeatures {
      tell("\(run.name) is not scored: \(error)", of: &run)
    }
    if let judged, !run.hasScores { try run.take(judged.scores) }
    return RunThumbnails(run: run, images: encoded, judged: judged, place: place, console: progress)
  }

  private func tellOfMissingImages(_ reason: String, of run: inout ReportedRun) {
    tell("\(run.name) is shown without images: \(reason)", of: &run)
  }

  /// Says on the page and on the console what the page lacks of a run: what is known without is
  /// worth a page.
  private func tell(_ note: String, of run: inout ReportedRun) {
    run.notes.append(note)
    console.writeError("warning: \(note.printable)\n")
  }

  /// Returns the scores of raw pixels and of a run's encoder before it was trained, or none, with the
  /// reason among the run's notes.
  private func controls(
    of run: inout ReportedRun, _ skipped: SkippedImages
  ) -> [ReportedScore] {
    guard let settings = images else { return [] }
    do {
      return try Self.controls(of: run, settings, skipped, console.forProgress)
    } catch {
      tell("the controls are not scored: \(Remedies.message(for: error))", of: &run)
      return []
    }
  }

  private static func controls(
    of run: ReportedRun, _ settings: EncodedImages.Settings, _ skipped: SkippedImages,
    _ console: Console
  ) throws -> [ReportedScore] {
    let configuration = run.configuration
    let splits = try EncodedImages.splits(of: run, settings)
    let sources = [
      FeatureSource(rawPixelsOf: configuration.featureImageSize),
      FeatureSource(untrained: configuration, in: .float32),
    ]
    return try sources.flatMap { source in
      let features = try FeatureExtraction(
        source: source, splits: splits, batchSize: settings.batchSize, skipped: skipped,
        console: console
      ).features()
      let probe = ProbeRun(probe: Probe(), isSilent: false, console: console)
      return ReportedScore.all(of: try probe.evaluate(features, from: splits.dataset).scores)
    }
  }

  private static func subtitle(_ runs: [ReportedRun]) -> HTML {
    let parts = runs.map { run -> HTML in
      let configuration = run.configuration
      return """
        \(runs.count > 1 ? run.name + ": " : "")\(configuration.encoder.rawValue) pretrained by \
        ReLIC on \(configuration.dataset), \(configuration.imageSizeText), \
        \(run.metrics.lastStep) steps \
        taken, \(configuration.epochs == 1 ? "1 epoch" : "\(configuration.epochs) epochs") planned
        """
    }
    return parts.joined(separator: "<br/>")
  }
}
