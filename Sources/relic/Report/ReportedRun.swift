internal import Foundation
internal import LinearProbe
internal import RelicNN

/// What a report knows of a run before it looks at images.
struct ReportedRun {
  let folder: RunFolder
  /// What the page calls it: the last part of its path, or all of it where others end alike.
  let name: String
  let options: RunOptions
  /// The version of the program that the run began with.
  let version: String?
  let metrics: MetricsFile
  private(set) var scores: [ReportedScore]
  /// What a reader should know of the run.
  var notes: [String] = []
  /// Whether the scores are of an encoder that has been trained since.
  private let isStale: Bool

  var configuration: PretrainingConfiguration { options.configuration }

  /// Reads all runs; the first that cannot be read is an error.
  static func all(at paths: [String]) throws -> [ReportedRun] {
    let names = shortNames(of: paths)
    return try zip(paths, names).map { try ReportedRun(path: $0, name: $1) }
  }

  private init(path: String, name: String) throws {
    folder = RunFolder(path: path)
    self.name = name
    options = try folder.options()
    version = Self.recordedVersion(in: folder.configurationPath)
    metrics = try MetricsFile(path: folder.metricsPath)
    scores = try ReportedScore.all(inFileAt: folder.evaluationPath)
    isStale =
      !scores.isEmpty && folder.holdsEncoder
      && !FileDates.isNewer(folder.evaluationPath, than: folder.encoderPath)
    if isStale {
      notes.append(
        "\(folder.evaluationPath) is older than the encoder beside it: 'relic evaluate "
          + "\(folder.path.shellWord)' makes it anew")
    }
  }

  /// What is saved of it, `nil` before the first steps are.
  var progress: RunProgress? {
    (try? Safetensors.metadata(of: folder.checkpointPath)).flatMap {
      RunProgress($0, epochs: configuration.epochs)
    }
  }

  /// Whether its last step is saved.
  var hasEnded: Bool { progress?.hasEnded ?? false }

  /// Whether there are scores of the encoder as it is.
  var hasScores: Bool { !scores.isEmpty && !isStale }

  /// Takes scores that were just made, and keeps them in the folder if there are none.
  mutating func take(_ new: [ProbeScore]) throws(FileError) {
    if scores.isEmpty { try folder.write(new) }
    scores = ReportedScore.all(of: new)
  }

  /// Returns the last part of each path that no other path ends in, or else the path.
  static func shortNames(of paths: [String]) -> [String] {
    let last = paths.map { path in
      path.split(separator: "/").last { $0 != "." }.map(String.init) ?? path
    }
    return paths.indices.map { index in
      last.count { $0 == last[index] } == 1 && last[index] != ".." ? last[index] : paths[index]
    }
  }

  private static func recordedVersion(in path: String) -> String? {
    struct Recorded: Decodable { let version: String? }
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return (try? JSONDecoder().decode(Recorded.self, from: data))?.version
  }
}
