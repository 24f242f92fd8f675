import Foundation
import Testing

@testable import LinearProbe

@Suite struct FeatureFolderTests {
  static func example() throws -> FeatureFolder {
    var origin = FeatureDescription(encoder: "run/encoder.safetensors", dataset: "shapes")
    origin.seed = 7
    origin.classNames = ["a", "b"]
    return try FeatureFolder(
      train: LabeledFeatures(
        features: Features(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6] as [Float]),
        labels: [0, 1], files: ["a/1 x.png", "b/2.png"]),
      test: LabeledFeatures(
        features: Features(rows: 1, columns: 3, elements: [7, 8, 9] as [Double]), labels: [1]),
      origin: origin)
  }

  @Test func `a folder that was written is read as it was`() throws {
    let folder = try Self.example()
    try Fixture.withFolder { path in
      try folder.write(to: "\(path)/new/folder")
      #expect(try FeatureFolder(contentsOf: "\(path)/new/folder") == folder)
    }
  }

  @Test func `encoders are told apart by their weights, or else by names`() {
    var one = FeatureDescription(encoder: "runs/a", dataset: "photos")
    one.epochs = 5
    var other = one
    #expect(one.difference(from: other) == nil)
    other.encoder = "b.pth"
    #expect(one.difference(from: other) == "runs/a after 5 epochs, not b.pth after 5 epochs")
    (one.weightDigest, other.weightDigest) = ("12ab", "12ab")
    #expect(one.difference(from: other) == nil)
    other.weightDigest = "12ac"
    #expect(one.difference(from: other) == "runs/a after 5 epochs, not b.pth after 5 epochs")
    other.encoder = "runs/./a"
    #expect(one.difference(from: other) == "runs/a after 5 epochs, not its weights of that time")
  }

  @Test func `nothing of an earlier content stays beside the new one`() throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(path)/notes.txt"))
      let unlabeled = LabeledFeatures(
        features: Features(rows: 1, columns: 1, elements: [5] as [Float]), labels: nil)
      try FeatureFolder.write(train: unlabeled, test: nil, origin: nil, to: path)
      let names = { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
      #expect(try names() == ["notes.txt", "train_features.npy"])
      FeatureFolder.remove(from: path)
      #expect(try names() == ["notes.txt"])
    }
  }

  @Test(
    arguments: [([-1, -1], nil), ([-1, 1], [-1, 1]), ([0, 0], [0, 0])] as [([Int], [Int]?)])
  func `a file of nothing but -1 holds no labels`(stored: [Int], labels: [Int]?) throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      try NPYArray(shape: [2], elements: .integer(stored)).write(to: "\(path)/train_labels.npy")
      #expect(try FeatureFolder(contentsOf: path).train.labels == labels)
    }
  }

  @Test func `samples with labels among samples without are refused`() throws {
    #expect(try LabeledFeatures.uniform([2, -1]) == [2, -1])
    #expect(try LabeledFeatures.uniform([nil, nil]) == nil)
    #expect(try LabeledFeatures.uniform([]) == [])
    #expect(throws: FeatureError.partlyLabeled(row: 1)) {
      try LabeledFeatures.uniform([2, nil, 0])
    }
  }

  @Test func `names in lines as Windows ends them are read`() throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      let file = URL(fileURLWithPath: "\(path)/train_files.txt")
      try Data("a.png\r\n\r\n".utf8).write(to: file)
      #expect(try FeatureFolder(contentsOf: path).train.files == ["a.png", ""])
    }
  }

  @Test func `files that do not belong together are refused`() throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      try NPYArray(shape: [3], elements: .integer([0, 1, 1])).write(to: "\(path)/train_labels.npy")
      #expect(
        throws: FeatureError.countMismatch(
          path: "\(path)/train_labels.npy", count: 3, other: "\(path)/train_features.npy",
          otherCount: 2)
      ) { try FeatureFolder(contentsOf: path) }

      try NPYArray(shape: [2], elements: .float32([0, 1])).write(to: "\(path)/train_labels.npy")
      #expect(throws: FeatureError.labelsNotIntegers(path: "\(path)/train_labels.npy")) {
        try FeatureFolder(contentsOf: path)
      }

      try Self.example().write(to: path)
      try Data("one\n".utf8).write(to: URL(fileURLWithPath: "\(path)/train_files.txt"))
      #expect(throws: FeatureError.self) { try FeatureFolder(contentsOf: path) }

      try Self.example().write(to: path)
      try NPYArray(shape: [1, 2], elements: .float32([0, 1])).write(to: "\(path)/test_features.npy")
      #expect(throws: FeatureError.widthMismatch(train: 3, test: 2)) {
        try FeatureFolder(contentsOf: path)
      }
    }
  }

  @Test func `labels in a column are read, other shapes refused with what to do`() throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      let labels = "\(path)/train_labels.npy"
      try NPYArray(shape: [2, 1], elements: .integer([4, 9])).write(to: labels)
      #expect(try FeatureFolder(contentsOf: path).train.labels == [4, 9])

      try NPYArray(shape: [2, 2], elements: .integer([0, 1, 1, 0])).write(to: labels)
      let oneHot = #expect(throws: FeatureError.self) { try FeatureFolder(contentsOf: path) }
      #expect(oneHot?.description.contains("[2, 2] is not [samples]; ") == true)
      #expect(oneHot?.description.contains(".argmax(axis=1)") == true)

      let features = "\(path)/train_features.npy"
      try NPYArray(shape: [2, 3, 1, 1], elements: .float32([1, 2, 3, 4, 5, 6])).write(to: features)
      let unflattened = #expect(throws: FeatureError.self) { try Features(contentsOf: features) }
      #expect(unflattened?.description.contains(".reshape(2, -1)") == true)
    }
  }

  @Test(arguments: [
    (#""pixel_mean": [0.5]"#, "'pixel_mean': [0.5] is not three numbers;"),
    (#""pixel_mean": []"#, "'pixel_mean': [] is not three numbers;"),
    (#""pixel_std": [0.5, 0, 0.5]"#, "'pixel_std': [0.5, 0.0, 0.5] is not three numbers above 0;"),
    (#""pixel_mean": ["NaN", 0, 0]"#, "'pixel_mean"),
    (#""pixel_std": 1"#, "'pixel_std' has the wrong type"),
  ])
  func `pixels are described by a number for each channel`(
    _ entry: String, _ reason: String
  ) throws {
    try Fixture.withFolder { path in
      var origin = FeatureDescription(encoder: "e", dataset: "d")
      origin.pixelMean = [0, -0.5, 0.25]
      origin.pixelDeviation = [0.25, 0.5, 1]
      var folder = try Self.example()
      folder.origin = origin
      try folder.write(to: path)
      #expect(try FeatureFolder.origin(in: path) == origin)

      let file = URL(fileURLWithPath: "\(path)/features.json")
      try Data(#"{"encoder": "e", "dataset": "d", \#(entry)}"#.utf8).write(to: file)
      let error = #expect(throws: FeatureError.self) { try FeatureFolder.origin(in: path) }
      #expect(error?.description.contains(reason) == true)
    }
  }

  @Test func `a description may hold more, but must be one`() throws {
    try Fixture.withFolder { path in
      try Self.example().write(to: path)
      let file = URL(fileURLWithPath: "\(path)/features.json")
      try Data(#"{"encoder": "e", "dataset": "d", "new": [1]}"#.utf8).write(to: file)
      #expect(
        try FeatureFolder(contentsOf: path).origin == FeatureDescription(encoder: "e", dataset: "d")
      )
      try Data(#"{"encoder": "e"}"#.utf8).write(to: file)
      #expect(throws: FeatureError.badContent(path: file.path, reason: "'dataset' is missing")) {
        try FeatureFolder(contentsOf: path)
      }
      try FileManager.default.removeItem(at: file)
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
      #expect(
        throws: FeatureError.file(.notAFile(path: file.path))
      ) { try FeatureFolder(contentsOf: path) }
    }
  }
}

@Suite struct FeaturesTests {
  @Test func `elements that do not fill the shape are a programming error`() async {
    await #expect(processExitsWith: .failure) {
      _ = Features(rows: 2, columns: 3, elements: [1, 2, 3] as [Float])
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rows: 2, columns: 3, elements: [1, 2, 3])
    }
  }

  @Test func `samples are copied in the order asked for, widened`() {
    let single = Features(rows: 3, columns: 2, elements: [1, 2, 3, 4, 5, 6] as [Float])
    let double = Features(rows: 3, columns: 2, elements: [1, 2, 3, 4, 5, 6] as [Double])
    for features in [single, double] {
      var copies = Array(repeating: 0.0, count: 4)
      unsafe copies.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        unsafe features.copy([2, 0][...], to: start)
      }
      #expect(copies == [5, 6, 1, 2])
      #expect(features.row(1) == [3, 4])
    }
  }
}
