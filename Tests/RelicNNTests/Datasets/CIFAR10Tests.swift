import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct CIFAR10Tests {
  /// A file of 10,000 records, the label `record % 10` and every byte the record's low byte but for
  /// the planes' first pixels.
  static func file(label: (Int) -> Int = { $0 % 10 }) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(10_000 * 3073)
    for record in 0..<10_000 {
      bytes.append(UInt8(label(record)))
      for plane in 0..<3 {
        bytes.append(UInt8(plane + 1))
        bytes.append(contentsOf: repeatElement(UInt8(record & 255), count: 1023))
      }
    }
    return bytes
  }

  @Test func `records become labels and interleaved pixels`() throws {
    let folder = try TemporaryFolder()
    try folder.write("cifar-10-batches-bin/test_batch.bin", Self.file())
    for path in [folder.path, folder.path + "/cifar-10-batches-bin"] {
      let set = try CIFAR10(folder: path, split: .test)
      #expect(set.count == 10_000)
      #expect(set.label(at: 437) == 7)
      let image = try set.image(at: 437)
      #expect(Array(image.pixels[0..<6]) == [1, 2, 3, 181, 181, 181])
      #expect((image.width, image.height) == (32, 32))
    }
  }

  @Test func `a missing file, a short file and a wrong label are refused by name`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/test_batch.bin"
    let missing = #expect(throws: DatasetError.self) {
      try CIFAR10(folder: folder.path, split: .test)
    }
    #expect(missing == .missing(dataset: "cifar10", path: path))
    #expect(missing?.description == "\(path): not found")
    try folder.write("test_batch.bin", [1, 2, 3])
    #expect(throws: DatasetError.wrongSize(path: path, found: 3, expected: 30_730_000)) {
      try CIFAR10(folder: folder.path, split: .test)
    }
    try folder.write("test_batch.bin", Self.file { $0 == 5 ? 10 : 0 })
    #expect(
      throws: DatasetError.labelOutOfRange(path: path, record: 5, label: 10, allowed: 0...9)
    ) { try CIFAR10(folder: folder.path, split: .test) }
  }

  @Test func `a pipe is refused, not waited for`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/records.bin"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let reason = resultInTime {
      Result { () throws(DatasetError) in
        try RecordFile(path: path, recordSize: 1, dataset: "").count
      }
    }
    #expect(reason == .failure(.unreadable(path: path, reason: "it is not a regular file")))
    #expect(resultInTime { MD5.ofFile(path) } == .some(nil))
  }

  @Test func `a split it does not have is refused`() {
    #expect(
      throws: DatasetError.noSuchSplit(
        dataset: "cifar10", split: .unlabeled, choices: [.train, .test])
    ) { try openDataset(name: "cifar10", path: "nowhere", split: .unlabeled) }
  }
}
