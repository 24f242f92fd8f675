internal import Foundation
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
  var scores: [ReportedScore]

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
