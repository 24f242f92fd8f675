/// A reason a data set could not be downloaded or unpacked.
public enum DownloadError: Error, Equatable {
  case notPublished(dataset: String)
  case badAddress(String)
  case unreachable(address: String, reason: String)
  case refused(address: String, status: Int)
  case interrupted(address: String, received: Int, reason: String)
  case tooLarge(address: String, limit: Int)
  case checksum(path: String, found: String, expected: String)
  case unsafeMember(archive: String, member: String)
  case wrongMember(archive: String, member: String, found: Int?, expected: Int)
  case cannotUnpack(archive: String, reason: String)
  case cannotWrite(path: String, reason: String)

  /// Whether writing failed, not fetching.
  public var isAboutWriting: Bool {
    if case .cannotWrite = self { true } else { false }
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
    }
  }
}
