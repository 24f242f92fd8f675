internal import RelicCore

/// What tells whether a data set is the one that a run began with, without reading its images.
public struct DatasetFingerprint: Equatable, Sendable {
  /// The number of images.
  public var count: Int

  /// A digest of the labels and file names, in the order of the images.
  public var names: String

  /// A digest of the files' sizes in the same order, or `nil` where images have no files.
  public var sizes: String?

  /// Takes the fingerprint of a set.
  ///
  /// - Parameters:
  ///   - dataset: The set.
  ///   - sizes: The size of each image's file in bytes, `nil` for one that is not there; an empty
  ///     list where images have no files.
  public init(of dataset: some ImageDataset, sizes: [Int?] = []) {
    count = dataset.count
    names = Self.digest(dataset.count) { index in
      "\(dataset.label(at: index) ?? -1) \(dataset.fileName(at: index) ?? "")"
    }
    self.sizes = sizes.isEmpty ? nil : Self.digest(sizes.count) { "\(sizes[$0] ?? -1)" }
  }

  /// Returns what differs from the set of an earlier fingerprint, or `nil` if nothing does.
  func difference(from earlier: DatasetFingerprint) -> String? {
    if count != earlier.count { return "there are \(count) of them, not \(earlier.count)" }
    if names != earlier.names { return "their names, order or classes are others" }
    if let sizes, let old = earlier.sizes, sizes != old { return "the sizes of their files differ" }
    return nil
  }

  private static func digest(_ count: Int, line: (Int) -> String) -> String {
    var digest = MD5()
    // A call for every line would cost more than the digest.
    let step = 1024
    for start in stride(from: 0, to: count, by: step) {
      let lines = (start..<min(start + step, count)).map { line($0) + "\n" }
      digest.update(Array(lines.joined().utf8))
    }
    return digest.hexadecimal()
  }
}

extension DatasetFingerprint {
  /// The fingerprint as notes of a checkpoint.
  var notes: [String: String] {
    var notes = ["images": "\(count)", "image_names": names]
    notes["image_sizes"] = sizes
    return notes
  }

  /// Reads the notes of a checkpoint; `nil` if it has none of them, as early ones.
  init?(notes: [String: String]) {
    guard let count = notes["images"].flatMap({ Int($0) }), let names = notes["image_names"] else {
      return nil
    }
    self.count = count
    self.names = names
    sizes = notes["image_sizes"]
  }
}
