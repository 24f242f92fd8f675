/// The data sets users can name.
public enum DatasetName: String, CaseIterable, Sendable {
  case stl10
  case cifar10
  case tinyImageNet = "tiny_imagenet"
  case food101
  case imageNet = "imagenet1k"
  case folder
  case shapes

  var format: DatasetFormat {
    switch self {
    case .stl10: .stl10
    case .cifar10: .cifar10
    case .tinyImageNet: .tinyImageNet
    case .food101: .food101
    case .imageNet: .imageNet
    case .folder: .folder
    case .shapes: .shapes
    }
  }

  /// The side of a global view that suits the set, in pixels.
  public var imageSize: Int { format.imageSize }

  /// The split that encoders are pretrained on.
  public var pretrainingSplit: DatasetSplit { format.pretrainingSplit }

  /// What the set's authors publish, or `nil` if that needs an agreement or is no single archive.
  public var archive: DatasetArchive? { format.archive }

  /// The set that lies in a folder: a known one by the folder its archive unpacks to, else
  /// ``folder`` if there are images or folders; `nil` if there is nothing.
  public init?(foundIn path: String) {
    let known = Self.allCases.first { set in
      set.format.folderName.map { ImageFolder.isFolder("\(path)/\($0)") } ?? false
    }
    if let known {
      self = known
    } else if let content = try? FolderContent(of: path), !content.isEmpty {
      self = .folder
    } else {
      return nil
    }
  }

  /// All names in one line.
  static var choices: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Opens a split of a data set by its name.
///
/// - Parameters:
///   - name: The raw value of a ``DatasetName``.
///   - path: The folder the set lies in; `shapes` ignores it.
///   - split: The part to open.
///   - pixelLimit: The most pixels that an image file may have; Pillow's 178,956,970 if `nil`.
///   - decoding: How JPEG files are decoded for views and features.
///   - cache: Where decoded images of files are kept and found again, if anywhere.
/// - Returns: The set, ready to read.
/// - Throws: An unknown name, a split the set does not have, or what is wrong with its files.
public func openDataset(
  name: String, path: String, split: DatasetSplit, pixelLimit: Int? = nil,
  decoding: ImageDecoding = .full, cache: ImageCache? = nil
) throws(DatasetError) -> any ImageDataset {
  guard let known = DatasetName(rawValue: name) else { throw .unknownName(name) }
  let dataset = try known.format.open(path, split)
  guard var folder = dataset as? ImageFolder else { return dataset }
  folder.pixelLimit = pixelLimit ?? folder.pixelLimit
  folder.decoding = decoding
  folder.cache = cache
  return folder
}
