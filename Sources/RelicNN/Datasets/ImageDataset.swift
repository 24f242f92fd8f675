/// Pictures in a fixed order, some with labels.
///
/// Pictures are read one at a time and from several workers at once, so a set may be larger than
/// memory.
public protocol ImageDataset: Sendable {
  /// The name users choose the set by, such as `cifar10`.
  var name: String { get }

  /// The number of pictures.
  var count: Int { get }

  /// The name of each class, or `nil` if classes have none.
  var classNames: [String]? { get }

  /// Returns picture `index`, reading or drawing it anew.
  func image(at index: Int) throws(DatasetError) -> RGBImage

  /// Returns the class of picture `index`, counted from 0, or `nil` if it is unlabelled.
  func label(at index: Int) -> Int?

  /// Returns the file picture `index` comes from, relative to the set's folder, or `nil` if the
  /// pictures have no files of their own.
  func fileName(at index: Int) -> String?
}

extension ImageDataset {
  /// Returns `nil`: most sets keep many pictures in one file.
  public func fileName(at index: Int) -> String? { nil }
}

/// A part of a data set.
public enum DatasetSplit: String, CaseIterable, Sendable {
  case train
  case test
  case unlabeled
  case trainAndUnlabeled = "train+unlabeled"
}
