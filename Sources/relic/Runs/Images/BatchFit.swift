internal import RelicNN

/// A batch size that was chosen for a small data set in place of one that nobody asked for.
struct BatchFit: Equatable {
  /// The images of the data set.
  let images: Int
  /// The size that would have been taken.
  let usual: Int
  /// The size taken.
  let size: Int

  /// Chooses a size, or none where an epoch has two batches of the usual one.
  ///
  /// The other images of a batch are all that an image is told from, so the largest power of two is
  /// taken that leaves two steps an epoch: with one, most of a small set might fall behind the last
  /// whole batch of every epoch.
  init?(of usual: Int, toImages images: Int) {
    let leastSteps = 2
    guard images < leastSteps * usual, images >= 2 else { return nil }
    var size = 2
    while 2 * size * leastSteps <= images { size *= 2 }
    (self.images, self.usual, self.size) = (images, usual, size)
  }
}

extension BatchFit: CustomStringConvertible {
  /// What was chosen and why, in one line.
  var description: String {
    "batch of \(size): \(images) images make no two batches of \(usual), the default; an image is "
      + "told from \((size - 1).counted("other")) in its batch"
      + (size < 32 ? ", which teaches little: more images help" : "")
  }
}

extension RunOptions {
  /// Lowers a batch size that was not given to one that suits the number of images.
  ///
  /// - Returns: What was chosen, or `nil` if the size stays.
  mutating func fitBatch(toImages images: Int) -> BatchFit? {
    guard !givesBatchSize, let fit = BatchFit(of: batchSize, toImages: images) else { return nil }
    batchSize = fit.size
    return fit
  }
}
