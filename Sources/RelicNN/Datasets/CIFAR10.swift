internal import Foundation

/// CIFAR-10 in its binary layout: 32x32 images, 50,000 to train and 10,000 to test.
///
/// Krizhevsky 2009, "Learning multiple layers of features from tiny images". A record is one label
/// byte and the red, green and blue planes.
public struct CIFAR10: ImageDataset {
  private static let side = 32
  private static let dataset = DatasetName.cifar10.rawValue

  private let recordsPerFile: Int
  private let files: [RecordFile]
  private let labels: [UInt8]

  /// Opens a split.
  ///
  /// - Parameters:
  ///   - folder: `cifar-10-batches-bin` itself, or the folder it lies in.
  ///   - split: Training or test images.
  /// - Throws: A missing file, a file of a wrong size, or a label above 9.
  public init(folder: String, split: DatasetSplit) throws(DatasetError) {
    try self.init(folder: folder, split: split, recordsPerFile: 10_000)
  }

  /// Opens a split of files that hold `recordsPerFile` images each.
  init(folder: String, split: DatasetSplit, recordsPerFile: Int) throws(DatasetError) {
    let inner = folder + "/cifar-10-batches-bin"
    let isInner = ImageFolder.isFolder(inner)
    let root = isInner ? inner : folder
    for pickles in ["\(folder)/cifar-10-batches-py", folder] where !isInner {
      let batch = "\(pickles)/data_batch_1"
      if FileManager.default.fileExists(atPath: batch) { throw .pythonLayout(path: pickles) }
    }
    let names: [String]
    switch split {
    case .train: names = (1...5).map { "data_batch_\($0).bin" }
    case .test: names = ["test_batch.bin"]
    case .unlabeled, .trainAndUnlabeled:
      throw .noSuchSplit(dataset: Self.dataset, split: split, choices: [.train, .test])
    }
    var files: [RecordFile] = []
    var labels: [UInt8] = []
    for name in names {
      let file = try RecordFile(
        path: "\(root)/\(name)", recordSize: 1 + 3 * Self.side * Self.side,
        count: recordsPerFile, dataset: Self.dataset)
      for record in 0..<recordsPerFile {
        let label = try file.bytes(of: record, from: 0, count: 1)[0]
        guard label < 10 else {
          throw .labelOutOfRange(
            path: file.path, record: record, label: Int(label), allowed: 0...9)
        }
        labels.append(label)
      }
      files.append(file)
    }
    self.recordsPerFile = recordsPerFile
    self.files = files
    self.labels = labels
  }

  /// `cifar10`.
  public var name: String { Self.dataset }

  /// 50,000 or 10,000.
  public var count: Int { labels.count }

  /// The ten classes in the order of `batches.meta.txt`.
  public var classNames: [String]? {
    [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
  }

  /// Returns image `index`, 32x32, in the order of the files.
  public func image(at index: Int) throws(DatasetError) -> RGBImage {
    let (file, record) = index.quotientAndRemainder(dividingBy: recordsPerFile)
    let area = Self.side * Self.side
    let planes = try files[file].bytes(of: record, from: 1, count: 3 * area)
    return RGBImage(width: Self.side, height: Self.side, planes: planes)
  }

  /// Returns the class of image `index`, 0 to 9.
  public func label(at index: Int) -> Int? { Int(labels[index]) }
}

extension RGBImage {
  /// Creates an image from its red, green and blue planes, one after the other.
  init(width: Int, height: Int, planes: [UInt8]) {
    let area = width * height
    var pixels = [UInt8](repeating: 0, count: 3 * area)
    var destination = pixels.mutableSpan
    let source = planes.span
    for i in 0..<area {
      destination[3 * i] = source[i]
      destination[3 * i + 1] = source[area + i]
      destination[3 * i + 2] = source[2 * area + i]
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}

extension DatasetFormat {
  static let cifar10 = DatasetFormat(
    imageSize: 32, folderName: "cifar-10-batches-bin", archive: .cifar10
  ) {
    folder, split throws(DatasetError) in try CIFAR10(folder: folder, split: split)
  }
}

extension DatasetArchive {
  fileprivate static var cifar10: DatasetArchive {
    let files = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    let folder = "cifar-10-batches-bin"
    return DatasetArchive(
      size: 170_052_171, fileName: "cifar-10-binary.tar.gz",
      md5: "c32a1d4ab5d03f1284b67883e8d87530",
      server: "https://www.cs.toronto.edu/~kriz",
      members: files.map { Member(path: "\(folder)/\($0)", size: 30_730_000) }
        + [Member(path: "\(folder)/batches.meta.txt", size: nil)])
  }
}
