internal import Foundation
internal import RelicNN

/// What a run is and how far it has come, from the files of its folder.
struct RunSummary {
  let run: RunFolder
  let options: RunOptions
  /// The notes of the newest checkpoint.
  let notes: [String: String]
  let log: [MetricsLine]
  let scores: [Score]

  /// Reads the folder; of a file that is missing nothing is told.
  init(_ run: RunFolder) throws {
    self.run = run
    options = try run.options()
    notes = (try? Safetensors.metadata(of: run.checkpointPath)) ?? [:]
    log = (try? MetricsLine.bytes(ofLinesAt: run.metricsPath))?.compactMap { MetricsLine($0) } ?? []
    let text = FileManager.default.contents(atPath: run.evaluationPath)
    scores =
      text.flatMap { try? JSONDecoder().decode(Score.self, from: $0) }
      .map { [$0] + ($0.others ?? []) } ?? []
  }

  /// A name and what is told under it, for each line.
  var rows: [(name: String, text: String)] {
    [("data set", dataset), ("encoder", encoder), ("batches", batches), ("epochs", epochs)]
      + [("losses", losses), ("meanwhile", evaluation), ("score", score), ("cost", cost)]
      .compactMap { name, text in text.map { (name, $0) } } + [("files", files)]
  }

  var configuration: PretrainingConfiguration { options.configuration }

  private var dataset: String {
    let held = configuration.validationCount
    return configuration.dataset
      + (configuration.dataset == DatasetName.shapes.rawValue
        ? "" : " in \(configuration.datasetPath)")
      + (notes["images"].flatMap { Int($0) }.map { ", \($0.counted("image"))" } ?? "")
      + (held > 0 ? ", \(held) more held out" : "")
  }

  private var encoder: String {
    let isResidual = configuration.encoder != .efficientnet
    return configuration.encoder.rawValue
      + (isResidual ? ", stem \(configuration.stem.rawValue)" : "")
      + ", \(configuration.imageSizeText)"
      + (options.weights.map { ", from the weights of \($0)" } ?? "")
  }

  private var batches: String {
    let (large, small) = (configuration.globalViews, configuration.localViews)
    return configuration.batchSize.counted("image") + ", \(large.counted("large view"))"
      + (small > 0 ? " and \(small.counted("small view"))" : "") + " of each, recipe "
      + options.recipe.rawValue
  }

  private var epochs: String {
    guard let progress = RunProgress(notes, epochs: configuration.epochs) else {
      return "none of \(configuration.epochs) saved"
    }
    return "\(progress.epoch) of \(configuration.epochs), step \(progress.step) of "
      + "\(progress.steps)"
      + (progress.hasEnded
        ? "; train longer with 'relic pretrain --resume \(run.path.shellWord) --epochs N'"
        : "; go on with 'relic pretrain --resume \(run.path.shellWord)'")
  }

  private var losses: String? {
    guard let last = log.last(where: { $0[.epochLoss] != nil }), let loss = last[.epochLoss] else {
      return nil
    }
    let chance = configuration.loss.chanceLevel(ofImages: configuration.batchSize)
    return "\(loss.fixed(4)) in epoch \(last.count(.epoch) ?? 0)"
      + (chance.map { ", \($0.fixed(3)) by chance" } ?? "")
      + (last[.kl].map { ", KL \($0.fixed(4))" } ?? "")
  }

  private var evaluation: String? {
    guard let last = log.last(where: { $0[.evaluationTop1] != nil }),
      let top1 = last[.evaluationTop1]
    else { return nil }
    return "top-1 \((100 * top1).fixed(2)) % after step \(last.step)"
      + (last[.evaluationNeighborsTop1].map { ", \((100 * $0).fixed(2)) % by neighbours" } ?? "")
  }

  private var score: String? {
    guard !scores.isEmpty else { return nil }
    return scores.map { score in
      "top-1 \((100 * score.top1).fixed(2)) % (\(score.method), "
        + (score.features?.dataset.map { $0 + ", " } ?? "")
        + (score.features?.epochs.map { "after \($0.counted("epoch")), " } ?? "")
        + "\(score.testCount.counted("image")))"
    }.joined(separator: "; ")
  }

  private var cost: String? {
    let seconds = log.compactMap { $0[.seconds] }.max()
    return seconds.map { seconds in
      let processors = log.compactMap { $0[.processorSeconds] }.max()
      return seconds.duration + (processors.map { ", \($0.duration) of processors" } ?? "")
        + (log.last?.count(.ranks).map { ", at last by \($0) ranks" } ?? "")
        + (log.last?.count(.workers).map { " with \($0.counted("worker"))" } ?? "")
    }
  }

  private var files: String {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []).sorted()
    return names.map { name in
      let path = "\(run.path)/\(name)"
      if FolderIdentity(path) != nil { return name + "/" }
      return name + (ByteFile.size(of: path).map { " (\($0.byteSize))" } ?? "")
    }.joined(separator: ", ")
  }

  /// What is read of `evaluation.json`.
  struct Score: Decodable {
    struct Features: Decodable {
      let dataset: String?
      let epochs: Int?
    }

    enum CodingKeys: String, CodingKey {
      case top1, features, others
      case method = "protocol"
      case testCount = "test_count"
    }

    let top1: Double
    let method: String
    let testCount: Int
    let features: Features?
    let others: [Score]?
  }
}
