/// Weight files that PyTorch's `torch.save` wrote, read without Python and without running code.
///
/// Three forms are understood: the ZIP file of version 1.6 and later, the run of pickles before it,
/// and the tar file before version 0.2. Tensors may share storages, and may be views of them with
/// any offset and strides. What a file holds beside its tensors is passed over.
public enum TorchFile {
  /// Returns the state dict that a file holds, alone or below others (`model`, `state_dict`).
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - prefix: What stands before the names that are wanted, or `nil` for those of the model:
  ///     the keys of dictionaries, then parts of names, joined by dots. It is taken away.
  /// - Returns: The arrays that can be read, in the file's order.
  /// - Throws: `FileError` or ``WeightFileError``.
  public static func read(_ path: String, under prefix: String? = nil) throws -> StateDict {
    let file = try ByteFile(path: path)
    do {
      return try TorchStateDict(content: content(of: file)).read(under: prefix)
    } catch Pickle.Failure.damaged(let reason) {
      throw WeightFileError.damaged(path: path, reason: reason)
    } catch Pickle.Failure.excessive(let reason) {
      throw WeightFileError.unsupported(
        path: path, reason: "\(reason); save a model's state_dict() alone")
    } catch is ByteReader.End {
      throw WeightFileError.damaged(path: path, reason: "it ends early")
    }
  }

  /// Whether a file starts as one of the forms does.
  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    if try ZipArchive.isFormat(of: file) { return true }
    if try TorchLegacyFile.isFormat(of: file) { return true }
    return try TarArchive.isFormat(of: file)
  }

  private static func content(of file: ByteFile) throws -> TorchContent {
    if try ZipArchive.isFormat(of: file) { return try zipContent(of: file) }
    if try TorchLegacyFile.isFormat(of: file) { return try TorchLegacyFile(file).content() }
    if try TarArchive.isFormat(of: file) { return try TorchTarFile(file).content() }
    throw WeightFileError.unknownFormat(path: file.path)
  }

  private static func zipContent(of file: ByteFile) throws -> TorchContent {
    let archive = try ZipArchive(file)
    let names = Set(archive.members.keys).union(archive.packed)
    guard let name = names.filter({ $0.hasSuffix("/data.pkl") }).min() else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "it is a ZIP file without data.pkl, not one of torch.save")
    }
    guard let member = archive.members[name] else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "its member '\(name)' is compressed or encrypted")
    }
    let stem = name.dropLast("data.pkl".count)
    if let order = archive.members[stem + "byteorder"],
      try file.bytes(at: order.offset, count: min(order.count, 8)) != Array("little".utf8)
    {
      throw WeightFileError.unsupported(path: file.path, reason: "its numbers are big-endian")
    }
    guard member.count <= PickleWindow.largest else {
      throw WeightFileError.unsupported(
        path: file.path, reason: "its pickle has \(member.count) bytes, more than any state dict")
    }
    var content = TorchContent(
      file: file, pickle: try Pickle(file.bytes(at: member.offset, count: member.count)))
    let folder = stem + "data/"
    for (name, member) in archive.members where name.hasPrefix(folder) {
      content.storages[String(name.dropFirst(folder.count))] = member
    }
    for name in archive.packed where name.hasPrefix(folder) {
      content.unreadable[String(name.dropFirst(folder.count))] = "its numbers are compressed"
    }
    return content
  }
}
