import TestSupport
import Testing

@testable import RelicNN

@Suite struct STL10Tests {
  /// A record whose red is the column, green the row and blue `number`, columns first.
  static func record(_ number: Int) -> [UInt8] {
    let columns = (0..<96).flatMap { x in repeatElement(UInt8(x), count: 96) }
    let rows = (0..<96).flatMap { _ in (0..<96).map { UInt8($0) } }
    return columns + rows + repeatElement(UInt8(number), count: 96 * 96)
  }

  static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("stl10_binary/train_X.bin", record(0) + record(1))
    try folder.write("stl10_binary/train_y.bin", [1, 10])
    try folder.write("stl10_binary/unlabeled_X.bin", record(2) + record(3) + record(4))
    return folder
  }

  @Test func `planes are read column by column and labels count from 0`() throws {
    let folder = try Self.folder()
    let set = try STL10(folder: folder.path, split: .train)
    #expect(set.count == 2)
    #expect((0..<2).map { set.label(at: $0) } == [0, 9])
    let image = try set.image(at: 1)
    let start = 3 * (7 * 96 + 40)
    #expect(Array(image.pixels[start..<(start + 3)]) == [40, 7, 1])
  }

  // Digests and labels by torchvision's STL10 class on the same files, Fixtures/make_stl10_digests.py.
  @Test(arguments: [
    (DatasetSplit.train, [2, 9], "064dd4bcd0c32f452ff7e8b81cd4226d"),
    (.unlabeled, [nil, nil, nil], "4081659089fabe45ebc902095b535b04"),
    (.trainAndUnlabeled, [2, 9, nil, nil, nil], "d067d44aceeee63c1ce4142dc0aa3663"),
  ])
  func `images and labels are torchvision's`(
    _ split: DatasetSplit, _ labels: [Int?], _ expected: String
  ) throws {
    let records: [[UInt8]] = (0..<5).map { (number: Int) in
      (0..<(3 * 96 * 96)).map { (index: Int) in UInt8((index * index / 96 + 31 * number) % 251) }
    }
    let folder = try TemporaryFolder()
    try folder.write("stl10_binary/train_X.bin", records[0] + records[1])
    try folder.write("stl10_binary/train_y.bin", [3, 10])
    try folder.write("stl10_binary/unlabeled_X.bin", records[2] + records[3] + records[4])
    let set = try STL10(folder: folder.path, split: split)
    var digest = MD5()
    for index in 0..<set.count { digest.update(try set.image(at: index).pixels) }
    #expect(digest.hexadecimal() == expected)
    #expect((0..<set.count).map { set.label(at: $0) } == labels)
  }

  @Test func `training and unlabelled images follow each other`() throws {
    let folder = try Self.folder()
    let set = try STL10(folder: "\(folder.path)/stl10_binary", split: .trainAndUnlabeled)
    #expect(try (0..<5).map { try set.image(at: $0).pixels[2] } == [0, 1, 2, 3, 4])
    #expect((0..<5).map { set.label(at: $0) } == [0, 9, nil, nil, nil])
    #expect(try STL10(folder: folder.path, split: .unlabeled).count == 3)
  }

  @Test func `wrong labels and broken sizes are refused by name`() throws {
    let folder = try Self.folder()
    let root = "\(folder.path)/stl10_binary"
    try folder.write("stl10_binary/train_y.bin", [1, 11])
    #expect(
      throws: DatasetError.labelOutOfRange(
        path: "\(root)/train_y.bin", record: 1, label: 11, allowed: 1...10)
    ) { try STL10(folder: folder.path, split: .train) }
    try folder.write("stl10_binary/unlabeled_X.bin", Self.record(0) + [1])
    #expect(
      throws: DatasetError.wrongSize(
        path: "\(root)/unlabeled_X.bin", found: 27_649, expected: 27_648)
    ) { try STL10(folder: folder.path, split: .unlabeled) }
  }
}
