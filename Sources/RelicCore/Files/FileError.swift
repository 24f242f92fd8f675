/// A reason a file cannot be read or written, whatever its format.
public enum FileError: Error, Equatable {
  case cannotRead(path: String, reason: String)
  case notAFile(path: String)
  /// A file of no bytes, as a full disk or a broken download leaves one.
  case empty(path: String)
  case truncated(path: String, wanted: Int, at: Int)
  case cannotWrite(path: String, reason: String)
  /// A folder that another process is writing to.
  case inUse(path: String)

  /// Whether writing failed, not reading.
  public var isAboutWriting: Bool {
    switch self {
    case .cannotWrite, .inUse: true
    case .cannotRead, .notAFile, .empty, .truncated: false
    }
  }
}

extension FileError: CustomStringConvertible {
  /// The reason in one line, fit for a terminal.
  public var description: String {
    switch self {
    case .cannotRead(let path, _): "\(path): cannot be read: \(reason)"
    case .notAFile(let path): "\(path): cannot be read: \(reason); give the path of a file"
    case .empty(let path): "\(path): \(reason); get the whole file again"
    case .truncated(let path, _, _): "\(path): cannot be read: \(reason); get the whole file again"
    case .cannotWrite(let path, _): "\(path): cannot be written: \(reason)"
    case .inUse(let path): "\(path): \(reason)"
    }
  }

  /// What was found, without the path and the remedy.
  public var reason: String {
    switch self {
    case .cannotRead(_, let reason), .cannotWrite(_, let reason): reason
    case .empty: "is an empty file"
    case .notAFile: "it is not a regular file"
    case .inUse: "another process is writing to it"
    case .truncated(_, let wanted, let offset):
      "it does not hold the \(wanted) bytes that begin at byte \(offset)"
    }
  }
}
