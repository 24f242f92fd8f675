internal import Foundation
internal import RelicNN

extension RunSummary {
  /// What is known of a run, for other programs.
  struct Facts: Encodable {
    /// A score of the encoder.
    struct Result: Encodable {
      let `protocol`: String
      let top1: Double
      let testCount: Int
      let epochs: Int?
    }

    let path: String
    let datasetName: String
    let datasetPath: String
    let images: Int?
    let encoder: String
    let stem: String
    /// The file of the weights it started from.
    let ckptPath: String?
    let imageSize: Int
    let featureImageSize: Int
    let batchSize: Int
    let recipe: String
    let epochs: Int
    let stepsPerEpoch: Int?
    /// Saved.
    let step: Int?
    let epochLoss: Double?
    let kl: Double?
    let evalTop1: Double?
    let evalKnnTop1: Double?
    let evalStep: Int?
    let seconds: Double?
    let processorSeconds: Double?
    /// Of the last step, where several ranks took it.
    let ranks: Int?
    let workers: Int?
    let scores: [Result]
    /// Bytes by name.
    let files: [String: Int]
  }

  var facts: Facts {
    let evaluated = log.last { $0[.evaluationTop1] != nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []
    let sizes = names.compactMap { name in
      let path = "\(run.path)/\(name)"
      return FolderIdentity(path) == nil ? ByteFile.size(of: path).map { (name, $0) } : nil
    }
    let epochLoss = log.last { $0[.epochLoss] != nil }?[.epochLoss]
    let kl = log.last { $0[.kl] != nil }?[.kl]
    let results = scores.map { score in
      Facts.Result(
        protocol: score.method, top1: score.top1, testCount: score.testCount,
        epochs: score.features?.epochs)
    }
    return Facts(
      path: run.path, datasetName: configuration.dataset, datasetPath: configuration.datasetPath,
      images: noted("images"), encoder: configuration.encoder.rawValue,
      stem: configuration.stem.rawValue, ckptPath: options.weights,
      imageSize: configuration.imageSize, featureImageSize: configuration.featureImageSize,
      batchSize: configuration.batchSize,
      recipe: options.recipe.rawValue, epochs: configuration.epochs,
      stepsPerEpoch: noted("steps_per_epoch"), step: noted("step"),
      epochLoss: epochLoss, kl: kl, evalTop1: evaluated?[.evaluationTop1],
      evalKnnTop1: evaluated?[.evaluationNeighborsTop1], evalStep: evaluated?.step,
      seconds: log.compactMap { $0[.seconds] }.max(),
      processorSeconds: log.compactMap { $0[.processorSeconds] }.max(),
      ranks: log.last?.count(.ranks), workers: log.last?.count(.workers), scores: results,
      files: Dictionary(sizes) { first, _ in first })
  }

  /// A number among the notes of the checkpoint.
  private func noted(_ name: String) -> Int? { notes[name].flatMap { Int($0) } }
}
