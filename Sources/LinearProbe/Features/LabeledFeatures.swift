internal import Foundation

/// One split of a data set: features and, where they are known, a label and a file name per sample.
public struct LabeledFeatures: Equatable, Sendable {
  /// The samples.
  public var features: Features
  /// The samples' classes, any integers; nil for a split without labels.
  public var labels: [Int]?
  /// The file that each sample came from, where it is known.
  public var files: [String]?

  /// Puts samples and their labels together.
  public init(features: Features, labels: [Int]?, files: [String]? = nil) {
    for (count, name) in [(labels?.count, "labels"), (files?.count, "file names")] {
      precondition(
        (count ?? features.rows) == features.rows,
        "\(features.rows) samples but \(count ?? 0) \(name)")
    }
    self.features = features
    self.labels = labels
    self.files = files
  }

  /// Returns the labels of samples that all have one, nil for samples that all have none.
  ///
  /// - Throws: ``FeatureError/partlyLabeled(row:)`` if some have one and others have none.
  package static func uniform(_ labels: [Int?]) throws(FeatureError) -> [Int]? {
    let known = labels.compactMap { $0 }
    if known.isEmpty && !labels.isEmpty { return nil }
    if let row = labels.firstIndex(of: nil) { throw .partlyLabeled(row: row) }
    return known
  }

  /// Reads a split from a file of features, a file of labels and a file with a name on each line.
  ///
  /// Features that are `mapped` stay in their file: ``Features/init(mapping:)``.
  public init(
    featuresAt featurePath: String, labelsAt labelPath: String, filesAt namePath: String? = nil,
    mapped: Bool = false
  ) throws(FeatureError) {
    features =
      try mapped ? Features(mapping: featurePath) : Features(contentsOf: featurePath)
    let stored = try Self.readLabels(labelPath)
    guard stored.count == features.rows else {
      throw .countMismatch(
        path: labelPath, count: stored.count, other: featurePath, otherCount: features.rows)
    }
    // Beside other labels -1 is a class like any other; alone it says that there are none.
    let isLabeled = stored.isEmpty || stored.contains { $0 != Self.storedWithoutLabel }
    labels = isLabeled ? stored : nil
    if let namePath { files = try readFileNames(namePath, of: features.rows, in: featurePath) }
  }

  /// What a file of labels holds for samples without one.
  private static let storedWithoutLabel = -1

  private static func readLabels(_ path: String) throws(FeatureError) -> [Int] {
    let array = try NPYArray.read(path)
    // A column, such as a data frame gives, is taken for what it holds.
    guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
      throw .badShape(
        path: path, shape: array.shape, expected: "[samples]",
        remedy: "give one label per sample, one-hot rows with .argmax(axis=1)")
    }
    guard case .integer(let labels) = array.elements else { throw .labelsNotIntegers(path: path) }
    return labels
  }

  /// Adds features and, where there are any, labels and file names to the files that are written
  /// together.
  func stage(as paths: SplitPaths, in staged: inout StagedFiles) throws(FileError) {
    try features.stage(as: paths.features, in: &staged)
    if let labels { try Self.stage(labels, as: paths.labels, in: &staged) }
    if let files { try staged.add([Self.lines(of: files)], as: paths.names) }
  }

  /// Adds labels to the files that are written together.
  static func stage(
    _ labels: [Int], as path: String, in staged: inout StagedFiles
  ) throws(FileError) {
    let writer = try NPYWriter(path, of: .int64, shape: [labels.count])
    try writer.append(labels)
    try staged.add(writer.file, as: path)
  }

  /// A line for each name.
  static func lines(of names: [String]) -> [UInt8] {
    Array(names.map { $0 + "\n" }.joined().utf8)
  }
}

extension Features {
  /// Reads samples from a `.npy` file of shape `[samples, features]`.
  public init(contentsOf path: String) throws(FeatureError) {
    let array = try NPYArray.read(path)
    let (rows, columns) = try Self.sizes(array.shape, path)
    switch array.elements {
    case .float32(let values): self.init(rows: rows, columns: columns, elements: values)
    case .float64(let values): self.init(rows: rows, columns: columns, elements: values)
    case .integer(let values):
      self.init(rows: rows, columns: columns, elements: values.map(Double.init))
    }
  }

  /// Takes samples from a `.npy` file of shape `[samples, features]` where they are looked at, so
  /// that they may be more than fit into memory.
  ///
  /// The file's length is checked beforehand. What is computed from samples whose file is written to
  /// meanwhile is refused with ``FitError/changed(path:)``. A file of other numbers than float32 and
  /// float64, or in Fortran order, is read as ``init(contentsOf:)`` does.
  public init(mapping path: String) throws(FeatureError) {
    let file: ByteFile
    let header: NPYHeader
    let start: Int
    do throws(NPYError) {
      (file, header, start) = try NPYArray.open(path)
    } catch {
      throw .npy(error)
    }
    let (rows, columns) = try Self.sizes(header.shape, path)
    guard let storage = Self.storage(file, header, at: start) else {
      try self.init(contentsOf: path)
      return
    }
    self.init(rows: rows, columns: columns, storage: storage)
  }

  /// Returns the elements where they lie, nil if they cannot be used there.
  private static func storage(_ file: ByteFile, _ header: NPYHeader, at start: Int) -> Storage? {
    let count = header.shape.reduce(1, *)
    guard !header.isFortranOrder, let mapped = MappedFile(file) else { return nil }
    return switch header.type {
    case .float32: Elements(mapped, at: start, count: count).map { .single($0) }
    case .float64: Elements(mapped, at: start, count: count).map { .double($0) }
    default: nil
    }
  }

  private static func sizes(
    _ shape: [Int], _ path: String
  ) throws(FeatureError) -> (rows: Int, columns: Int) {
    guard shape.count == 2 else {
      throw .badShape(
        path: path, shape: shape, expected: "[samples, features]",
        remedy: "save them as .reshape(\(shape.first ?? 1), -1)")
    }
    guard shape[0] == 0 || shape[1] > 0 else {
      throw .badShape(
        path: path, shape: shape, expected: "[samples, features] of at least one feature",
        remedy: "save at least one number per sample")
    }
    // Samples are numbered in 32 bits.
    guard shape[0] <= Int(Int32.max) else {
      throw .badShape(
        path: path, shape: shape, expected: "[samples, features] of at most \(Int32.max) samples",
        remedy: "save fewer of them")
    }
    return (shape[0], shape[1])
  }
}

extension Features {
  /// Adds the samples to the files that are written together.
  func stage(as path: String, in staged: inout StagedFiles) throws(FileError) {
    let file: AtomicFile
    switch storage {
    case .single(let elements):
      let writer = try NPYWriter(path, of: .float32, shape: [rows, columns])
      try elements.write(to: writer)
      file = writer.file
    case .double(let elements):
      let writer = try NPYWriter(path, of: .float64, shape: [rows, columns])
      try elements.write(to: writer)
      file = writer.file
    }
    try staged.add(file, as: path)
  }
}

extension NPYArray {
  /// Reads a file, with the error of features.
  static func read(_ path: String) throws(FeatureError) -> NPYArray {
    do { return try NPYArray(contentsOf: path) } catch { throw .npy(error) }
  }
}

/// Reads a file with a name on each line, one for each of `count` samples in `other`.
package func readFileNames(
  _ path: String, of count: Int, in other: String
) throws(FeatureError) -> [String] {
  let text: String
  do {
    text = try String(contentsOfFile: path, encoding: .utf8)
  } catch {
    throw .file(.cannotRead(path: path, reason: "it is missing or not UTF-8 text"))
  }
  // A line that ends in "\r\n" ends in one Character.
  var names = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    .map(String.init)
  if names.last == "" { names.removeLast() }
  guard names.count == count else {
    throw .countMismatch(path: path, count: names.count, other: other, otherCount: count)
  }
  return names
}
