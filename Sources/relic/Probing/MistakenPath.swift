internal import Foundation
internal import LinearProbe
internal import RelicNN

/// A path that leads to something else than a command takes, which another command does.
struct MistakenPath: Error, Equatable {
  /// What a command takes.
  enum Wanted: String {
    case run = "a run"
    case features = "features"
    case probe = "a probe"
  }

  /// What there is instead.
  enum Found: Equatable {
    case file
    case part(of: String)
    case run(hasFeatures: Bool)
    case features
    case probe
    case encoder(path: String)
    case images(DatasetName)
  }

  let path: String
  let wanted: Wanted
  let found: Found

  /// Refuses a path to something known that is not wanted; others are left to whoever reads them.
  static func check(_ path: String, for wanted: Wanted) throws(MistakenPath) {
    guard !holds(wanted, path), let found = found(at: path, wanted) else { return }
    throw MistakenPath(path: path, wanted: wanted, found: found)
  }

  private static func holds(_ wanted: Wanted, _ path: String) -> Bool {
    switch wanted {
    case .run: RunFolder(path: path).holdsRun
    case .features: has("train_features.npy", in: path) || has("features.json", in: path)
    case .probe: has("probe.json", in: path)
    }
  }

  private static func has(_ file: String, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(file)")
  }

  private static func found(at path: String, _ wanted: Wanted) -> Found? {
    let run = RunFolder(path: path)
    guard run.isFolder else {
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      let folder = URL(filePath: path).deletingLastPathComponent().relativePath
      return holds(wanted, folder) ? .part(of: folder) : .file
    }
    if run.holdsRun { return .run(hasFeatures: holds(.features, run.featuresPath)) }
    if holds(.features, path) { return .features }
    if holds(.probe, path) { return .probe }
    if run.holdsEncoder { return .encoder(path: run.encoderPath) }
    guard let name = DatasetName(foundIn: path),
      (try? openDataset(name: name.rawValue, path: path, split: .train)) != nil
    else { return nil }
    return .images(name)
  }
}

extension MistakenPath: CustomStringConvertible {
  /// What is there and which command takes it, in one line.
  var description: String { "\(path): \(fact); \(remedy)" }

  private var fact: String {
    switch found {
    case .file: "is a file, not \(wanted.rawValue)"
    case .part(let folder): "is a file of \(folder)"
    case .run: "holds a run, not \(wanted.rawValue)"
    case .features: "holds features, not \(wanted.rawValue)"
    case .probe: "holds a probe, not \(wanted.rawValue)"
    case .encoder: "holds an encoder without the config.json of a run"
    case .images: "holds images, not \(wanted.rawValue)"
    }
  }

  private var remedy: String {
    switch found {
    case .part: "name that folder"
    case .file where wanted == .probe: "name the folder that 'relic probe --save' wrote"
    case .file: "if it is an encoder, " + Self.extraction(of: path)
    case .encoder(let file): Self.extraction(of: file)
    case .run(hasFeatures: true) where wanted == .features:
      "score those in it with 'relic probe \(RunFolder(path: path).featuresPath.shellWord)'"
    case .run: "score it with 'relic evaluate \(path.shellWord)'"
    case .features where wanted == .probe:
      "fit one to them with 'relic probe \(path.shellWord) --save PROBE'"
    case .features: "score them with 'relic probe \(path.shellWord)'"
    case .probe: "apply it with 'relic predict \(path.shellWord) --features FILE'"
    case .images where wanted == .run: "train on them with 'relic pretrain \(path.shellWord)'"
    case .images(let name):
      "write their features with 'relic extract RUN --dataset-name \(name.rawValue) "
        + "--dataset-path \(path.shellWord)'"
    }
  }

  private static func extraction(of file: String) -> String {
    "write its features with 'relic extract --encoder \(file.shellWord) -m MODEL "
      + "--dataset-name NAME --output DIR', and score them with 'relic probe DIR'"
  }
}
