import Foundation
import Testing

@testable import LinearProbe

@Suite struct MappedFeaturesTests {
  @Test(arguments: ["c_f2", "c_f4", "c_f8", "c_i4", "fortran"])
  func `features in a file are those that are read from it`(name: String) throws {
    let path = Fixture.path("\(name).npy")
    #expect(try Features(mapping: path) == Features(contentsOf: path))
  }

  @Test(arguments: Probe.Method.allCases, FeatureScaling.allCases)
  func `scores of features in files are those of features in memory`(
    method: Probe.Method, scaling: FeatureScaling
  ) throws {
    let (train, test) = Problem.ten.splits
    var probe = Probe()
    probe.method = method
    probe.scaling = scaling
    try Fixture.withFolder { path in
      try FeatureFolder(train: train.labeled, test: test.labeled).write(to: path)
      func scores(_ folder: FeatureFolder) throws -> [ProbeScore] {
        try probe.evaluate(folder).scores.map { score in
          var score = score
          score.seconds = 0
          return score
        }
      }
      let mapped = try scores(FeatureFolder(mapping: path))
      #expect(try mapped == scores(FeatureFolder(contentsOf: path)))
    }
  }

  @Test(arguments: Probe.Method.allCases)
  func `a file that shrinks under a probe is refused by its name`(method: Probe.Method) throws {
    let (train, test) = Problem.ten.splits
    var probe = Probe()
    probe.method = method
    try Fixture.withFolder { path in
      try FeatureFolder(train: train.labeled, test: test.labeled).write(to: path)
      let folder = try FeatureFolder(mapping: path)
      let file = "\(path)/train_features.npy"
      #expect(unsafe truncate(file, 4096) == 0)
      #expect(throws: FitError.changed(path: file)) { try probe.evaluate(folder) }
    }
  }

  @Test func `a length that is not what the header asks for is refused at once`() throws {
    try Fixture.withFolder { path in
      let file = "\(path)/x.npy"
      try FileManager.default.copyItem(atPath: Fixture.path("c_f4.npy"), toPath: file)
      #expect(unsafe truncate(file, 150) == 0)
      #expect(throws: FeatureError.npy(.wrongLength(path: file, expected: 48, found: 22))) {
        try Features(mapping: file)
      }
    }
  }

  @Test(arguments: [
    (1 << 40, 0, 0, "[samples, features] of at least one feature"),
    (1 << 31, 1, 1 << 31, "[samples, features] of at most 2147483647 samples"),
  ])
  func `samples without features and more samples than are numbered are refused`(
    rows: Int, columns: Int, bytes: Int, expected: String
  ) throws {
    try Fixture.withFolder { path in
      let file = "\(path)/x.npy"
      let header = NPYHeader(type: .uint8, shape: [rows, columns]).encoded
      try Data(header).write(to: URL(fileURLWithPath: file))
      #expect(unsafe truncate(file, off_t(header.count + bytes)) == 0)
      let error = #expect(throws: FeatureError.self) { try Features(mapping: file) }
      #expect(error?.description.contains("[\(rows), \(columns)] is not \(expected); ") == true)
      if columns == 0 {
        #expect(throws: FeatureError.self) { try Features(contentsOf: file) }
      }
    }
  }

  @Test func `the first number that is none is found wherever it lies`() {
    for index in [0, 1_000_000, 1_299_999] {
      var elements = Array(repeating: Float(1), count: 1_300_000)
      elements[index] = .nan
      if index < 1_299_999 { elements[1_299_999] = .infinity }
      let features = Features(rows: 130, columns: 10_000, elements: elements)
      let found = features.firstNonFinite
      #expect(found?.row == index / 10_000)
      #expect(found?.column == index % 10_000)
    }
  }
}
