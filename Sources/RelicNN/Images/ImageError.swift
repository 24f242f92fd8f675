/// A reason an image cannot be decoded or encoded.
public enum ImageError: Error, Equatable {
  /// The file the image should come from cannot be read.
  case unreadable(FileError)
  /// The file is neither JPEG nor PNG; `name` is the format that its first bytes tell.
  case unknownFormat(name: String?)
  case tooLarge(width: Int, height: Int, limit: Int)
  /// What libjpeg or libpng says.
  case codec(reason: String)
}

extension ImageError: CustomStringConvertible {
  /// The reason in one line, fit for a terminal, without the name of the file.
  public var description: String {
    switch self {
    case .unreadable(let error): error.reason
    case .unknownFormat(nil): "it is neither a JPEG nor a PNG file"
    case .unknownFormat(let name?): "it is \(name), and only JPEG and PNG are read"
    case .tooLarge(let width, let height, let limit):
      "it claims \(width)x\(height) pixels, more than \(limit)"
    case .codec(let reason): reason
    }
  }
}
