internal import Foundation
internal import RelicNN

/// The folder of a data set as a configuration file has it: a relative one holds where its run was
/// begun, and may be another folder, or none, where the program is started now.
struct RecordedPath: Equatable {
  let path: String
  /// The configuration file.
  let file: String

  /// Returns the error, with where the path is from if that may be why nothing was found there.
  func explained(_ error: any Error) -> any Error {
    guard !path.hasPrefix("/"), Self.isAboutMissing(error) else { return error }
    return MisplacedData(
      place: self, directory: FileManager.default.currentDirectoryPath, cause: error)
  }

  private static func isAboutMissing(_ error: any Error) -> Bool {
    switch error {
    case DatasetError.noFolder, DatasetError.missing, is FirstUseError: true
    default: false
    }
  }
}

/// Data that are not where a configuration file says.
struct MisplacedData: Error, CustomStringConvertible {
  let place: RecordedPath
  /// Where the program was started.
  let directory: String
  let cause: any Error

  /// What was not found, where its path is from and what to do, in one line.
  var description: String {
    "\(cause); '\(place.path)' is from \(place.file) and was looked for in \(directory)"
      + (cause is FirstUseError ? "" : ": name the folder by --dataset-path")
  }
}

extension ConfigurationFile {
  /// Returns the data set's folder that the file names, or `nil` if it names none.
  func datasetPath() throws(UsageError) -> RecordedPath? {
    var options = RunOptions()
    options.configuration.datasetPath = ""
    try apply(RunOptions.all, to: &options)
    let found = options.configuration.datasetPath
    return found.isEmpty ? nil : RecordedPath(path: found, file: path)
  }
}
