/// A reason a data set could not be downloaded or unpacked.
public enum DownloadError: Error, Equatable {
  case notPublished(dataset: String)
  case badAddress(String)
  case unreachable(address: String, reason: String)
  case refused(address: String, status: Int)
  case interrupted(address: String, received: Int, reason: String)
  /// A status that may change, with a longer wait than a program should take upon itself.
  case busy(address: String, status: Int, seconds: Int)
  case tooLarge(address: String, limit: Int)
  /// Something else than the archive, of this media type and size where the server says so.
  case foreign(address: String, type: String?, size: Int?)
  /// Bytes of the server that are not those of the file `path` at the same place.
  case differs(address: String, path: String, offset: Int)
  case checksum(path: String, found: String, expected: String)
  case unsafeMember(archive: String, member: String)
  case wrongMember(archive: String, member: String, found: Int?, expected: Int)
  case cannotUnpack(archive: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// A folder that another process is putting a data set into.
  case inUse(path: String)

  /// Whether writing failed, not fetching.
  public var isAboutWriting: Bool {
    switch self {
    case .cannotWrite, .inUse: true
    default: false
    }
  }
}

extension DownloadError: CustomStringConvertible {
  /// What went wrong, with the address or the file, in one line fit for a terminal.
  public var description: String {
    switch self {
    case .notPublished(let dataset): "\(dataset) is not published as one archive"
    case .badAddress(let address): "'\(address)' is no http or https address"
    case .unreachable(let address, let reason): "\(address): no server was reached: \(reason)"
    case .refused(let address, let status):
      "\(address): the server answered with status \(status)"
    case .interrupted(let address, let received, let reason):
      "\(address): broke off after \(received) bytes: \(reason)"
    case .busy(let address, let status, let seconds):
      "\(address): the server answered with status \(status) and asks to wait \(seconds) seconds"
    case .foreign(let address, let type, let size):
      "\(address): the server sends something else than the archive"
        + Self.facts(type: type, size: size)
    case .differs(let address, let path, let offset):
      "\(address): sends other bytes than \(path) holds, from byte \(offset) on"
    case .tooLarge(let address, let limit):
      "\(address): sends more than the \(limit) bytes expected"
    case .checksum(let path, let found, let expected):
      "\(path): its md5 is \(found), the published one \(expected); it was not unpacked"
    case .unsafeMember(let archive, let member):
      "\(archive): the member '\(member)' leads out of the folder; it was not unpacked"
    case .wrongMember(let archive, let member, let found, let expected):
      "\(archive): '\(member)' "
        + (found.map { "holds \($0) bytes where \(expected) belong" } ?? "is missing")
    case .cannotUnpack(let archive, let reason): "\(archive): cannot be unpacked: \(reason)"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
    case .inUse(let path): "\(path): another process is writing to it"
    }
  }

  private static func facts(type: String?, size: Int?) -> String {
    let facts = [type, size.map { "\($0) bytes" }].compactMap { $0 }
    return facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
  }
}
