/// Images in a fixed order, some with labels.
///
/// Images are read one at a time and from several workers at once, so a set may be larger than
/// memory. A conformer needs ``count`` and ``image(at:)`` alone:
///
/// ```swift
/// struct Scans: ImageDataset {
///   let scans: [Scan]
///   var count: Int { scans.count }
///   func image(at index: Int) throws -> RGBImage { try scans[index].developed() }
/// }
/// ```
public protocol ImageDataset: Sendable {
  /// The name of the set, such as `cifar10`; the name of the type unless a conformer has another.
  var name: String { get }

  /// The number of images.
  var count: Int { get }

  /// The name of each class, or `nil` if classes have none; `nil` unless a conformer says more.
  var classNames: [String]? { get }

  /// Returns image `index`, reading or drawing it anew.
  ///
  /// - Throws: Any error; loaders pass it on as an ``UnreadableImage``.
  func image(at index: Int) throws -> RGBImage

  /// Returns the class of image `index`, counted from 0, or `nil` if it is unlabelled, as all are
  /// unless a conformer says more.
  func label(at index: Int) -> Int?

  /// Returns the file image `index` comes from, relative to the set's folder, or `nil` if images
  /// have no files of their own, as in most sets.
  func fileName(at index: Int) -> String?

  /// What tells this set from another, made anew at each call; of count, labels and file names
  /// unless a conformer knows more.
  var fingerprint: DatasetFingerprint { get }
}

extension ImageDataset {
  /// The name of the type.
  public var name: String { String(describing: Self.self) }

  /// `nil`: classes without names.
  public var classNames: [String]? { nil }

  /// Returns `nil`: no labels.
  public func label(at index: Int) -> Int? { nil }

  /// Returns `nil`: no files.
  public func fileName(at index: Int) -> String? { nil }

  /// Of count, labels and file names.
  public var fingerprint: DatasetFingerprint { DatasetFingerprint(of: self) }
}

/// A data set whose images may be decoded smaller than they are.
protocol ReducibleDataset: ImageDataset {
  /// Returns image `index`, decoded as small as `reduction` allows of its width and height, or not.
  func image(
    at index: Int, reducedBy reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws -> ReducedImage
}

extension ImageDataset {
  /// Returns image `index`, decoded as small as `reduction` allows of its width and height where the
  /// set does that.
  func reducedImage(
    at index: Int, by reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws -> ReducedImage {
    guard let set = self as? any ReducibleDataset else {
      return ReducedImage(try image(at: index))
    }
    return try set.image(at: index, reducedBy: reduction)
  }
}

/// A part of a data set.
public enum DatasetSplit: String, CaseIterable, Sendable {
  case train
  case test
  case unlabeled
  case trainAndUnlabeled = "train+unlabeled"
}
