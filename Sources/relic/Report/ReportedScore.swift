internal import Foundation
internal import LinearProbe
internal import RelicNN

/// A score as `evaluation.json` keeps it, of this version of the program or an earlier one.
struct ReportedScore: Decodable {
  /// What is told of the settings of a fit.
  struct Settings: Decodable {
    let inverseRegularization: Double?
    let maxIterations: Int?
    let tolerance: Double?
    let fitsIntercept: Bool?
    /// As it is typed.
    let classWeight: String?
    /// As it is typed.
    let convention: String?
    /// As it is typed, where it is not the default.
    let solver: String?
    /// As it is typed, where it is not the default.
    let precision: String?

    private enum CodingKeys: String, CodingKey {
      case inverseRegularization = "C"
      case maxIterations = "max_iter"
      case tolerance = "tol"
      case fitsIntercept = "fit_intercept"
      case classWeight = "class_weight"
      case convention, solver, precision
    }
  }

  /// The protocol as it is typed.
  let method: String
  let top1: Double
  let trainTop1: Double?
  let logLoss: Double?
  let iterations: Int?
  let status: String?
  let labels: [Int]
  /// A name for each of `labels`.
  let classNames: [String]
  /// Counts by true and by predicted class.
  let confusionMatrix: [[Int]]
  let seconds: Double?
  let trainCount: Int
  let testCount: Int
  let featureDimension: Int
  let scaling: String?
  let settings: Settings?
  let neighbors: NearestNeighbors?
  /// The values of C that a sweep has tried.
  let trials: [RegularizationSweep.Trial]?
  let features: FeatureDescription?
  let version: String?
  let blasCore: String?
  let warnings: [String]?
  /// Further scores of the same evaluation.
  private let others: [ReportedScore]?

  private enum CodingKeys: String, CodingKey {
    case method = "protocol"
    case trainTop1 = "train_top1"
    case logLoss = "log_loss"
    case classNames = "class_names"
    case confusionMatrix = "confusion_matrix"
    case trainCount = "train_count"
    case testCount = "test_count"
    case featureDimension = "feature_dim"
    case blasCore = "blas_core"
    case trials = "sweep"
    case top1, iterations, status, labels, seconds, scaling, settings, neighbors, features, version
    case warnings, others
  }

  /// The evaluation model in words.
  var modelName: String {
    switch Probe.Method(rawValue: method) {
    case .logistic: "logistic regression" + variant
    case .calibrated: "calibrated logistic regressions" + variant
    case .knn: neighbors.map { "\($0.neighbors) neighbours, T = \($0.temperature)" } ?? "neighbours"
    case nil: method
    }
  }

  /// What sets the fit apart from scikit-learn's.
  private var variant: String {
    [settings?.solver, settings?.precision].compactMap { $0.map { ", \($0)" } }.joined()
  }

  /// How far an accuracy on so many images lies from that on all, by one standard error.
  var standardError: Double {
    (top1 * (1 - top1) / Double(max(testCount, 1))).squareRoot()
  }

  /// Reads all scores of a file, or none where it is missing.
  static func all(inFileAt path: String) throws -> [ReportedScore] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    guard let scores = all(in: try ByteFile.contents(of: path)) else {
      throw ReportError.badEvaluation(path: path)
    }
    return scores
  }

  /// Returns scores that were just made.
  static func all(of scores: [ProbeScore]) -> [ReportedScore] {
    all(in: ProbeScore.json(scores).utf8) ?? []
  }

  private static func all(in bytes: some Sequence<UInt8>) -> [ReportedScore]? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .named
    guard let first = try? decoder.decode(ReportedScore.self, from: Data(bytes)),
      ([first] + (first.others ?? [])).allSatisfy(\.isWhole)
    else { return nil }
    return [first] + (first.others ?? [])
  }

  /// Whether names and counts are there for each class, and as many as can be summed up.
  private var isWhole: Bool {
    let count = labels.count
    let total = confusionMatrix.joined().reduce(0.0) { $0 + Double($1) }
    return classNames.count == count && confusionMatrix.count == count
      && confusionMatrix.allSatisfy { $0.count == count && $0.allSatisfy { $0 >= 0 } }
      && total < 0x1p48
  }
}

/// A reason no report can be made.
enum ReportError: Error, Equatable, CustomStringConvertible {
  case badEvaluation(path: String)

  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .badEvaluation(let path):
      "\(path): holds no evaluation; make it anew with 'relic evaluate', or remove it"
    }
  }
}
