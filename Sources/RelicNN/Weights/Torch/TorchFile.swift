/// Weight files that PyTorch's `torch.save` wrote, read without Python and without running code.
///
/// Both forms are understood: the ZIP file of version 1.6 and later, and the run of pickles before.
/// Tensors may share storages, and may be views of them with any offset and strides.
public enum TorchFile {
  private static let largestPickle = 1 << 24

  /// Returns the state dict that a file holds, directly or one level down (`model`, `state_dict`).
  ///
  /// - Throws: `FileError` or ``WeightFileError``.
  public static func read(_ path: String) throws -> StateDict {
    let file = try ByteFile(path: path)
    do {
      let content =
        try ZipArchive.isFormat(of: file) ? zipContent(of: file) : legacyContent(of: file)
      return try TorchStateDict(file: file, pickle: content.pickle, storages: content.storages)
        .read()
    } catch Pickle.Failure.damaged(let reason) {
      throw WeightFileError.damaged(path: path, reason: reason)
    } catch Pickle.Failure.refused(let reason) {
      throw WeightFileError.unsupported(
        path: path, reason: "\(reason), which takes Python; save a model's state_dict() alone")
    } catch is ByteReader.End {
      throw WeightFileError.damaged(path: path, reason: "it ends early")
    }
  }

  /// Whether a file starts as one of the two forms does.
  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    if try ZipArchive.isFormat(of: file) { return true }
    guard file.count >= magic.count else { return false }
    return try file.bytes(at: 0, count: magic.count) == magic
  }

  private typealias Content = (pickle: Pickle, storages: [String: ZipArchive.Member])

  private static func zipContent(of file: ByteFile) throws -> Content {
    let archive = try ZipArchive(file)
    guard let name = archive.members.keys.filter({ $0.hasSuffix("/data.pkl") }).min(),
      let member = archive.members[name]
    else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "it is a ZIP file without data.pkl, not one of torch.save")
    }
    let stem = name.dropLast("data.pkl".count)
    if let order = archive.members[stem + "byteorder"],
      try file.bytes(at: order.offset, count: min(order.count, 8)) != Array("little".utf8)
    {
      throw WeightFileError.unsupported(path: file.path, reason: "its numbers are big-endian")
    }
    guard member.count <= largestPickle else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "its pickle has \(member.count) bytes, more than any state dict")
    }
    var storages: [String: ZipArchive.Member] = [:]
    for (name, member) in archive.members where name.hasPrefix(stem + "data/") {
      storages[String(name.dropFirst(stem.count + 5))] = member
    }
    return (try Pickle(file.bytes(at: member.offset, count: member.count)), storages)
  }

  /// The magic number 0x1950a86a20f9469cfc6c as protocol 2 pickles it.
  private static let magic: [UInt8] = [
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// Magic number, version, system, state dict and storage keys, each a pickle; then the storages
  /// in the order of their keys, each a count of elements and the elements.
  private static func legacyContent(of file: ByteFile) throws -> Content {
    guard try isFormat(of: file) else { throw WeightFileError.unknownFormat(path: file.path) }
    let start = try file.bytes(at: 0, count: min(file.count, largestPickle))
    var offset = 0
    var pickles: [Pickle] = []
    for _ in 0..<5 {
      let pickle = try Pickle(Array(start[offset...]))
      offset += pickle.count
      pickles.append(pickle)
    }
    guard case .list(let keys) = pickles[4][pickles[4].root] else { throw ByteReader.End() }
    let widths = try TorchStateDict.storageWidths(of: pickles[3], path: file.path)
    var storages: [String: ZipArchive.Member] = [:]
    for key in keys {
      guard case .text(let key) = pickles[4][key], let width = widths[key] else {
        throw WeightFileError.damaged(path: file.path, reason: "its list of storages is broken")
      }
      var head = ByteReader(try file.bytes(at: offset, count: 8))
      let count = try head.unsigned(8)
      guard count <= (file.count - offset) / width else { throw ByteReader.End() }
      storages[key] = ZipArchive.Member(offset: offset + 8, count: count * width)
      offset += 8 + count * width
    }
    return (pickles[3], storages)
  }
}
