/// The images of several sets, one set after the other.
public struct JoinedImages: ImageDataset, ReducibleDataset {
  /// The sets.
  public let parts: [any ImageDataset]

  /// The first image of each set, and the number of all.
  private let starts: [Int]

  /// Joins sets, of which there is at least one.
  public init(_ parts: [any ImageDataset]) {
    precondition(!parts.isEmpty, "no sets to join")
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// The name of the first set.
  public var name: String { parts[0].name }

  /// The number of images in all sets.
  public var count: Int { starts[parts.count] }

  /// The classes of the first set.
  public var classNames: [String]? { parts[0].classNames }

  /// Returns image `index`, counted through all sets.
  public func image(at index: Int) throws -> RGBImage {
    let (part, index) = place(of: index)
    return try part.image(at: index)
  }

  func image(
    at index: Int, reducedBy reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws -> ReducedImage {
    let (part, index) = place(of: index)
    return try part.reducedImage(at: index, by: reduction)
  }

  /// Returns the class of image `index`, if its set knows it.
  public func label(at index: Int) -> Int? {
    let (part, index) = place(of: index)
    return part.label(at: index)
  }

  /// Returns the file of image `index`, relative to the folder of its own set.
  public func fileName(at index: Int) -> String? {
    let (part, index) = place(of: index)
    return part.fileName(at: index)
  }

  /// Of the images of all sets, with the sizes of their files.
  public var fingerprint: DatasetFingerprint {
    var fingerprint = DatasetFingerprint(of: self)
    let sizes = parts.compactMap { $0.fingerprint.sizes }
    fingerprint.sizes = sizes.isEmpty ? nil : sizes.joined(separator: " ")
    return fingerprint
  }

  private func place(of index: Int) -> (part: any ImageDataset, index: Int) {
    let part = starts.lastIndex { $0 <= index } ?? 0
    return (parts[part], index - starts[part])
  }
}
