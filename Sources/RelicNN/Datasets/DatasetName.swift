/// The data sets users can name.
public enum DatasetName: String, CaseIterable, Sendable {
  case stl10
  case cifar10
  case tinyImageNet = "tiny_imagenet"
  case food101
  case imageNet = "imagenet1k"
  case folder
  case shapes

  /// The side of a global view that suits the set, in pixels.
  public var imageSize: Int {
    switch self {
    case .cifar10, .shapes: 32
    case .tinyImageNet: 64
    case .stl10, .folder: 96
    case .food101, .imageNet: 192
    }
  }

  /// The split that encoders are pretrained on.
  public var pretrainingSplit: DatasetSplit {
    switch self {
    case .stl10: .unlabeled
    case .cifar10, .tinyImageNet, .food101, .imageNet, .folder, .shapes: .train
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
/// - Returns: The set, ready to read.
/// - Throws: An unknown name, a split the set does not have, or what is wrong with its files.
public func openDataset(
  name: String, path: String, split: DatasetSplit
) throws(DatasetError) -> any ImageDataset {
  guard let known = DatasetName(rawValue: name) else { throw .unknownName(name) }
  switch known {
  case .cifar10: return try CIFAR10(folder: path, split: split)
  case .stl10: return try STL10(folder: path, split: split)
  case .tinyImageNet: return try ImageFolder.tinyImageNet(split, in: path)
  case .food101: return try ImageFolder.food101(split, in: path)
  case .imageNet: return try ImageFolder.imageNet(split, in: path)
  case .folder: return try ImageFolder.split(split, of: path)
  case .shapes: return try Shapes(split: split)
  }
}
