import Foundation
import LinearProbe
import TestSupport

@testable import RelicNN

extension FuzzedFormat {
  static let npy = FuzzedFormat(
    name: "npy", samples: { try Fixtures.contents("probe", endings: ".npy") },
    read: { folder in _ = try NPYArray(contentsOf: "\(folder)/input") })

  static let jpeg = FuzzedFormat(
    name: "jpeg", samples: { try Fixtures.contents("images", endings: ".jpg", ".jpeg") },
    read: { folder in
      let path = "\(folder)/input"
      // What is refused whole is refused at any size, but maybe at another place.
      _ = try? ImageFile.read(path, pixelLimit: ImageFile.pixelLimit) { _, _ in .eighth }
      _ = try ImageFile.read(path)
    })

  static let png = FuzzedFormat(
    name: "png", samples: { try Fixtures.contents("images", endings: ".png") },
    repair: Checksums.repairPNG,
    read: { folder in _ = try ImageFile.read("\(folder)/input") })

  static let cifar10 = FuzzedFormat(
    name: "cifar10", fileName: "test_batch.bin",
    samples: { [[0, 5, 9].flatMap { [UInt8($0)] + Array(repeating: 7, count: 3072) }] },
    read: { folder in
      try readAll(of: try CIFAR10(folder: folder, split: .test, recordsPerFile: 3))
    })

  static let stl10Images = FuzzedFormat(
    name: "stl10-images", fileName: "train_X.bin", samples: { [stl10Record] },
    prepare: { folder in try write([10], to: "\(folder)/train_y.bin") },
    read: { folder in try readAll(of: try STL10(folder: folder, split: .train)) })

  static let stl10Labels = FuzzedFormat(
    name: "stl10-labels", fileName: "train_y.bin", samples: { [[1, 10]] },
    prepare: { folder in try write(stl10Record + stl10Record, to: "\(folder)/train_X.bin") },
    read: { folder in try readAll(of: try STL10(folder: folder, split: .train)) })

  private static let stl10Record = [UInt8](repeating: 7, count: 3 * 96 * 96)

  private static func readAll(of dataset: some ImageDataset) throws {
    for index in 0..<dataset.count {
      _ = dataset.label(at: index)
      _ = try dataset.image(at: index)
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
