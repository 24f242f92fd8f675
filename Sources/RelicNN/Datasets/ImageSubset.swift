internal import RelicCore

/// Some images of a data set, in its order.
public struct ImageSubset: ImageDataset, ReducibleDataset {
  /// The set they are taken from.
  public let base: any ImageDataset
  private let indices: [Int]

  fileprivate init(base: any ImageDataset, indices: [Int]) {
    self.base = base
    self.indices = indices
  }

  /// The base's name.
  public var name: String { base.name }

  /// The number of images taken.
  public var count: Int { indices.count }

  /// The base's classes.
  public var classNames: [String]? { base.classNames }

  /// Returns image `index` of those taken.
  public func image(at index: Int) throws -> RGBImage { try base.image(at: indices[index]) }

  func image(
    at index: Int, reducedBy reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws -> ReducedImage {
    try base.reducedImage(at: indices[index], by: reduction)
  }

  /// Returns the class of image `index` of those taken.
  public func label(at index: Int) -> Int? { base.label(at: indices[index]) }

  /// Returns the file of image `index` of those taken.
  public func fileName(at index: Int) -> String? { base.fileName(at: indices[index]) }

  /// Of the images taken, with the sizes of all files of the base.
  public var fingerprint: DatasetFingerprint {
    var fingerprint = DatasetFingerprint(of: self)
    fingerprint.sizes = base.fingerprint.sizes
    return fingerprint
  }
}

extension ImageDataset {
  /// Parts a set into what is left and what is held out.
  ///
  /// Those held out are drawn at random and always the same: runs with other seeds are scored on
  /// the same images.
  ///
  /// - Parameter count: How many are held out, from 0 to ``count``.
  /// - Returns: The parts, each in the order of the whole.
  public func holdingOut(_ count: Int) -> (rest: ImageSubset, heldOut: ImageSubset) {
    precondition((0...self.count).contains(count), "\(count) of \(self.count) images")
    var random = Philox(seed: 0, purpose: .holdOut)
    var order = Array(0..<self.count)
    // The first places of a shuffle by Fisher and Yates.
    for place in 0..<count {
      order.swapAt(place, place + random.integer(below: self.count - place))
    }
    return (
      ImageSubset(base: self, indices: order[count...].sorted()),
      ImageSubset(base: self, indices: order[..<count].sorted())
    )
  }
}
