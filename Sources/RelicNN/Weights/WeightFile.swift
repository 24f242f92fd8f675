/// Weight files of any format that is read here.
public enum WeightFile {
  /// Returns the content of a safetensors file or of one that `torch.save` wrote.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - prefix: What stands before the names that are wanted, with or without a last dot; it is
  ///     taken away.
  /// - Returns: The arrays that can be read, in the file's order.
  /// - Throws: `FileError` or ``WeightFileError``.
  public static func read(_ path: String, under prefix: String? = nil) throws -> StateDict {
    let file = try ByteFile(filledAt: path)
    if try TorchFile.isFormat(of: file) { return try TorchFile.read(path, under: prefix) }
    guard try Safetensors.isFormat(of: file) else {
      throw WeightFileError.unknownFormat(path: path)
    }
    let dict = try Safetensors.read(path)
    guard let prefix else { return dict }
    let start = prefix.hasSuffix(".") ? prefix : prefix + "."
    let part = dict.renamed { $0.hasPrefix(start) ? String($0.dropFirst(start.count)) : nil }
    guard !part.names.isEmpty else {
      throw WeightFileError.unsupported(
        path: path, reason: "no array's name begins with '\(start)'")
    }
    return part
  }
}
