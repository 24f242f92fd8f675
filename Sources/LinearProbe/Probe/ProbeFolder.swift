internal import Foundation

/// A fitted probe on disk.
///
/// A folder: `probe.json` says what it is; `parameters.npy`, `[models, outputs, features + 1]`,
/// holds each model's weights with its intercepts behind them; `sigmoids.npy`,
/// `[models, outputs, 2]`, the calibration of each logit; `scaling.npy`, `[2, features]`, means and
/// standard deviations. A model that was fitted without some class says in `probe.json` which it
/// has, and its rows are followed by zeros. Only a calibrated probe has sigmoids, only a
/// standardised one a scaling.
enum ProbeFolder {
  /// The content of `probe.json`.
  private struct Header: Codable {
    static let currentFormat = 1

    var format = Header.currentFormat
    var method: Probe.Method
    var classes: [Int]
    /// The classes of each model, where they are not those of all.
    var modelClasses: [[Int]]?
    var classNames: [String]?
    var features: Int
    var scaling: FeatureScaling
    var settings: LogisticRegression
    var fits: [LogisticModel.Report]
    var sweep: [RegularizationSweep.Trial]
    var origin: FeatureDescription?

    enum CodingKeys: String, CodingKey {
      case format
      case method = "protocol"
      case classes
      case modelClasses = "fit_classes"
      case classNames = "class_names"
      case features = "feature_dim"
      case scaling
      case settings
      case fits
      case sweep
      case origin = "features"
    }
  }

  private struct Paths {
    let header: String
    let parameters: String
    let sigmoids: String
    let scaling: String

    init(in folder: String) {
      header = "\(folder)/probe.json"
      parameters = "\(folder)/parameters.npy"
      sigmoids = "\(folder)/sigmoids.npy"
      scaling = "\(folder)/scaling.npy"
    }
  }

  static func write(_ probe: FittedProbe, to folder: String) throws(FeatureError) {
    let header = Header(
      method: probe.method, classes: probe.classes,
      modelClasses: probe.models.allSatisfy { $0.classes == probe.classes }
        ? nil : probe.models.map(\.classes),
      classNames: probe.classNames,
      features: probe.inputs, scaling: probe.scaling.kind, settings: probe.settings,
      fits: probe.reports, sweep: probe.trials, origin: probe.origin)
    let outputs = Self.outputs(probe.classes)
    let parameters = probe.models.flatMap { model in
      let rows = (0..<model.weights.rows).flatMap {
        Array(model.weights.row($0)) + [model.intercepts[$0]]
      }
      return padded(rows, to: outputs * (probe.inputs + 1))
    }
    let paths = Paths(in: folder)
    do throws(FileError) {
      var staged = try StagedFiles(in: folder)
      func stage(_ elements: [Double], _ shape: [Int], _ path: String) throws(FileError) {
        let array = NPYArray(shape: shape, elements: .float64(elements))
        try staged.add(array.encoded, as: path)
      }
      try stage(parameters, [probe.models.count, outputs, probe.inputs + 1], paths.parameters)
      if case .calibrated(let model) = probe.classifier {
        let sigmoids = model.members.flatMap {
          padded($0.sigmoids.flatMap { [$0.slope, $0.offset] }, to: 2 * outputs)
        }
        try stage(sigmoids, [model.members.count, outputs, 2], paths.sigmoids)
      }
      if probe.scaling.kind == .standard {
        let values = probe.scaling.means + probe.scaling.deviations
        try stage(values, [2, probe.inputs], paths.scaling)
      }
      try JSONFile.stage(header, as: paths.header, in: &staged)
      try staged.commit(
        removing: [paths.header, paths.parameters, paths.sigmoids, paths.scaling])
    } catch {
      throw .file(error)
    }
  }

  /// The logits of a model of the given classes.
  private static func outputs(_ classes: [Int]) -> Int { classes.count == 2 ? 1 : classes.count }

  private static func padded(_ values: [Double], to count: Int) -> [Double] {
    values + Array(repeating: 0, count: count - values.count)
  }

  static func read(_ folder: String) throws(FeatureError) -> FittedProbe {
    let paths = Paths(in: folder)
    let header = try JSONFile.read(paths.header, as: Header.self)
    guard header.format == Header.currentFormat else {
      throw .badContent(path: paths.header, reason: "format \(header.format) is not known")
    }
    guard header.classes.count > 1, header.classes == Set(header.classes).sorted(),
      header.features > 0, header.features < 1 << 32, !header.fits.isEmpty, header.method != .knn
    else {
      throw .badContent(
        path: paths.header, reason: "classes, feature_dim, fits or protocol are wrong")
    }
    let modelClasses = header.modelClasses ?? header.fits.map { _ in header.classes }
    guard modelClasses.count == header.fits.count,
      modelClasses.allSatisfy({
        $0.count > 1 && $0 == Set($0).intersection(header.classes).sorted()
      })
    else { throw .badContent(path: paths.header, reason: "fit_classes are wrong") }
    let outputs = Self.outputs(header.classes)
    let shape = [header.fits.count, outputs, header.features + 1]
    let parameters = try load(paths.parameters, shape)
    let models = header.fits.enumerated().map { index, report in
      let own = Self.outputs(modelClasses[index])
      let rows = (0..<own).map { output in
        parameters[((index * outputs + output) * shape[2])...].prefix(shape[2])
      }
      return LogisticModel(
        classes: modelClasses[index],
        weights: Matrix(
          rows: own, columns: header.features, elements: rows.flatMap { $0.dropLast() }),
        intercepts: rows.compactMap(\.last), report: report)
    }
    var scaling = FittedScaling(kind: header.scaling, means: [], deviations: [])
    if header.scaling == .standard {
      let values = try load(paths.scaling, [2, header.features])
      scaling = FittedScaling(
        kind: .standard, means: Array(values.prefix(header.features)),
        deviations: Array(values.suffix(header.features)))
    }
    return FittedProbe(
      scaling: scaling,
      classifier: try classifier(header, models, outputs: outputs, paths),
      settings: header.settings, trials: header.sweep, classNames: header.classNames,
      origin: header.origin)
  }

  private static func classifier(
    _ header: Header, _ models: [LogisticModel], outputs: Int, _ paths: Paths
  ) throws(FeatureError) -> FittedProbe.Classifier {
    if header.method == .logistic { return .logistic(models[0]) }
    let values = try load(paths.sigmoids, [models.count, outputs, 2])
    let members = models.enumerated().map { index, model in
      CalibratedModel.Member(
        model: model,
        sigmoids: (0..<model.weights.rows).map { output in
          let position = 2 * (index * outputs + output)
          return Sigmoid(slope: values[position], offset: values[position + 1])
        })
    }
    return .calibrated(CalibratedModel(classes: header.classes, members: members))
  }

  private static func load(_ path: String, _ shape: [Int]) throws(FeatureError) -> [Double] {
    let array = try NPYArray.read(path)
    guard array.shape == shape, case .float64(let elements) = array.elements else {
      throw .badShape(path: path, shape: array.shape, expected: "\(shape) of float64")
    }
    guard elements.allSatisfy(\.isFinite) else {
      throw .badContent(path: path, reason: "it holds numbers that are not finite")
    }
    return elements
  }
}

extension FittedProbe {
  /// Reads a probe from the folder that `write(to:)` has made.
  public init(contentsOf folder: String) throws(FeatureError) {
    self = try ProbeFolder.read(folder)
  }

  /// Writes the probe to a folder, making it where it is missing; each file as a whole.
  public func write(to folder: String) throws(FeatureError) {
    try ProbeFolder.write(self, to: folder)
  }
}
