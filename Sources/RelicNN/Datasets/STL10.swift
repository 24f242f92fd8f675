internal import Foundation

/// STL-10 in its binary layout: 96x96 images, 5,000 to train, 8,000 to test, 100,000 unlabelled.
///
/// Coates et al. 2011, "An analysis of single-layer networks in unsupervised feature learning". A
/// record is the red, green and blue planes, each column by column; labels are 1 to 10.
public struct STL10: ImageDataset {
  private static let side = 96
  private static let dataset = DatasetName.stl10.rawValue

  private let files: [RecordFile]
  private let labels: [UInt8]

  /// The number of images.
  public let count: Int

  /// Opens a split; training and unlabelled images together come in this order.
  ///
  /// - Parameters:
  ///   - folder: `stl10_binary` itself, or the folder it lies in.
  ///   - split: Any split.
  /// - Throws: A missing file, a file of a wrong size, or a label outside 1...10.
  public init(folder: String, split: DatasetSplit) throws(DatasetError) {
    let inner = folder + "/stl10_binary"
    let root = FileManager.default.fileExists(atPath: inner) ? inner : folder
    let names: [String]
    switch split {
    case .train: names = ["train"]
    case .test: names = ["test"]
    case .unlabeled: names = ["unlabeled"]
    case .trainAndUnlabeled: names = ["train", "unlabeled"]
    }
    var files: [RecordFile] = []
    var labels: [UInt8] = []
    for name in names {
      let file = try RecordFile(
        path: "\(root)/\(name)_X.bin", recordSize: 3 * Self.side * Self.side,
        dataset: Self.dataset)
      files.append(file)
      if name != "unlabeled" { labels += try Self.labels("\(root)/\(name)_y.bin", file.count) }
    }
    self.files = files
    self.labels = labels
    count = files.reduce(0) { $0 + $1.count }
  }

  private static func labels(_ path: String, _ count: Int) throws(DatasetError) -> [UInt8] {
    let file = try RecordFile(path: path, recordSize: count, count: 1, dataset: dataset)
    let labels = try file.bytes(of: 0, from: 0, count: count)
    if let record = labels.firstIndex(where: { $0 < 1 || $0 > 10 }) {
      throw .labelOutOfRange(
        path: path, record: record, label: Int(labels[record]), allowed: 1...10)
    }
    return labels
  }

  /// `stl10`.
  public var name: String { Self.dataset }

  /// The ten classes in the order of `class_names.txt`.
  public var classNames: [String]? {
    ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"]
  }

  /// Returns image `index`, 96x96, in the order of the files.
  public func image(at index: Int) throws(DatasetError) -> RGBImage {
    let file = index < files[0].count ? 0 : 1
    let record = file == 0 ? index : index - files[0].count
    let area = Self.side * Self.side
    let columns = try files[file].bytes(of: record, from: 0, count: 3 * area)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * area)
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let place = x * Self.side + y
        pixels.append(columns[place])
        pixels.append(columns[area + place])
        pixels.append(columns[2 * area + place])
      }
    }
    return RGBImage(width: Self.side, height: Self.side, pixels: pixels)
  }

  /// Returns the class of image `index`, 0 to 9, or `nil` if it is unlabelled.
  public func label(at index: Int) -> Int? { index < labels.count ? Int(labels[index]) - 1 : nil }
}

extension DatasetFormat {
  static let stl10 = DatasetFormat(
    imageSize: 96, pretrainingSplit: .unlabeled, folderName: "stl10_binary", archive: .stl10
  ) { folder, split throws(DatasetError) in try STL10(folder: folder, split: split) }
}

extension DatasetArchive {
  fileprivate static var stl10: DatasetArchive {
    let sizes = [
      ("train_X.bin", 138_240_000), ("train_y.bin", 5000), ("test_X.bin", 221_184_000),
      ("test_y.bin", 8000), ("unlabeled_X.bin", 2_764_800_000),
    ]
    let texts = ["class_names.txt", "fold_indices.txt"]
    return DatasetArchive(
      size: 2_640_397_119, fileName: "stl10_binary.tar.gz", md5: "91f7769df0f17e558f3565bffb0c7dfb",
      server: "http://ai.stanford.edu/~acoates/stl10",
      members: sizes.map { Member(path: "stl10_binary/\($0)", size: $1) }
        + texts.map { Member(path: "stl10_binary/\($0)", size: nil) })
  }
}
