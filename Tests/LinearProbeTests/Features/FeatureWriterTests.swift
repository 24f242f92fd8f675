import Foundation
import Testing

@testable import LinearProbe

@Suite struct FeatureWriterTests {
  static let origin = FeatureDescription(encoder: "run", dataset: "shapes")

  /// Seven samples of three features.
  private static func samples(labeled: Bool, named: Bool) -> LabeledFeatures {
    LabeledFeatures(
      features: Features(rows: 7, columns: 3, elements: (0..<21).map(Float.init)),
      labels: labeled ? [3, 1, 4, 1, 5, 9, 2] : nil,
      files: named ? (0..<7).map { "a/\($0).png" } : nil)
  }

  /// Writes the samples in batches of three.
  private static func write(
    _ samples: LabeledFeatures, in folder: String, expecting rows: Int
  ) throws -> FeatureWriter {
    let writer = FeatureWriter(.train, in: folder, expectedRows: rows)
    for start in stride(from: 0, to: 7, by: 3) {
      let rows = start..<min(7, start + 3)
      try writer.append(
        rows.flatMap { samples.features.row($0).map(Float.init) },
        labels: rows.map { samples.labels?[$0] },
        files: samples.files.map { Array($0[rows]) } ?? [])
    }
    return writer
  }

  private static func contents(of folder: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      contents[name] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    return contents
  }

  @Test(arguments: [true, false], [7, 20_000])
  func `files that are written batch by batch are those that are written at once`(
    isFull: Bool, expected: Int
  ) throws {
    let samples = Self.samples(labeled: isFull, named: isFull)
    try Fixture.withFolder { path in
      try FeatureFolder.write(train: samples, test: nil, origin: Self.origin, to: "\(path)/whole")
      try FileManager.default.createDirectory(
        atPath: "\(path)/parts", withIntermediateDirectories: true)
      let writer = try Self.write(samples, in: "\(path)/parts", expecting: expected)
      #expect(writer.rows == 7)
      #expect(writer.columns == 3)
      #expect(writer.hasLabels == isFull)
      try FeatureFolder.commit([writer], origin: Self.origin, to: "\(path)/parts")
      #expect(try Self.contents(of: "\(path)/parts") == Self.contents(of: "\(path)/whole"))
    }
  }

  @Test func `names that not all samples have are left out`() throws {
    try Fixture.withFolder { path in
      let writer = FeatureWriter(.test, in: path, expectedRows: 2)
      try writer.append([1], labels: [0], files: ["a"])
      try writer.append([2], labels: [1], files: [])
      try FeatureFolder.commit([writer], origin: Self.origin, to: path)
      #expect(
        try Self.contents(of: path).keys.sorted() == [
          "features.json", "test_features.npy", "test_labels.npy",
        ])
    }
  }

  @Test func `what is not committed leaves nothing, and labels of some alone are refused`() throws {
    try Fixture.withFolder { path in
      do {
        let writer = FeatureWriter(.train, in: path, expectedRows: 3)
        try writer.append([1, 2], labels: [0, nil], files: [])
        #expect(!writer.hasLabels)
        #expect(throws: FeatureError.partlyLabeled(row: 1)) {
          try FeatureFolder.commit([writer], origin: Self.origin, to: path)
        }
      }
      #expect(try Self.contents(of: path).isEmpty)
    }
  }
}
